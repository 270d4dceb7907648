"""The pages of the telephone. Everything is a form that is posted: no address of a page holds anything of anybody.

GET  /console/calls                       to look somebody up, own calls, who is to be rung up
POST /console/calls                       by, value, purpose: a call begins
GET  /console/calls/{id}                  one call
POST /console/calls/{id}/{act}            code, prove, note, follow-up, callback, outcome, end
GET  /console/part/callbacks              the list anew
POST /console/callbacks                   conversation: whoever is known there is to be rung up
POST /console/callbacks/{id}/ring         an employee rings them up
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from aiohttp import web

from bot.console.actions import LONGEST, BadRequest, NotFound
from bot.console.calls.desk import CallDesk, Refused
from bot.console.calls.following import FollowingUp
from bot.console.calls.view import CallView
from bot.console.frame import Frame
from bot.console.guard import HEADERS, Guard, Signed
from bot.console.reading import Reading
from bot.console.speaking import TooLong
from bot.store import Store
from bot.web.forms import read_form
from bot.web.pages import language_of
from casestore.calls.model import Call, FoundBy, Limited, Outcome, Purpose
from casestore.conversations.ownership import NotOwned
from casestore.people.identity import identity_at
from casestore.staff.model import Right, Session

MAX_FORM = 48 * 1024  # two texts of 2,000 characters, each of up to nine bytes in a form
Form = Mapping[str, str]
Act = Callable[[Call, Session, Form], Awaitable[str]]
Posted = Callable[[web.Request, Session, Form], Awaitable[web.StreamResponse]]
Chosen = TypeVar("Chosen", bound=StrEnum)


class CallPages:
    """Routes over the desk and what is read."""

    def __init__(
        self,
        *,
        store: Store,
        desk: CallDesk,
        following: FollowingUp,
        view: CallView,
        reading: Reading,
        guard: Guard,
        frame: Frame,
    ) -> None:
        self._store = store
        self._desk = desk
        self._following = following
        self._view = view
        self._reading = reading
        self._guard = guard
        self._frame = frame
        self._acts: Mapping[str, Act] = {
            "code": self._code,
            "prove": self._prove,
            "note": self._note,
            "follow-up": self._follow_up,
            "callback": self._callback,
            "outcome": self._outcome,
            "end": self._end,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/console/calls", self._page(self._list)),
            web.post("/console/calls", self._posted(self._begin)),
            web.get("/console/calls/{id}", self._page(self._one)),
            web.post("/console/calls/{id}/{act}", self._posted(self._act)),
            web.get("/console/part/callbacks", self._page(self._part, active=False)),
            web.post("/console/callbacks", self._posted(self._open)),
            web.post("/console/callbacks/{id}/ring", self._posted(self._ring)),
        ]

    def _page(self, handler: Signed, *, active: bool = True) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def allowed(request: web.Request, session: Session) -> web.StreamResponse:
            if not session.member.may(Right.ANSWER):
                return await self._lost(request, session, "no_console", 403)
            try:
                return await handler(request, session)
            except NotFound:
                return await self._lost(request, session, "no_call", 404)

        return self._guard.page(allowed, active=active)

    def _posted(self, handler: Posted) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Only from a page of ours."""

        async def allowed(request: web.Request, session: Session) -> web.StreamResponse:
            form = await read_form(request, limit=MAX_FORM)
            if not self._guard.is_ours(request, session, form.get("csrf", "")):
                return await self._lost(request, session, "elsewhere", 403)
            return await handler(request, session, {name: value.replace("\x00", "") for name, value in form.items()})

        return self._page(allowed)

    # Pages

    async def _list(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._shown_list(request, session)

    async def _shown_list(
        self, request: web.Request, session: Session, status: int = 200, trouble: str = "", typed: Form | None = None
    ) -> web.StreamResponse:
        values = {
            "mine": await self._view.mine(session.member),
            "callbacks": await self._view.callbacks(session.member),
            "trouble": trouble,
            "typed": {"by": "mobile", "value": "", "purpose": "", **(typed or {})},
            "ways": [str(one) for one in FoundBy if one is not FoundBy.CALLBACK],
            "purposes": [str(one) for one in Purpose],
            "view": "calls",
        }
        return await self._frame.page("calls", request, session, status, **values)

    async def _part(self, request: web.Request, session: Session) -> web.StreamResponse:
        values = {"callbacks": await self._view.callbacks(session.member)}
        return await self._frame.page("_callbacks", request, session, **values)

    async def _one(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._shown(request, session, await self._call(request, session))

    async def _shown(
        self,
        request: web.Request,
        session: Session,
        call: Call,
        status: int = 200,
        trouble: str = "",
        left: int = 0,
        typed: Form | None = None,
    ) -> web.StreamResponse:
        language = language_of(request)
        done = request.query.get("done", "")
        values = {
            "call": await self._view.call(call, session.member, language),
            "trouble": trouble,
            "left": left,
            "done": done if done in self._acts else "",
            "typed": {**dict.fromkeys(("key", "text", "about", "asked", "answered"), ""), **(typed or {})},
            "key": secrets.token_urlsafe(12),
            "purposes": [str(one) for one in Purpose],
            "outcomes": [str(one) for one in Outcome if one is not Outcome.REACHED],
            "longest": LONGEST,
            "view": "calls",
        }
        return await self._frame.page("call", request, session, status, **values)

    async def _lost(self, request: web.Request, session: Session, why: str, status: int) -> web.StreamResponse:
        return self._frame.lost(why, request, session, status, await self._frame.around(session))

    # Acts

    async def _begin(self, request: web.Request, session: Session, form: Form) -> web.StreamResponse:
        value = form.get("value", "").strip()
        try:
            found_by, purpose = _chosen(FoundBy, form, "by"), _chosen(Purpose, form, "purpose")
            made = await self._desk.begin(session.member, found_by, value, purpose)
        except BadRequest as bad:
            return await self._shown_list(request, session, 422, f"wrong_{bad}", form)
        except Limited:
            return await self._shown_list(request, session, 429, "enough", form)
        return _to(f"/console/calls/{made}")

    async def _act(self, request: web.Request, session: Session, form: Form) -> web.StreamResponse:
        call = await self._call(request, session)
        name = request.match_info["act"]
        act = self._acts.get(name)
        if act is None:
            raise NotFound
        try:
            trouble, status = await act(call, session, form), 422
        except Refused as refused:
            trouble, status = str(refused), 409
        except BadRequest as bad:
            trouble, status = f"wrong_{bad}", 422
        except TooLong:
            trouble, status = "too_long", 422
        except NotOwned:
            trouble, status = "colleague", 409
        except Limited:
            trouble, status = "enough", 429
        if not trouble:
            return _to(f"/console/calls/{call.id}?done={name}")
        word, _, left = trouble.partition(":")
        now = await self._call(request, session)
        return await self._shown(request, session, now, status, word, int(left or 0), form)

    async def _code(self, call: Call, session: Session, _form: Form) -> str:
        await self._desk.ask_code(call, session.member)
        return ""

    async def _prove(self, call: Call, session: Session, form: Form) -> str:
        left = await self._desk.prove(call, session.member, form.get("code", ""))
        return "" if left is None else f"code_wrong:{left}" if left else "code_over"

    async def _note(self, call: Call, session: Session, form: Form) -> str:
        about, asked, answered = (form.get(name, "") for name in ("about", "asked", "answered"))
        await self._desk.note(call, session.member, about, asked, answered)
        return ""

    async def _follow_up(self, call: Call, session: Session, form: Form) -> str:
        citizen, key = self._citizen(call), form.get("key", "")
        if not 1 <= len(key) <= 64:
            raise BadRequest("key")
        await self._following.send(call, citizen, session.member, form.get("text", ""), key)
        return ""

    async def _callback(self, call: Call, session: Session, form: Form) -> str:
        citizen = self._citizen(call)
        number = await self._following.place(citizen)
        key = f"call:{call.id}:{secrets.token_hex(8)}"
        await self._desk.call_back(session.member, citizen, number, key, form.get("about", ""))
        return ""

    async def _outcome(self, call: Call, session: Session, form: Form) -> str:
        await self._desk.outcome(call, session.member, _chosen(Outcome, form, "outcome"))
        return ""

    async def _end(self, call: Call, session: Session, _form: Form) -> str:
        await self._desk.end(call, session.member)
        return ""

    async def _open(self, request: web.Request, session: Session, form: Form) -> web.StreamResponse:
        """From a conversation that this employee sees, for whoever is known there."""
        number = _number(form.get("conversation", ""))
        who = session.member
        talk = await self._reading.talk(number, who)
        async with self._store.database.read() as connection:
            citizen = (await identity_at(connection, talk.contact_point_id)).speaker
        try:
            if citizen is None:
                raise Refused("no_number")
            await self._desk.call_back(who, citizen, number, f"by:{who.id}:{secrets.token_hex(8)}")
        except Refused as refused:
            return await self._shown_list(request, session, 409, str(refused))
        except Limited:
            return await self._shown_list(request, session, 429, "enough")
        return _to(f"/console/c/{number}")

    async def _ring(self, request: web.Request, session: Session, _form: Form) -> web.StreamResponse:
        one = await self._desk.callback(_number(request.match_info["id"]), session.member)
        try:
            made = await self._desk.ring(one, session.member)
        except Refused as refused:
            return await self._shown_list(request, session, 409, str(refused))
        return _to(f"/console/calls/{made}")

    def _citizen(self, call: Call) -> int:
        """Whoever is on the line; only while the call goes on."""
        if not self._view.goes_on(call) or call.citizen_id is None:
            raise NotFound
        return call.citizen_id

    async def _call(self, request: web.Request, session: Session) -> Call:
        return await self._desk.call(_number(request.match_info["id"]), session.member)


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise NotFound
    return int(written)


def _chosen(kind: type[Chosen], form: Form, name: str) -> Chosen:
    try:
        return kind(form.get(name, ""))
    except ValueError:
        raise BadRequest(name) from None


def _to(path: str) -> web.Response:
    return web.Response(status=303, headers={**HEADERS, "Location": path})
