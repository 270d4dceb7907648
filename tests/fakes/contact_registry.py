"""The contact registry in memory."""

from __future__ import annotations

from collections.abc import Mapping


class FakeContactRegistry:
    """Holds mobiles by ΑΦΜ, and none for who is not named; an exception in place of a mobile is raised."""

    def __init__(self, held: Mapping[str, str | Exception | None] | None = None) -> None:
        self.held = dict(held or {})
        self.asked: list[str] = []
        self.forgotten: list[str] = []

    async def mobile_of(self, afm: str) -> str | None:
        self.asked.append(afm)
        found = self.held.get(afm)
        if isinstance(found, Exception):
            raise found
        return found

    def forget(self, afm: str) -> None:
        self.forgotten.append(afm)
