"""News that is about no case: a certificate that was issued here counts no more. Told by the same table, and on the
same ways, as news of cases; once, for a certificate is revoked once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.facts import REVOKED
from bot.notices.planner import Planner
from bot.notices.policy import ANY, Policy
from bot.store import Store
from casestore.certificates.revoked import RevokedPaper
from casestore.notices.model import Fact, certificate_reference


class RevocationNews:
    """A :data:`bot.certificates.revoking.Tell`."""

    def __init__(self, *, store: Store, planner: Planner, policy: Policy) -> None:
        self._store = store
        self._planner = planner
        self._policy = policy

    async def __call__(self, connection: AsyncConnection, paper: RevokedPaper, now: datetime) -> None:
        notices, citizen = self._store.notices, paper.citizen_id
        wanted, _, _ = await self._store.preferences.of_citizen(connection, citizen)
        fact = Fact(0, REVOKED)
        told = self._policy.told([fact], ANY, wanted.news)
        if not told:
            return
        category = self._policy.category(told, None, now)
        notice = await notices.make(
            connection,
            citizen,
            certificate_reference(paper.request),
            category=category.name,
            deadline=None,
            not_before=now,
            now=now,
        )
        await notices.add_facts(connection, notice, [fact], now)
        await self._planner.place(connection, notice, await self._planner.plan(connection, notice, now), now)
