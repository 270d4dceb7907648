"""Events of registries in: verify, keep, 200 (:class:`bot.web.signed.SignedRequests`). A worker applies them
(bot.registries.apply).

Nothing else happens before the answer: no registry is asked and no case is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from aiohttp import web

from bot.metrics import Metrics
from bot.web.body import RequestRefused
from bot.web.signed import LIMITS, Accepted, Forbidden, Limits, SignedRequests, Unreadable
from casestore.queues.registry_events import MOST_SEQUENCE, NewEvent, RegistryEventQueue
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

PATH = "/registries/{registry}/events"
CHANNEL = "registries"  # of the ack's metric, and who signs for a registry that there is not

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
        limits: Limits = LIMITS,
    ) -> None:
        self._reader = reader
        self._registries = frozenset(registries)
        self._events = events
        self._clock = clock
        self._signed: SignedRequests[dict[str, object]] = SignedRequests(events.add, metrics, clock, limits)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self._signed.handler(CHANNEL, self._read))]

    def _read(self, request: web.Request, body: bytes) -> Accepted[dict[str, object]]:
        registry = request.match_info["registry"]
        try:
            event = self._reader.read(registry, request.headers, body)
            return Accepted(None if event is None else self._row(event))
        except BadSignature as error:
            raise Forbidden(registry if registry in self._registries else CHANNEL, error.reason) from None
        except BadEvent as error:
            raise self._unreadable(registry, error.reason) from None
        except UnicodeEncodeError:
            raise self._unreadable(registry, "half a character") from None

    def _unreadable(self, registry: str, reason: str) -> RequestRefused:
        if registry not in self._registries:
            return RequestRefused(404, "no such registry")
        return Unreadable(registry, reason)

    def _row(self, event: RegistryEvent) -> dict[str, object]:
        if event.sequence > MOST_SEQUENCE:
            raise BadEvent("data.sequence")
        arrived = NewEvent(event.registry, event.id, event.subject, event.sequence, pack(event), self._clock())
        return self._events.row(arrived)
