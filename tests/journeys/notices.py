"""A clerk moves cases, their registry tells it by signed HTTP, and the phone rings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
from sqlalchemy import exists, select

from bot.phone.people import PEOPLE, Person
from casestore.notices.model import NoticeLine
from casestore.people.identity import PROVEN
from casestore.people.quiet_hours import ATHENS
from casestore.tables import notices, timed_facts
from connectors.sandbox.events import cloud_event
from connectors.sandbox.model import Change
from tests.clock import FakeClock
from tests.connectors.signing import headers
from tests.harness import EVENTS_SECRET
from tests.journeys.conftest import Service, running_counter
from tests.journeys.talk import afm_of

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

A, B, C = PEOPLE[:3]
PERMIT = "ΑΔ-2026-000123"


def athens(*when: int) -> datetime:
    return datetime(*when, tzinfo=ATHENS).astimezone(UTC)  # type: ignore[arg-type,misc] # year, month, ...


@dataclass(slots=True)
class NoticeHarness:
    """The whole service with notices on. ``told`` posts what the clerk has done since; the clock is the test's."""

    service: Service
    clock: FakeClock
    changes: list[Change] = field(default_factory=list)

    @property
    def state(self) -> Any:
        return self.service.state

    @property
    def store(self) -> Any:
        return self.service.system.store

    async def post(self, *, times: int = 1) -> None:
        """The registry tells what has changed since, so often."""
        changes, self.changes[:] = list(self.changes), []
        async with aiohttp.ClientSession() as session:
            for change in changes:
                body = cloud_event(change)
                for _ in range(times):
                    signed = headers(body, EVENTS_SECRET, self.clock(), change.id)
                    url = f"{self.service.system.url}/registries/{change.registry}/events"
                    async with session.post(url, data=body, headers=signed) as answer:
                        assert answer.status == 200

    async def told(self, *, times: int = 1) -> None:
        """The registry tells, and the worker works until nothing is left to do."""
        await self.post(times=times)
        await self.service.system.settle()

    async def later(self, seconds: float) -> None:
        """Let time pass, and the worker do what is due; once more, since a feed does not say what it found."""
        await self.service.system.later(seconds)
        await self.service.system.settle()

    async def at(self, moment: datetime) -> None:
        """Let it become this time."""
        await self.later((moment - self.clock()).total_seconds())

    def viber(self, person: Person) -> list[str]:
        return self.service.system.said_to(person.viber_id)

    def sms(self, person: Person) -> list[str]:
        return self.service.system.said_to(person.number)

    async def link(self, person: Person) -> None:
        """Their Viber chat is known to be theirs, and open."""
        store, now = self.store, self.clock()
        await self.service.system.phone.viber.subscribe(person.viber_id)
        async with store.database.write() as connection:
            citizen = await store.citizens.ensure_one(connection, afm_of(person), now)
            point = await store.contact_points.ensure(connection, "viber", person.viber_id, now)
            await store.links.link(connection, point, citizen, PROVEN, "login", now)

    async def log(self) -> list[tuple[str, str | None, str | None]]:
        """Every decision about changes, oldest first: (event, channel, reason). What time brings is not of them."""
        lines: list[NoticeLine] = await self.store.notice_records.lines()
        async with self.store.database.read() as connection:
            by_time = set(await connection.scalars(select(timed_facts.c.notice_id)))
        return [(str(line.event), line.channel, line.reason) for line in lines if line.notice_id not in by_time]

    async def states(self) -> list[tuple[str, str | None]]:
        async with self.store.database.read() as connection:
            by_time = exists().where(timed_facts.c.notice_id == notices.c.id)
            of_changes = select(notices.c.state, notices.c.reason).where(~by_time)
            found = await connection.execute(of_changes.order_by(notices.c.id))
            return [(row.state, row.reason) for row in found]

    async def receipt(self, person: Person, event: str) -> None:
        """Viber says this of its last message to the person."""
        phone = self.service.system.phone
        last = [accepted for accepted in phone.accepted if accepted.address == person.viber_id][-1]
        await phone.viber._network.receipt(event, person.viber_id, int(last.provider_id))
        await self.service.system.settle()


@asynccontextmanager
async def running_notices(
    database_url: str, model: Model, now: datetime | None = None, **settings: Any
) -> AsyncIterator[NoticeHarness]:
    clock = FakeClock() if now is None else FakeClock(now)
    given = {"notices_default": "on", "reconcile_hours": 0, **settings}
    async with running_counter(database_url, model, clock=clock, **given) as service:
        harness = NoticeHarness(service, clock)
        await harness.later(1)  # the contact feed has been read
        service.state.watch(harness.changes.append)
        yield harness


@contextmanager
def nothing_more(harness: NoticeHarness, *people: Person) -> Iterator[None]:
    """Nobody is told anything meanwhile."""
    before = [(harness.viber(person), harness.sms(person)) for person in people or PEOPLE]
    yield
    assert [(harness.viber(person), harness.sms(person)) for person in people or PEOPLE] == before
