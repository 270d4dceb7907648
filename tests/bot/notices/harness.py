"""Notices over a real store, with channels, a contact registry and a clock that a test moves. No HTTP, no dialogue."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.app import build_recorder
from bot.channels.port import Outbound, Sent
from bot.messaging.outbox import OutboxJob
from bot.messaging.receipts import ReceiptsJob
from bot.metrics import Metrics
from bot.notices.build import notice_parts
from bot.registries.recorder import CaseRecorder
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Store
from bot.worker import Job, run_until_idle
from casestore.cases.model import Case, CaseReport
from casestore.database import Database
from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import Handed, Paper
from casestore.people.identity import PROVEN, identity_at
from casestore.queues.outbox import Kind
from casestore.tables import documents, notice_sends, notices, timed_facts
from casestore.vault import Vault
from tests.clock import START, FakeClock
from tests.conftest import TEST_SECRET
from tests.fakes.channel import FakeChannel
from tests.fakes.contact_registry import FakeContactRegistry
from tests.harness import settings_for

AFM, MOBILE, VIBER_ID = "123456783", "+306900000001", "tGVu"
PERMIT = Case("permits", "ΑΔ-2026-000123", "building-permit", "Άδεια", "completeness-check", 1, START)
FLOOD = Case("civil_protection", "ΠΠ-2026-000401", "flood-compensation", "Αρωγή", "cross-checks", 1, START)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a provider took: ``id`` is the outbox row's."""

    id: int
    channel: str
    address: str
    at: datetime
    provider_id: str


class Provider(FakeChannel):
    """Takes everything, or raises ``trouble``."""

    def __init__(self, name: str, clock: FakeClock, taken: list[Accepted]) -> None:
        super().__init__(Sent("never"), name=name)
        self.trouble: Exception | None = None
        self._clock = clock
        self._taken = taken
        self._numbers = itertools.count(1)

    async def send(self, message: Outbound) -> Sent:
        if self.trouble is not None:
            raise self.trouble
        provider_id = f"{self.name}-{next(self._numbers)}"
        self._taken.append(Accepted(message.id, self.name, message.address, self._clock(), provider_id))
        return Sent(provider_id)


