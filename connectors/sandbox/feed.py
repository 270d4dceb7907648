"""The order in which a registry's cases last changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator


class Feed:
    """The order in which one registry's cases last changed. A case stands in it once, at its last change."""

    def __init__(self) -> None:
        self._entries: list[tuple[int, str]] = []
        self._last: dict[str, int] = {}
        self._position = 0

    def __len__(self) -> int:
        return len(self._last)

    def put(self, reference: str) -> int:
        self._position += 1
        self._entries.append((self._position, reference))
        self._last[reference] = self._position
        return self._position

    def after(self, position: int) -> Iterator[tuple[int, str]]:
        """(position, reference), oldest change first."""
        for index in range(bisect_right(self._entries, position, key=lambda entry: entry[0]), len(self._entries)):
            if self._last[self._entries[index][1]] == self._entries[index][0]:
                yield self._entries[index]

    def newest(self) -> Iterator[str]:
        return (reference for position, reference in reversed(self._entries) if self._last[reference] == position)
