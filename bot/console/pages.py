"""The console's pages, and the fragments that an open page reads again when it is told of a change."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.console.actions import AgentActions, NotFound
from bot.console.frame import Frame
from bot.console.guard import HEADERS, Guard
from bot.console.reading import Reading
from bot.console.rendering import Rendering, static
from bot.console.signing_in import SigningIn, TooBusy, TooOften
from bot.runtime import Clock
from bot.store import Store
from bot.web.forms import read_form
from bot.web.pages import language_of
from bot.web.throttle import Network, address_of
from casestore.audit import ChainCheck
from casestore.staff.model import Member, Right, Session
from casestore.staff.talks import VIEWS

MAX_FORM = 8 * 1024
ROWS = 100  # of the audit log on one page
REFUSED_AFTER = 0.5  # seconds: how long it took tells nobody whether there is such an account
CHECKED_EVERY = timedelta(minutes=10)
_LONGEST_NAME = 64


class ConsolePages:
    """Routes. What may go wrong for whoever is signed in is a page as well."""

    def __init__(
        self,
        *,
        store: Store,
        desk: AgentActions,
        reading: Reading,
        guard: Guard,
        signing_in: SigningIn,
        rendering: Rendering,
        frame: Frame,
        proxies: Collection[Network],
        clock: Clock,
    ) -> None:
        self._store = store
        self._desk = desk
        self._reading = reading
        self._guard = guard
        self._signing_in = signing_in
        self._rendering = rendering
        self._frame = frame
        self._proxies = proxies
        self._clock = clock
        self._checking = asyncio.Lock()
        self._check: tuple[datetime, ChainCheck] | None = None

    def routes(self) -> list[web.RouteDef]:
        page = self._guard.page
        return [
            web.get("/console/login", self._door),
            web.post("/console/login", self._sign_in),
            web.post("/console/logout", self._sign_out),
            web.get("/console/static/{name}", self._static),
            web.get("/console/", page(self._inbox)),
            web.get("/console/c/{id}", page(self._talk)),
            web.get("/console/part/inbox", page(self._list, active=False)),
            web.get("/console/part/c/{id}", page(self._talk_part, active=False)),
            web.get("/console/part/c/{id}/side", page(self._side_part, active=False)),
            web.get("/console/audit", page(self._audit)),
        ]

    # The door

    async def _door(self, request: web.Request) -> web.StreamResponse:
        if await self._guard.session(request) is not None:
            raise web.HTTPSeeOther("/console/", headers=dict(HEADERS))
        return self._rendering.page("login", language_of(request), trouble="")

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        """A new session each time, whatever the browser brought: nobody can have given it one that they know."""
        if self._guard.is_elsewhere(request):
            return self._refused(request, "elsewhere")
        form = await read_form(request, limit=MAX_FORM)
        token, device = secrets.token_urlsafe(32), _text(request.headers.get("User-Agent", ""))
        email, password, code = (_text(form.get(name, "")) for name in ("email", "password", "code"))
        loop = asyncio.get_running_loop()
        begun, address = loop.time(), address_of(request, self._proxies)
        try:
            entered, trouble = await self._signing_in.sign_in(email, password, code, token, device, address), "refused"
        except TooBusy:
            return self._refused(request, "busy", 503)
        except TooOften:
            entered, trouble = False, "too_often"
        if not entered:
            await asyncio.sleep(begun + REFUSED_AFTER - loop.time())
            return self._refused(request, trouble)
        response = web.Response(status=303, headers={**HEADERS, "Location": "/console/"})
        self._guard.write(response, token)
        return response

    def _refused(self, request: web.Request, trouble: str, status: int = 403) -> web.Response:
        return self._rendering.page("login", language_of(request), status, trouble=trouble)

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        session = await self._guard.session(request)
        form = await read_form(request, limit=MAX_FORM)
        if session is not None and not self._guard.is_ours(request, session, form.get("csrf", "")):
            return self._refused(request, "elsewhere")
        if session is not None:
            async with self._store.database.write(wake=True) as connection:
                await self._store.sessions.end(connection, session, self._clock())
        response = web.Response(status=303, headers={**HEADERS, "Location": "/console/login"})
        self._guard.write(response, "")
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = static(request.match_info["name"][:_LONGEST_NAME])
        if found is None:
            return web.Response(status=404, text="not found", headers=dict(HEADERS))
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        return web.Response(body=found[0], content_type=found[1], charset="utf-8", headers=headers)

    # Lists

    async def _inbox(self, request: web.Request, session: Session) -> web.StreamResponse:
        if session.member.may(Right.AUDIT):
            raise web.HTTPSeeOther("/console/audit", headers=dict(HEADERS))
        return await self._listed("inbox", request, session)

    async def _list(self, request: web.Request, session: Session) -> web.StreamResponse:
        if not session.member.may(Right.ANSWER):
            return self._frame.lost("no_console", request, session, 403)
        return await self._listed("_list", request, session)

    async def _listed(self, name: str, request: web.Request, session: Session) -> web.StreamResponse:
        language = language_of(request)
        opened = request.query.get("here", "")
        shown = await self._page_of(request, session.member)
        number = int(opened) if opened.isascii() and opened.isdecimal() and len(opened) < 19 else 0
        return self._rendering.page(name, language, **await self._frame.around(session), **shown, opened=number)

    async def _page_of(self, request: web.Request, who: Member) -> Mapping[str, Any]:
        view, before = request.query.get("view", "waiting"), request.query.get("before", "")
        view = view if view in VIEWS else "waiting"
        try:
            page = await self._reading.page(view, who, before)
        except ValueError:  # a cursor that is none of ours
            before, page = "", await self._reading.page(view, who)
        return {"view": view, "before": before, **page}

    # One conversation

    async def _talk(self, request: web.Request, session: Session) -> web.StreamResponse:
        who, common = session.member, await self._frame.around(session)
        talk = await self._found(request, who)
        if talk is None:
            return self._frame.lost("not_found", request, session, 404, common)
        view = "mine" if talk["mine"] else "waiting"
        page = await self._reading.page(view, who)
        colleagues = [one for one in await self._store.accounts.of_desk(talk["desk"]) if one.demo <= who.demo]
        values = {"talk": talk, "view": view, **page, "opened": talk["id"], "colleagues": colleagues}
        return self._rendering.page("talk", language_of(request), **common, **values)

    async def _talk_part(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._part("_talk", request, session)

    async def _side_part(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._part("_side", request, session)

    async def _part(self, name: str, request: web.Request, session: Session) -> web.StreamResponse:
        who, common = session.member, await self._frame.around(session)
        talk = await self._found(request, who)
        if talk is None:
            return self._frame.lost("not_found", request, session, 404, common)
        return self._rendering.page(name, language_of(request), **common, talk=talk)

    async def _found(self, request: web.Request, who: Member) -> dict[str, Any] | None:
        written = request.match_info["id"]
        if not (written.isascii() and written.isdecimal() and len(written) < 19) or not who.may(Right.ANSWER):
            return None
        try:
            return await self._reading.conversation(int(written), who, language_of(request))
        except NotFound:
            return None

    # Who did what

    async def _audit(self, request: web.Request, session: Session) -> web.StreamResponse:
        who, common = session.member, await self._frame.around(session)
        if not who.may(Right.AUDIT):
            return self._frame.lost("not_found", request, session, 403, common)
        written = request.query.get("before", "")
        before = int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else None
        rows = await self._store.audits.newest(ROWS, before)
        check = await self._checked()
        return self._rendering.page("audit", language_of(request), **common, rows=rows, check=check, view="audit")

    async def _checked(self) -> ChainCheck:
        """The whole log is read for it: once for all who look within some minutes."""
        async with self._checking:
            now = self._clock()
            if self._check is None or now - self._check[0] >= CHECKED_EVERY:
                self._check = now, await self._store.audits.verify(now)
            return self._check[1]


def _text(brought: str) -> str:
    """Without what no database keeps: a zero, and bytes that are no UTF-8."""
    return brought.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
