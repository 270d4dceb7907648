"""Signed requests in: size, signature, shape, one durable row, 200. The table of answers is in docs/http.md.

What arrives while a commit is under way shares the next one (:class:`casestore.groupcommit.GroupCommit`), so the
answer means that the row is on the disk, and a burst costs few waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar

import structlog
from aiohttp import web

from bot.metrics import Metrics
from bot.runtime import Clock
from bot.web.body import READ_WITHIN, RequestRefused, read_body
from bot.web.tally import Tally
from casestore.groupcommit import GroupCommit

MAX_BODY = 64 * 1024  # bytes; Viber stops at 30 KB, Twilio far below
STORE_WITHIN = 8.0  # seconds; whoever waits for a lock longer is told to come back: Twilio waits 15 in all

log = structlog.get_logger(__name__)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Limits:
    """``max_body`` in bytes, the others in seconds."""

    max_body: int = MAX_BODY
    read_within: float = READ_WITHIN
    store_within: float = STORE_WITHIN


LIMITS = Limits()


class Forbidden(RequestRefused):
    """The signature is missing or wrong. ``sender`` is one of our own names for who it claims to be."""

    def __init__(self, sender: str, reason: str) -> None:
        super().__init__(403, "signature missing or wrong")
        self.sender = sender
        self.reason = reason


class Unreadable(RequestRefused):
    """Rightly signed, and not to be read. ``reason`` names the field and is told to the sender."""

    def __init__(self, sender: str, reason: str) -> None:
        super().__init__(400, reason)
        self.sender = sender
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Accepted(Generic[Row]):
    """What was read: the row to store before it is answered; ``None`` where it is of no interest. ``body`` of a 200."""

    row: Row | None
    body: str = ""
    content_type: str = ""


Read = Callable[[web.Request, bytes], Accepted[Row]]
Handler = Callable[[web.Request], Awaitable[web.Response]]


class SignedRequests(Generic[Row]):
    """Routes for who signs. ``store`` commits a batch of rows or raises."""

    def __init__(
        self, store: Callable[[Sequence[Row]], Awaitable[None]], metrics: Metrics, clock: Clock, limits: Limits = LIMITS
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._limits = limits
        self._commits: GroupCommit[Row] = GroupCommit(self._write)
        self._forbidden = Tally(clock)

    def handler(self, channel: str, read: Read[Row]) -> Handler:
        """``read`` makes a row of a body, or raises :class:`bot.web.body.RequestRefused`. ``channel``: the label of the
        ack's metric."""

        async def handle(request: web.Request) -> web.Response:
            started = perf_counter()
            response = await self._answer(channel, read, request)
            self._metrics.acks.count(channel, response.status, perf_counter() - started)
            return response

        return handle

    async def _answer(self, channel: str, read: Read[Row], request: web.Request) -> web.Response:
        try:
            body = await read_body(request, limit=self._limits.max_body, within=self._limits.read_within)
            accepted = read(request, body)
        except RequestRefused as refused:
            self._note(refused)
            return refused.answer()
        if accepted.row is not None:
            try:
                await self._commits.put(accepted.row)
            except Exception:  # whatever the reason is, it is not kept, and only its sender still has it
                log.exception("webhook.not-stored", channel=channel)
                return web.Response(status=503, text="not stored, please try again", headers={"Retry-After": "5"})
        if not accepted.body:
            return web.Response()
        return web.Response(text=accepted.body, content_type=accepted.content_type)

    async def _write(self, rows: Sequence[Row]) -> None:
        async with asyncio.timeout(self._limits.store_within):  # what commits after that is known when it comes again
            await self._store(rows)

    def _note(self, refused: RequestRefused) -> None:
        if isinstance(refused, Unreadable):
            log.warning("webhook.unreadable", sender=refused.sender, reason=refused.reason)
        if isinstance(refused, Forbidden):
            self._note_forbidden(refused)

    def _note_forbidden(self, refused: Forbidden) -> None:
        """Counts each; a line in the log is for all of a sender's since the one before."""
        self._metrics.forbidden.labels(refused.sender).inc()
        if times := self._forbidden.add(refused.sender):
            log.warning("webhook.forbidden", sender=refused.sender, reason=refused.reason, times=times)
