"""Events of registries in: size, signature, shape, one durable row, 200. A worker applies them (bot.registries.apply).

Nothing else happens before the answer: no registry is asked and no case is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

import msgspec
import structlog
from aiohttp import web

from bot.metrics import Metrics
from casestore.groupcommit import GroupCommit
from casestore.queues.registry_events import MOST_SEQUENCE, RegistryEventQueue
from connectors.events import (
    CaseOpened,
    CertificateIssued,
    CertificateRefused,
    Closed,
    Decided,
    DocumentsChanged,
    EventData,
    EventReader,
    RegistryEvent,
    StageChanged,
)
from connectors.signatures import BadEvent, BadSignature

MAX_BODY = 64 * 1024  # bytes
STORE_WITHIN = 8.0  # seconds; who waits for a lock longer is told to come back
PATH = "/registries/{registry}/events"
CHANNEL = "registries"  # of the ack's metric

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

_DATA: tuple[type[EventData], ...] = (
    CaseOpened,
    StageChanged,
    DocumentsChanged,
    Decided,
    Closed,
    CertificateIssued,
    CertificateRefused,
)
_KINDS: Mapping[str, type[EventData]] = {kind.__name__: kind for kind in _DATA}


def pack(event: RegistryEvent) -> str:
    """An event as the queue keeps it. Raises ``UnicodeEncodeError`` for half a character."""
    return msgspec.json.encode({"kind": type(event.data).__name__, "event": event}).decode()


def unpack(payload: str) -> RegistryEvent:
    """The event that :func:`pack` packed. Raises :class:`ValueError` for anything else."""
    whole: dict[str, Any] = msgspec.json.decode(payload)
    kind, fields = _KINDS.get(whole["kind"]), whole["event"]
    if kind is None:
        raise ValueError("an event of a kind that is not known")
    data = msgspec.convert(fields.pop("data" if "data" in fields else "news"), kind)  # "news": kept by version 0.1
    at = msgspec.convert(fields.pop("at"), datetime)
    return RegistryEvent(**fields, at=at, data=data)


class EventIntake:
    """``POST /registries/{registry}/events``. ``registries`` are the names that there are."""

    def __init__(
        self,
        reader: EventReader,
        registries: Sequence[str],
        events: RegistryEventQueue,
        metrics: Metrics,
        clock: Clock,
        *,
        max_body: int = MAX_BODY,
        store_within: float = STORE_WITHIN,
    ) -> None:
        self._reader = reader
        self._registries = frozenset(registries)
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._max_body = max_body
        self._store_within = store_within
        self._commits: GroupCommit[dict[str, object]] = GroupCommit(self._write)

    def routes(self) -> list[web.RouteDef]:
        """The table of answers is in docs/http.md."""
        return [web.post(PATH, self._handle)]

    async def _handle(self, request: web.Request) -> web.Response:
        started = perf_counter()
        response = await self._answer(request)
        self._metrics.acks.count(CHANNEL, response.status, perf_counter() - started)
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        if isinstance(body, web.Response):
            return body
        registry = request.match_info["registry"]
        try:
            event = self._reader.read(registry, request.headers, body)
            row = None if event is None else self._row(event)
        except BadSignature as error:
            log.warning("event.forbidden", reason=error.reason)
            return web.Response(status=403, text="signature missing or wrong")
        except BadEvent as error:
            return self._unreadable(registry, error.reason)
        except UnicodeEncodeError:
            return self._unreadable(registry, "half a character")
        return web.Response() if row is None else await self._keep(registry, row)

    async def _body(self, request: web.Request) -> bytes | web.Response:
        """The whole body, or what is answered to one that is too large or breaks off."""
        too_large = web.Response(status=413, text="too large")
        if (request.content_length or 0) > self._max_body:  # not a byte of it is read
            return too_large
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return too_large
        except (web.RequestPayloadError, OSError):  # cut short, or not compressed as it says
            return web.Response(status=400, text="the body breaks off")
        return too_large if len(body) > self._max_body else body

    def _unreadable(self, registry: str, reason: str) -> web.Response:
        if registry not in self._registries:
            return web.Response(status=404, text="no such registry")
        log.warning("event.unreadable", registry=registry, reason=reason)
        return web.Response(status=400, text=reason)

    def _row(self, event: RegistryEvent) -> dict[str, object]:
        if event.sequence > MOST_SEQUENCE:
            raise BadEvent("data.sequence")
        return self._events.row(
            registry=event.registry,
            event=event.id,
            subject=event.subject,
            sequence=event.sequence,
            payload=pack(event),
            received_at=self._clock(),
        )

    async def _keep(self, registry: str, row: dict[str, object]) -> web.Response:
        try:
            await self._commits.put(row)
        except Exception:  # whatever the reason is, it is not kept, and only the registry still has it
            log.exception("event.not-stored", registry=registry)
            return web.Response(status=503, text="not stored, please try again", headers={"Retry-After": "5"})
        return web.Response()

    async def _write(self, rows: Sequence[dict[str, object]]) -> None:
        async with asyncio.timeout(self._store_within):
            await self._events.add(rows)
