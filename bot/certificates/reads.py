"""What a turn may read of certificates that were asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.certificates.chat.looking import checked
from bot.certificates.verify.checker import Codes, counted
from bot.runtime import Clock
from bot.web.throttle import Throttle
from casestore.certificates.model import StoredRequest
from casestore.certificates.records import IssuedCertificates, Revocation
from casestore.certificates.requests import CertificateRequests
from casestore.certificates.revoked import RevokedPapers
from dialogues.catalogue import Catalogue
from dialogues.ports import CheckedCertificate, RequestedCertificate

TOLD = timedelta(days=730)


class StoreCertificates:
    """Implements :class:`dialogues.ports.CertificateReads`. ``registries``: the names of those that can be asked;
    ``guesses`` counts codes that could be right and lead nowhere."""

    def __init__(
        self,
        requests: CertificateRequests,
        issued: IssuedCertificates,
        revoked: RevokedPapers,
        catalogue: Catalogue,
        registries: Collection[str],
        *,
        guesses: Throttle,
        clock: Clock,
    ) -> None:
        self._requests = requests
        self._revoked = revoked
        self._codes = Codes(issued, clock)
        self._guesses = guesses
        self._issued = frozenset(code for code, kind in catalogue.issued.items() if kind.registry in registries)

    def issues(self, kind: str) -> bool:
        return kind in self._issued

    async def may_ask(self, citizen_id: int, now: datetime) -> bool:
        return await self._requests.may_ask(citizen_id, now)

    async def checked(self, code: str, asker: str) -> CheckedCertificate | None:
        found = await counted(self._codes, self._guesses, code, asker)
        return None if isinstance(found, int) else checked(found)

    async def asked(self, citizen_id: int, now: datetime) -> tuple[RequestedCertificate, ...]:
        found = await self._requests.of_citizen(citizen_id, now - TOLD)
        revoked = await self._revoked.among([one.id for one in found])
        return tuple(_told(one, revoked.get(one.id)) for one in found)


def _told(request: StoredRequest, revocation: Revocation | None) -> RequestedCertificate:
    """A paper that counts no more is not sent again."""
    told = RequestedCertificate(
        id=request.id,
        kind=request.kind,
        state=request.state,
        at=request.created_at,
        details=request.details,
        number=request.number or "",
        reason=request.words,
        issued_at=request.issued_at,
        valid_until=request.valid_until,
        kept_until=request.kept_until if request.size is not None else None,
    )
    if revocation is None:
        return told
    return replace(told, state="revoked", kept_until=None, revoked_at=revocation.at, why=revocation.why)
