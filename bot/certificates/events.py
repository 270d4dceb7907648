"""What an event says of a certificate: that it is settled. How, its registry is asked: what cannot be taken back is
told by the registry itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.certificates.requests import CertificateRequests
from connectors.events import RegistryEvent
from connectors.events_certificates import SHAPES, CertificateIssued, CertificateRefused

TYPES = tuple(SHAPES)


class CertificateApplier:
    """Implements :class:`bot.registries.apply.Applier`."""

    def __init__(self, requests: CertificateRequests) -> None:
        self._requests = requests

    async def prepare(self, event: RegistryEvent) -> _Settled:
        data = event.data
        request = data.request if isinstance(data, CertificateIssued | CertificateRefused) else event.subject
        return _Settled(self._requests, event.registry, request)

    def committed(self, event: RegistryEvent) -> None:
        """Nothing is remembered of certificates."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """``request``: our id of it."""

    requests: CertificateRequests
    registry: str
    request: str

    async def write(self, connection: AsyncConnection, now: datetime) -> str:
        known = await self.requests.settled(connection, self.registry, self.request, now)
        return "noted" if known else "not-ours"