@dataclass
class NoticeStage:
    """``cases`` as the registries hold them; ``taken`` by the providers, in order."""

    store: Store
    clock: FakeClock
    contacts: FakeContactRegistry
    providers: dict[str, Provider]
    jobs: list[Job]
    recorder: CaseRecorder
    taken: list[Accepted]
    settings: Settings
    cases: dict[str, Case] = field(default_factory=dict)
    said: int = 0

    @classmethod
    def over(cls, database: Database, now: datetime = START, **more: Any) -> NoticeStage:
        clock, taken, metrics, claims = FakeClock(now), list[Accepted](), Metrics(), itertools.count()
        store, contacts = Store.over(database, Vault([TEST_SECRET])), FakeContactRegistry({AFM: MOBILE})
        settings = settings_for(str(database.url), notices_default="on", **more)
        runtime = Runtime(clock=clock, random=lambda: 0.5, new_claim=lambda: f"claim-{next(claims)}")
        providers = {name: Provider(name, clock, taken) for name in ("viber", "sms")}
        parts = notice_parts(settings, store, contacts, clock)
        jobs: list[Job] = [
            OutboxJob(
                channel=provider,
                outbox=store.outbox,
                results=store.results,
                metrics=metrics,
                runtime=runtime,
                gates={Kind.CASE: parts.gate},
            )
            for provider in providers.values()
        ]
        jobs += [ReceiptsJob(store.receipts, metrics, clock), parts.job, parts.timekeeping, parts.mass]
        recorder = build_recorder(settings, store, metrics, clock)
        return cls(store, clock, contacts, providers, jobs, recorder, taken, settings)

    async def begin(self, *cases: Case, viber: bool = True) -> None:
        """The cases are on record, the mobile is known, the chat is linked."""
        async with self.store.database.write() as connection:
            now = self.clock()
            citizen = await self.store.citizens.ensure_one(connection, AFM, now)
            await self.store.links.set_mobile(connection, citizen, MOBILE, now)
            if viber:
                point = await self.store.contact_points.ensure(connection, "viber", VIBER_ID, now)
                await self.store.links.link(connection, point, citizen, PROVEN, "login", now)
        await self.report(*cases)

    async def report(self, *cases: Case) -> None:
        """Their registries say so, by whichever way."""
        self.cases |= {case.reference: case for case in cases}
        async with self.store.database.write(wake=True) as connection:
            reports = [CaseReport(AFM, case) for case in cases]
            await self.recorder.record(connection, reports, self.clock(), source="test")

    async def change(self, reference: str, **changes: Any) -> None:
        case = self.cases[reference]
        await self.report(replace(case, sequence=case.sequence + 1, updated_at=self.clock(), **changes))

    async def hand_in(self, reference: str, code: str) -> None:
        """Its citizen has handed this paper in here, and it is on its way to the registry."""
        self.said += 1
        store, now, case = self.store, self.clock(), self.cases[reference]
        paper, key = Paper(case.registry, reference, code, code), f"handed:{self.said}"
        content = await store.documents.sealed(key, b"%PDF", media_type="application/pdf", pages=1)
        async with store.database.write() as connection:
            citizen = await store.citizens.ensure_one(connection, AFM, now)
            point = await store.contact_points.ensure(connection, "viber", VIBER_ID, now)
            talk = await store.conversations.ensure(connection, point, now)
            handed = Handed(key, citizen, talk.id, "viber", "x.pdf", paper)
            made = await store.documents.keep(connection, handed, content, now)
            await store.documents.confirm(connection, [made or 0], paper, key, key, now)

    async def take_back(self, reference: str) -> None:
        """What was handed in here for this case is not any more."""
        async with self.store.database.write() as connection:
            found = await connection.scalars(select(documents.c.id).where(documents.c.reference == reference))
            await self.store.documents.move(connection, list(found), DocumentState.TAKEN_BACK, self.clock())

    async def settle(self) -> None:
        await run_until_idle(self.jobs)

    async def later(self, seconds: float) -> None:
        self.clock.forward(seconds)
        await self.settle()

    async def consent(self, channel: str, *, allowed: bool) -> bool:
        """ΣΤΟΠ or ΕΝΑΡΞΗ there, as the effect of a turn keeps it; is it the citizen's word?"""
        self.said += 1
        now, address = self.clock(), VIBER_ID if channel == "viber" else MOBILE
        async with self.store.database.write() as connection:
            point = await self.store.contact_points.ensure(connection, channel, address, now)
            await self.store.consents.add(
                connection, point, allowed=allowed, source="message", key=f"said:{self.said}", now=now
            )
            speaker, word = (await identity_at(connection, point)).speaker, f"{channel}-{'yes' if allowed else 'no'}"
            if speaker is not None:
                await self.store.preferences.add(
                    connection, point, speaker, "word", word, source="message", key=f"said:{self.said}", now=now
                )
        return speaker is not None

    async def receipt(self, accepted: Accepted, status: str) -> None:
        await self.receipts([accepted], status)

    async def receipts(self, accepted: Sequence[Accepted], status: str) -> None:
        """Their providers say this of each."""
        now, spool = self.clock(), self.store.receipts
        said = [
            spool.row(channel=one.channel, provider_id=one.provider_id, status=status, at=now, now=now)
            for one in accepted
        ]
        from casestore.tables import receipts as table

        await self.store.database.append({table: said})
        await self.settle()

    async def rows(self) -> Sequence[Any]:
        """Every send of every notice with its notice, oldest first."""
        by_time = select(timed_facts.c.kind).where(timed_facts.c.notice_id == notices.c.id).limit(1).scalar_subquery()
        of_notice = (notices.c.state, notices.c.reason, notices.c.category, notices.c.reference)
        joined = select(notice_sends, *of_notice, by_time.label("by_time"))
        async with self.store.database.read() as connection:
            sends = joined.join_from(notice_sends, notices).order_by(notice_sends.c.id)
            return (await connection.execute(sends)).all()


NIGHT = timedelta(hours=14)
