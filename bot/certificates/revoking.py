"""A certificate counts no more: on record, in the audit trail, and told to whom it was issued, in one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.runtime import Clock
from bot.store import Store
from casestore.certificates.records import Certificate, Why
from casestore.certificates.revoked import RevokedPaper

Tell = Callable[[AsyncConnection, RevokedPaper, datetime], Awaitable[None]]
"""Tells whom it was issued to, in the commit that revokes it."""


class Revoking:
    """Codes as :func:`nlu.certificate_codes.read_code` gives them."""

    def __init__(self, store: Store, tell: Tell, clock: Clock) -> None:
        self._store = store
        self._tell = tell
        self._clock = clock

    async def find(self, code: str) -> Certificate | None:
        return await self._store.issued.by_code(code)

    async def revoke(self, code: str, by: str, why: Why) -> bool:
        """``False``: there is none of this code, or it was revoked before. ``by``: who does it, as the audit trail
        names them."""
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            if not await self._store.issued.revoke(connection, code, by, why, now):
                return False
            paper = await self._store.revoked.of_code(connection, code)
            if paper is not None:
                await self._tell(connection, paper, now)
        return True
