"""The pages where a supervisor sets desks, hours and ready answers: plain forms, which work without a script."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from bot.console.frame import Frame
from bot.console.guard import HEADERS, Guard
from bot.console.supervision.arranging import Arranging, Senseless
from bot.console.supervision.forms import Form, canned_from, desks_from, hours_from, hours_shown
from bot.console.supervision.routes import overseeing
from bot.conversation.hours import DAYS, Hours
from bot.runtime import Clock
from bot.store import Store
from bot.web.forms import read_form
from bot.web.pages import language_of
from casestore.people.public_holidays import named
from casestore.people.quiet_hours import ATHENS
from casestore.staff.arrangements import ChangedMeanwhile, Kind
from casestore.staff.model import Session

MAX_FORM = 64 * 1024
_NEAR = timedelta(days=7)
_AHEAD = timedelta(days=365)


class ArrangePages:
    """Routes over :class:`bot.console.supervision.arranging.Arranging`."""

    def __init__(self, store: Store, arranging: Arranging, guard: Guard, frame: Frame, clock: Clock) -> None:
        self._store = store
        self._arranging = arranging
        self._guard = guard
        self._frame = frame
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        guard, frame = self._guard, self._frame
        return [
            web.get("/console/arrange", overseeing(guard, frame, self._all)),
            web.get("/console/arrange/{kind}", overseeing(guard, frame, self._one)),
            web.post("/console/arrange/{kind}", overseeing(guard, frame, self._set)),
            web.post("/console/arrange/{kind}/back", overseeing(guard, frame, self._put_back)),
        ]

    async def _all(self, request: web.Request, session: Session) -> web.StreamResponse:
        newest = {kind: (await self._arranging.history(kind))[0] for kind in Kind}
        kinds = {str(kind): newest[kind] for kind in Kind}
        return await self._frame.page("arrange", request, session, kinds=kinds, view="arrange")

    async def _one(self, request: web.Request, session: Session) -> web.StreamResponse:
        kind = _kind(request)
        if kind is None:
            return await self._lost(request, session)
        return await self._page(kind, request, session)

    async def _set(self, request: web.Request, session: Session) -> web.StreamResponse:
        async def act(kind: Kind, form: Form) -> None:
            data = await self._written(kind, form)
            await self._arranging.set(kind, data, _number(form, "version"), session.member)

        return await self._do(request, session, act)

    async def _put_back(self, request: web.Request, session: Session) -> web.StreamResponse:
        async def act(kind: Kind, form: Form) -> None:
            numbers = _number(form, "number"), _number(form, "version")
            await self._arranging.put_back(kind, *numbers, session.member)

        return await self._do(request, session, act)

    async def _do(self, request: web.Request, session: Session, act: Callable[[Kind, Form], Any]) -> web.StreamResponse:
        """Afterwards the page again: as it is then, or with what is wrong and what was written."""
        kind, form = _kind(request), _clean(await read_form(request, limit=MAX_FORM))
        if not self._guard.is_ours(request, session, form.get("csrf", "")):
            return self._frame.lost("elsewhere", request, session, 403, await self._frame.around(session))
        if kind is None:
            return await self._lost(request, session)
        try:
            await act(kind, form)
        except ChangedMeanwhile:
            return await self._page(kind, request, session, 409, trouble="changed_meanwhile", form=form)
        except ValueError as wrong:
            return await self._page(kind, request, session, 422, trouble=str(wrong), form=form)
        return web.Response(status=303, headers={**HEADERS, "Location": f"/console/arrange/{kind}?done=1"})

    async def _written(self, kind: Kind, form: Form) -> Any:
        data = self._arranging.of(kind).data
        if kind is Kind.HOURS:
            return hours_from(form)
        if kind is Kind.DESKS:
            return desks_from(form, data, await self._store.arrangements.desks_in_use())
        return canned_from(form, data, tuple(self._arranging.of(Kind.DESKS).last), secrets.token_hex(4))

    async def _page(
        self, kind: Kind, request: web.Request, session: Session, status: int = 200, /, **more: Any
    ) -> web.Response:
        arranged = self._arranging.of(kind)
        values = {"trouble": "", "form": None, "done": request.query.get("done") == "1" and status == 200, **more}
        values |= {"kind": str(kind), "version": arranged.number, "fixed": arranged.fixed, "data": arranged.data}
        values |= {"history": await self._arranging.history(kind), "view": "arrange"}
        if kind is Kind.HOURS:
            values |= self._calendar(arranged.last, arranged.data, language_of(request), values["form"])
        if kind is Kind.DESKS:
            values["used"] = await self._store.arrangements.desks_in_use()
        return await self._frame.page(f"arrange_{kind}", request, session, status, **values)

    def _calendar(self, hours: Hours, data: Mapping[str, Any], language: str, form: Form | None) -> Mapping[str, Any]:
        """The days to come as they are, and the holidays of a year."""
        today = self._clock().astimezone(ATHENS).date()
        days = [today + timedelta(days=number) for number in range(14)]
        holidays = named(today, today + _AHEAD, language)
        return {
            "fields": {**hours_shown(data), **(form or {})},
            "week": DAYS,
            "days": [(day, [f"{start:%H:%M}-{end:%H:%M}" for start, end in hours.spans(day)]) for day in days],
            "holidays": [(day, name, bool(hours.spans(day))) for day, name in holidays],
            "unsure": _unsure([day for day, _ in holidays], data),
            "always": hours.always,
        }

    async def _lost(self, request: web.Request, session: Session) -> web.Response:
        return self._frame.lost("no_list", request, session, 404, await self._frame.around(session))


def _unsure(holidays: list[date], data: Mapping[str, Any]) -> date | None:
    """The next first of May that meets Easter or a Sunday, and of which nobody has said yet what becomes of it: a
    minister moves it. None where it is settled."""
    for year in sorted({day.year for day in holidays}):
        first = date(year, 5, 1)
        near = [day for day in holidays if day != first and abs(day - first) <= _NEAR]
        meets = first.weekday() == 6 or bool(near)
        written = [str(day) for day in data.get("dates") or {}]
        if meets and not any(abs(date.fromisoformat(day) - first) <= _NEAR for day in written):
            return first
    return None


def _kind(request: web.Request) -> Kind | None:
    written = request.match_info["kind"]
    return Kind(written) if written in set(Kind) else None


def _number(form: Form, name: str) -> int:
    written = form.get(name, "")
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise Senseless("senseless")
    return int(written)


def _clean(form: Form) -> dict[str, str]:
    return {name: value.replace("\x00", "").encode("utf-8", "replace").decode() for name, value in form.items()}
