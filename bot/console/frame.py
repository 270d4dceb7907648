"""What every page of the console shows around its own content, and the page of what somebody may not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.console.guard import Guard
from bot.console.reading import Reading
from bot.console.rendering import Rendering
from bot.store import Store
from bot.web.pages import language_of
from casestore.staff.model import Right, Session


class Frame:
    """For whoever is signed in."""

    def __init__(self, store: Store, reading: Reading, guard: Guard, rendering: Rendering) -> None:
        self._store = store
        self._reading = reading
        self._guard = guard
        self._rendering = rendering

    async def around(self, session: Session) -> dict[str, Any]:
        """The values that all templates know."""
        who = session.member
        return {
            "who": who,
            "csrf": self._guard.csrf(session),
            "event": await self._store.live.newest(),
            "counts": await self._reading.counts(who),
            "may_audit": who.may(Right.AUDIT),
            "answers": who.may(Right.ANSWER),
            "oversees": who.may(Right.OVERSEE),
            "revokes": who.may(Right.REVOKE),
        }

    async def page(
        self, name: str, request: web.Request, session: Session, status: int = 200, /, **values: Any
    ) -> web.Response:
        """A template within it."""
        around = await self.around(session)
        return self._rendering.page(name, language_of(request), status, **around, **values)

    def lost(
        self, why: str, request: web.Request, session: Session, status: int, around: Mapping[str, Any] | None = None
    ) -> web.Response:
        """``why`` is a word. Without ``around`` nothing is asked of the store."""
        values = around or {"who": session.member, "csrf": "", "event": 0}
        return self._rendering.page("lost", language_of(request), status, **values, why=why)
