"""Asks the contact registry for the mobile that it holds for each citizen on record, again and again.

Whose turn it is stands in the database, so there is nothing to time here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.runtime import Clock
from bot.store import Store
from connectors.audit import CallCause, audit_cause
from connectors.registry import ContactRegistry, RegistryError

CONTACT_KEPT = timedelta(hours=12)
CONTACT_AGAIN = timedelta(minutes=1)  # after the contact registry could not tell
CONTACT_BATCH = 50

log = structlog.get_logger(__name__)


class ContactFeed:
    """Keeps the mobile that the contact registry holds for each citizen, and lets go of numbers it no longer holds."""

    name = "feed-contacts"

    def __init__(self, *, contacts: ContactRegistry, store: Store, clock: Clock) -> None:
        self._contacts = contacts
        self._store = store
        self._clock = clock

    async def step(self) -> bool:
        now = self._clock()
        due = await self._store.citizens.contact_due(now, CONTACT_BATCH)
        with audit_cause(CallCause(protocol=self.name)):
            told = await asyncio.gather(*(self._ask(afm) for _, afm in due))
        await self._keep([(citizen, *answer) for (citizen, _), answer in zip(due, told, strict=True)], now)
        return len(due) == CONTACT_BATCH

    async def _ask(self, afm: str) -> tuple[bool, str | None]:
        """(did it say, the mobile that it holds)."""
        try:
            return True, await self._contacts.mobile_of(afm)
        except RegistryError as error:
            log.warning("feed.contact-failed", reason=error.reason)
            return False, None

    async def _keep(self, told: Sequence[tuple[int, bool, str | None]], now: datetime) -> None:
        if not told:
            return
        async with self._store.database.write() as connection:
            for citizen, said, mobile in sorted(told):  # in one order: no deadlocks with another worker
                if said:
                    await self._store.links.set_mobile(connection, citizen, mobile, now)
                await self._store.citizens.ask_again(
                    connection, citizen, now + (CONTACT_KEPT if said else CONTACT_AGAIN)
                )

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
