"""Live updates: a stream of server-sent events, and the same facts by polling.

https://html.spec.whatwg.org/multipage/server-sent-events.html. ``id`` is the cursor; a stream whose session
is over says ``signout``, after which our pages ask no more.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import web

from bot.console.api import ROOT
from bot.console.guard import HEADERS, Guard, answer, refusal
from bot.console.hub import PAGE, Catch, Hub, Listener, concerns
from bot.console.reading import Reading
from bot.runtime import Clock
from bot.store import Store
from casestore.staff.model import Member, Right, Session

PING = 15.0  # seconds without a word after which one is sent
BATCH = 0.1  # seconds that changes are gathered for
SEND_WITHIN = 20.0
_STREAM: Mapping[str, str] = {
    **HEADERS,
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",
}


class Streams:
    """Routes over the hub."""

    def __init__(self, *, store: Store, hub: Hub, reading: Reading, guard: Guard, clock: Clock) -> None:
        self._store = store
        self._hub = hub
        self._reading = reading
        self._guard = guard
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/stream", self._guard.api(self._stream, Right.ANSWER, active=False)),
            web.get(f"{ROOT}/changes", self._guard.api(self._changes, Right.ANSWER, active=False)),
        ]

    async def _changes(self, request: web.Request, session: Session) -> web.Response:
        cursor = await self._cursor(request)
        async with self._store.database.write() as connection:
            await self._store.accounts.present(connection, [session.member.id], self._clock())
        caught = await self._hub.since(cursor)
        found = caught.events[: min(PAGE, _limit(request))]
        last = found[-1].id if len(found) < len(caught.events) else caught.cursor
        events = [
            {"event": one.id, "kind": one.kind, "id": one.conversation_id}
            for one in found
            if concerns(one, session.member)
        ]
        counts = await self._reading.counts(session.member)
        return answer({"event": last, "events": events, "reload": caught.reload, "counts": counts})

    async def _stream(self, request: web.Request, session: Session) -> web.StreamResponse:
        cursor = await self._cursor(request)
        if self._hub.is_full(session):
            return refusal(429, "streams")
        response = web.StreamResponse(headers=dict(_STREAM))
        async with self._hub.listening(session, lambda: request.transport is None) as listener:
            await response.prepare(request)
            with suppress(ConnectionError, TimeoutError):
                await self._write(response, "retry: 2000\n\n")
                await self._feed(response, listener, cursor)
        return response

    async def _feed(self, response: web.StreamResponse, listener: Listener, cursor: int) -> None:
        who, told = listener.session.member, None
        async with self._store.database.write() as connection:
            await self._store.accounts.present(connection, [who.id], self._clock())
        while not listener.ended:
            listener.woken.clear()
            caught = await self._hub.since(cursor)
            behind, cursor = caught.cursor - cursor, caught.cursor
            await self._tell(response, caught, who)
            if told is None or behind:
                told = await self._counts(response, who, cursor, told)
            if not behind or not caught.events:
                await self._wait(response, listener)
        await self._end(response, listener)

    async def _end(self, response: web.StreamResponse, listener: Listener) -> None:
        """A session that is over says so, and is not asked for again; of a server that stops another is asked."""
        if await self._store.sessions.alive([listener.session.id], self._clock()):
            return
        await self._write(response, _event("signout", None, {}))

    async def _wait(self, response: web.StreamResponse, listener: Listener) -> None:
        try:
            async with asyncio.timeout(PING):
                await listener.woken.wait()
            await asyncio.sleep(BATCH)
        except TimeoutError:
            await self._write(response, ": still here\n\n")

    async def _tell(self, response: web.StreamResponse, caught: Catch, who: Member) -> None:
        if caught.reload:
            await self._write(response, _event("reload", caught.cursor, {}))
        newest = {(one.kind, one.conversation_id): one for one in caught.events if concerns(one, who)}
        told = sorted(newest.values(), key=lambda one: one.id)
        if told:
            lines = (_event(one.kind, one.id, {"event": one.id, "id": one.conversation_id}) for one in told)
            await self._write(response, "".join(lines))

    async def _counts(
        self, response: web.StreamResponse, who: Member, cursor: int, before: dict[str, int] | None
    ) -> dict[str, int]:
        counts = await self._reading.counts(who)
        if counts != before:
            await self._write(response, _event("counter", cursor, {"event": cursor, **counts}))
        return counts

    @staticmethod
    async def _write(response: web.StreamResponse, text: str) -> None:
        async with asyncio.timeout(SEND_WITHIN):
            await response.write(text.encode())

    async def _cursor(self, request: web.Request) -> int:
        """The browser's own, on a stream that was cut; else the page's; else from now on."""
        for written in (request.headers.get("Last-Event-ID", ""), request.query.get("after", "")):
            if written.isascii() and written.isdecimal() and len(written) < 19:
                return int(written)
        return await self._store.live.newest()


def _event(kind: str, cursor: int | None, data: Mapping[str, Any]) -> str:
    number = "" if cursor is None else f"id: {cursor}\n"
    return f"{number}event: {kind}\ndata: {json.dumps(data)}\n\n"


def _limit(request: web.Request) -> int:
    written = request.query.get("limit", "")
    return max(1, int(written)) if written.isascii() and written.isdecimal() and len(written) < 9 else PAGE
