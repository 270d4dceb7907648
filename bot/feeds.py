"""Registries in: polls each for changed cases, and the contact registry for the citizens' mobiles.

The registry is read before the transaction; a page and its cursor are committed together, and a page read twice changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.metrics import Metrics
from casestore.cases import Case, Cases, Document
from casestore.database import Database
from casestore.people import People
from connectors.registry import CaseRecord, CaseRegistry, ContactRegistry, RegistryError

CONTACT_KEPT = timedelta(hours=12)
CONTACT_AGAIN = timedelta(minutes=1)  # after the contact registry could not tell
CONTACT_BATCH = 50

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def case_of(record: CaseRecord) -> Case:
    """A registry's record as the case store keeps it."""
    documents = tuple(Document(d.code, d.title, d.status, d.reason, d.deadline) for d in record.documents)
    return Case(
        registry=record.registry,
        reference=record.reference,
        procedure=record.procedure,
        title=record.title,
        stage=record.stage,
        sequence=record.sequence,
        updated_at=record.updated_at,
        expected_by=record.expected_by,
        note=record.note,
        outcome=record.outcome,
        closed=record.closed,
        documents=documents,
    )


class CaseFeed:
    """One registry's changes, page by page, at most every ``every``."""

    def __init__(
        self,
        registry: CaseRegistry,
        database: Database,
        people: People,
        cases: Cases,
        metrics: Metrics,
        clock: Clock,
        *,
        every: timedelta,
    ) -> None:
        self.name = f"feed-{registry.name}"
        self._registry = registry
        self._database = database
        self._people = people
        self._cases = cases
        self._metrics = metrics
        self._clock = clock
        self._every = every
        self._due: datetime | None = None

    async def step(self) -> bool:
        now = self._clock()
        if self._due is not None and now < self._due:
            return False
        try:
            more = await self._page(now)
        except RegistryError as error:
            log.warning("feed.failed", registry=self._registry.name, reason=error.reason)
            self._metrics.feed.labels(self._registry.name, "failed").inc()
            more = False
        self._due = None if more else now + self._every
        return more

    async def _page(self, now: datetime) -> bool:
        cursor = await self._cases.cursor(self.name)
        page = await self._registry.changes(cursor)
        if page.cursor == cursor and not page.cases:
            return False
        async with self._database.write(wake=True) as connection:
            for record in page.cases:
                citizen = await self._people.citizen(connection, record.afm, now)
                new = await self._cases.put(connection, citizen, case_of(record), now)
                self._metrics.feed.labels(self._registry.name, "new" if new else "known").inc()
            await self._cases.set_cursor(connection, self.name, page.cursor, now)
        return page.more

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""


class ContactFeed:
    """Keeps the mobile that the contact registry holds for each citizen, and lets go of numbers it no longer holds."""

    name = "feed-contacts"

    def __init__(self, contacts: ContactRegistry, database: Database, people: People, clock: Clock) -> None:
        self._contacts = contacts
        self._database = database
        self._people = people
        self._clock = clock

    async def step(self) -> bool:
        now = self._clock()
        due = await self._people.contact_due(now, CONTACT_BATCH)
        for citizen_id, afm in due:
            await self._refresh(citizen_id, afm, now)
        return len(due) == CONTACT_BATCH

    async def _refresh(self, citizen_id: int, afm: str, now: datetime) -> None:
        try:
            mobile = await self._contacts.mobile_of(afm)
        except RegistryError as error:
            log.warning("feed.contact-failed", reason=error.reason)
            async with self._database.write() as connection:
                await self._people.contact_later(connection, citizen_id, now + CONTACT_AGAIN)
            return
        async with self._database.write() as connection:
            await self._people.contact_seen(connection, citizen_id, mobile, now, now + CONTACT_KEPT)

    async def drain(self) -> None:
        """Nothing is ever in hand between two steps."""
