"""The console's JSON: the pages ask it, and whoever stands in for them. Field names: docs/console.md."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.channels.facts import CHANNELS
from bot.console.actions import LONGEST, AgentActions, BadRequest, NotFound
from bot.console.guard import Guard, answer, read_json, refusal, text_of, version_of
from bot.console.reading import Reading
from bot.console.shapes import owner_of
from bot.console.speaking import TooLong
from bot.runtime import Clock
from bot.settings import Settings
from bot.store import Store
from bot.web.body import RequestRefused
from bot.web.pages import language_of
from casestore.conversations.live import note_presence
from casestore.conversations.ownership import NotOwned
from casestore.staff.model import Right, Session
from casestore.staff.moves import Move
from casestore.staff.talks import MOST, VIEWS
from dialogues.turn import Reply

ROOT = "/console/api"
ONE = ROOT + "/conversations/{id}"
Act = Callable[[web.Request, Session, Mapping[str, Any], int], Awaitable[web.Response]]


class Api:
    """Routes over the desk and what is read."""

    def __init__(
        self, *, store: Store, desk: AgentActions, reading: Reading, guard: Guard, settings: Settings, clock: Clock
    ) -> None:
        self._store = store
        self._desk = desk
        self._reading = reading
        self._guard = guard
        self._settings = settings
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        api = self._guard.api
        moves = (Move.CLAIM, Move.RELEASE, Move.CLOSE, Move.TRANSFER)
        acts = {
            **{str(move): self._mover(move) for move in moves},
            "snooze": self._snooze,
            "reply": self._reply,
            "notes": self._note,
            "reveal": self._reveal,
            "preview": self._preview,
        }
        return [
            web.get(f"{ROOT}/me", api(self._me)),
            web.get(f"{ROOT}/conversations", api(self._list, Right.ANSWER)),
            web.get(ONE, api(self._one, Right.ANSWER)),
            web.get(f"{ONE}/messages", api(self._messages, Right.ANSWER)),
            *(web.post(f"{ONE}/{name}", api(self._acting(act), Right.ANSWER)) for name, act in acts.items()),
            web.put(f"{ONE}/draft", api(self._acting(self._draft), Right.ANSWER)),
            web.post(f"{ROOT}/presence", api(self._presence, Right.ANSWER, active=False)),
        ]

    # Reading

    async def _me(self, _request: web.Request, session: Session) -> web.Response:
        who = session.member
        shown = {"email": who.email, "name": who.name, "role": str(who.role), "desks": sorted(who.desks)}
        counts = await self._reading.counts(who)
        event = await self._store.live.newest()
        return answer({**shown, "csrf": self._guard.csrf(session), "counts": counts, "event": event})

    async def _list(self, request: web.Request, session: Session) -> web.Response:
        view, before = request.query.get("view", "waiting"), request.query.get("before", "")
        if view not in VIEWS:
            return refusal(422, "view")
        event = await self._store.live.newest()
        try:
            page = await self._reading.page(view, session.member, before, _number(request, "limit", MOST))
        except ValueError:
            return refusal(422, "before")
        return answer({**page, "event": event})

    async def _one(self, request: web.Request, session: Session) -> web.Response:
        try:
            shown = await self._reading.conversation(_id(request), session.member, language_of(request))
        except NotFound:
            return refusal(404, "conversation")
        return answer(shown)

    async def _messages(self, request: web.Request, session: Session) -> web.Response:
        before = _number(request, "before", 0) or None
        try:
            found = await self._reading.messages(_id(request), session.member, before, _number(request, "limit", MOST))
        except NotFound:
            return refusal(404, "conversation")
        return answer(found)

    # Acting

    def _acting(self, act: Act) -> Callable[[web.Request, Session], Awaitable[web.Response]]:
        """What an act may end in besides its own answer."""

        async def acting(request: web.Request, session: Session) -> web.Response:
            try:
                return await act(request, session, await read_json(request), _id(request))
            except NotFound:
                return refusal(404, "conversation")
            except NotOwned as lost:
                return refusal(409, "owner", owner=owner_of(lost.actual), version=lost.actual.version)
            except TooLong:
                return refusal(422, "too long")
            except BadRequest as bad:
                return refusal(422, str(bad))

        return acting

    def _mover(self, move: Move) -> Act:
        async def act(_request: web.Request, session: Session, data: Mapping[str, Any], number: int) -> web.Response:
            text = text_of(data, "summary") or text_of(data, "reason")
            needs = move in (Move.CLOSE, Move.TRANSFER)
            if len(text) > LONGEST:
                raise BadRequest("reason")
            asked = await self._desk.request(
                move, version_of(data), session.member, text_of(data, "to"), text, reason=needs
            )
            moved = await self._desk.move(number, session.member, asked)
            event = await self._store.live.newest()
            return answer({"id": number, "owner": owner_of(moved), "version": moved.version, "event": event})

        return act

    async def _snooze(
        self, _request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        version, until = version_of(data), text_of(data, "until")
        await self._desk.snooze(number, session.member, version, _instant(until) if until else None)
        return answer({"id": number, "version": version, "event": await self._store.live.newest()})

    async def _reply(
        self, request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        key, text = request.headers.get("Idempotency-Key", ""), text_of(data, "text")
        sent = await self._desk.reply(number, session.member, version_of(data), text, key)
        return answer({"message": sent, "state": "waiting"}, 202)  # the first answer, however often it is asked for

    async def _note(
        self, _request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        await self._desk.note(number, session.member, text_of(data, "text"))
        return answer({"id": number, "event": await self._store.live.newest()}, 201)

    async def _draft(
        self, _request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        await self._desk.draft(number, session.member, text_of(data, "text"))
        return answer({"id": number})

    async def _reveal(
        self, _request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        reason = text_of(data, "reason").strip()
        if not 3 <= len(reason) <= 200:
            raise BadRequest("reason")
        return answer(await self._reading.reveal(number, session.member, reason))

    async def _preview(
        self, _request: web.Request, session: Session, data: Mapping[str, Any], number: int
    ) -> web.Response:
        """What an answer would cost before it is sent, by the code that will send it."""
        talk = await self._desk.talk(number, session.member)
        text = text_of(data, "text").strip()
        if len(text) > LONGEST:
            raise BadRequest("text")
        told = await self._desk.preview(talk, session.member, text) if text else ""
        facts = CHANNELS[talk.channel]
        parts = sum(facts.parts(part) for part in facts.compose(Reply(told))) if told else 0
        price = facts.billing(self._settings).price
        measured = {"parts": parts, "cost": round(parts * price, 4), "characters": len(told)}
        return answer({**measured, "fits": facts.holds(told), "text": told})

    async def _presence(self, request: web.Request, session: Session) -> web.Response:
        data = await read_json(request)
        viewing, typing = data.get("viewing"), data.get("typing") is True
        if viewing is not None and (type(viewing) is not int or not 0 < viewing < 2**62):
            return refusal(422, "viewing")
        if viewing is not None:
            try:
                await self._desk.talk(viewing, session.member)
            except NotFound:
                viewing = None
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            before = await self._store.accounts.looks_at(connection, session.member.id, viewing, now, typing=typing)
            seen = {one for one in (before, viewing) if one is not None}
            await note_presence(self._store.database, connection, sorted(seen), now)
        return answer({"event": await self._store.live.newest()})


def _id(request: web.Request) -> int:
    """Of the path; what is no number is no conversation."""
    written = request.match_info["id"]
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise NotFound
    return int(written)


def _number(request: web.Request, name: str, default: int) -> int:
    written = request.query.get(name, "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else default


def _instant(written: str) -> datetime:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        raise RequestRefused(422, "until is no time") from None
    if instant.tzinfo is None:
        raise RequestRefused(422, "until has no zone")
    return instant
