"""Bodies that are read at the same time: so many in all, and few by one link, so that one link holds up no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

BY_LINK = 2


class Full(Exception):
    """No place now."""


class Places:
    """``most`` at once. Kept by this process alone."""

    def __init__(self, most: int, *, by_link: int = BY_LINK) -> None:
        self._most = most
        self._by_link = by_link
        self._taken: Counter[int] = Counter()

    @contextmanager
    def one(self, link: int) -> Iterator[None]:
        """A place for the link of this id while the block runs. Raises :class:`Full`."""
        if self._taken.total() >= self._most or self._taken[link] >= self._by_link:
            raise Full
        self._taken[link] += 1
        try:
            yield
        finally:
            self._taken[link] -= 1
            if not self._taken[link]:
                del self._taken[link]
