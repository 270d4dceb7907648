"""Events of registries in: verify, keep, 200 (:class:`bot.web.signed.SignedRequests`). A worker applies them
(:mod:`bot.registries.apply`).

Nothing else happens before the answer: no registry is asked and no case is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.metrics import Metrics
from bot.registries.payload import pack
from bot.runtime import Clock
from bot.web.body import RequestRefused
from bot.web.signed import LIMITS, Accepted, Forbidden, Limits, SignedRequests, Unreadable
from casestore.queues.registry_events import MOST_SEQUENCE, RegistryEventQueue
from connectors.events import EventReader, RegistryEvent, UnreadEvent
from connectors.signatures import BadEvent, BadSignature

PATH = "/registries/{registry}/events"
CHANNEL = "registries"  # of the ack's metric, and who signs for a registry that there is not


class EventIntake:
    """``POST /registries/{registry}/events``. ``registries`` are the names that there are."""

    def __init__(
        self,
        *,
        reader: EventReader,
        registries: Sequence[str],
        events: RegistryEventQueue,
        metrics: Metrics,
        clock: Clock,
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
            return Accepted(self._row(event))
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

    def _row(self, event: RegistryEvent | UnreadEvent) -> dict[str, object]:
        if event.sequence > MOST_SEQUENCE:
            raise BadEvent("data.sequence")
        return self._events.row(
            registry=event.registry,
            event=event.id,
            kind=event.type,
            subject=event.subject,
            sequence=event.sequence,
            payload=pack(event),
            received_at=self._clock(),
        )
