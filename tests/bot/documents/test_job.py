"""The job that fetches, checks and submits, over a real store: what is tried again, given up, sent once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from bot.backoff import DOCUMENT_ATTEMPTS, RetryPolicy
from bot.channels.facts import SPOKEN
from bot.channels.port import Attachment, Channel, FetchError, Remedy
from bot.documents.effects import packed
from bot.documents.inspection import Inspector, ScannerDown
from bot.documents.job import DocumentsJob
from bot.documents.notes import DocumentNotes
from bot.documents.steps import CheckStep, FetchStep, Refuser
from bot.documents.submitting import SubmitStep
from bot.metrics import Metrics
from bot.registries.recorder import CaseRecorder
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.documents.lifecycle import DocumentState as S
from casestore.documents.lifecycle import Step
from casestore.documents.model import Handed, Paper, StoredDocument
from casestore.tables import audit, handovers, outbox
from casestore.vault import Vault
from connectors.registry import CaseRecord, Receipt, RegistryRefused, RegistryUnavailable, RequiredDocument, Submission
from dialogues.responses import phrases
from tests.bot.documents import files
from tests.casestore.fixture import StoreFixture
from tests.clock import START, FakeClock
from tests.fakes.case_registry import FakeCaseRegistry
from tests.fakes.channel import FakeChannel
from tests.harness import counting

URL = "https://dl.viber.com/photo"
PAPER = Paper("cadastre", "ΚΤ-2026-000301", "survey", "Τοπογραφικό διάγραμμα")
CASE = CaseRecord(
    registry="cadastre",
    reference=PAPER.reference,
    afm="090000045",
    procedure="cadastre-correction",
    title="Διόρθωση",
    stage="completeness-check",
    sequence=3,
    updated_at=datetime(2026, 11, 20, tzinfo=UTC),
    documents=(RequiredDocument(PAPER.code, PAPER.title, "missing", "", date(2026, 12, 4)),),
)
TAKEN = replace(CASE, sequence=4, documents=(replace(CASE.documents[0], status="submitted"),))


async def nothing_ours(_content: bytes, _asker: str) -> None:
    """No file of these is a certificate."""


class Forgetful(FakeCaseRegistry):
    """A registry that takes whatever comes as something new, and whose answers may be lost on the way."""

    def __init__(self) -> None:
        super().__init__("cadastre", CASE)
        self.honours_ids = False
        self.taken: list[Submission] = []
        self.lost = 0

    async def submit(self, submission: Submission) -> Receipt:
        self.taken.append(submission)
        self.hold(TAKEN)
        if self.lost:
            self.lost -= 1
            raise RegistryUnavailable(self.name, "timeout")
        return Receipt(submission.id, f"{len(self.taken)}/23-11-2026", START, TAKEN)


@dataclass
class Guard:
    """A scanner that is down for so many files."""

    down: int = 0

    async def is_clean(self, content: bytes) -> bool:
        if self.down:
            self.down -= 1
            raise ScannerDown("timeout")
        return True


class Broken(FakeChannel):
    """A channel whose fetches fail so."""

    def __init__(self, error: FetchError) -> None:
        super().__init__(name="viber")
        self._error = error

    async def fetch(self, attachment: Attachment, limit_bytes: int) -> bytes:
        raise self._error


@dataclass
class Handing:
    """A worker that has nothing to do but to hand documents in."""

    fixture: StoreFixture
    clock: FakeClock
    registry: FakeCaseRegistry
    channel: Channel
    scanner: Guard = field(default_factory=Guard)

    def job(self) -> DocumentsJob:
        store, metrics = self.fixture.store, Metrics()
        notes = DocumentNotes(store, phrases(SPOKEN))
        refuser = Refuser(store.documents, notes)
        looking = Inspector(self.scanner)
        recorder = CaseRecorder(citizens=store.citizens, cases=store.cases, metrics=metrics, listeners=())
        return DocumentsJob(
            store=store,
            steps={
                Step.FETCH: FetchStep(
                    channels={"viber": self.channel},
                    documents=store.documents,
                    tasks=store.document_tasks,
                    refuser=refuser,
                    notes=notes,
                    look=nothing_ours,
                    clock=self.clock,
                ),
                Step.CHECK: CheckStep(inspector=looking, documents=store.documents, refuser=refuser, notes=notes),
                Step.SUBMIT: SubmitStep(
                    store=store,
                    registries={"cadastre": self.registry},
                    recorder=recorder,
                    inspector=looking,
                    refuser=refuser,
                    notes=notes,
                ),
            },
            metrics=metrics,
            runtime=counting(self.clock),
            policy=RetryPolicy(),
        )

    async def offered(self) -> StoredDocument:
        """A file that a citizen has sent, and said what it is."""
        talk = await self.fixture.at("viber", "person")
        citizen = await self.fixture.link(talk, CASE.afm)
        documents = self.fixture.store.documents
        async with self.fixture.database.write() as connection:
            handed = Handed("in:1:e0:0", citizen, talk.id, "viber", "x.jpg", PAPER)
            await documents.offer(connection, handed, packed(Attachment("picture", URL)), START)
        [waiting] = await documents.unanswered(talk.id, citizen, START)
        async with self.fixture.database.write() as connection:
            await documents.confirm(connection, [waiting.id], PAPER, "in:2:e0", "s" * 32, START)
        return waiting

    async def run(self, seconds: float = 0) -> None:
        self.clock.forward(seconds)
        await run_until_idle([self.job()])

    async def state(self, document: StoredDocument) -> S:
        found = await self.fixture.store.documents.find(document.id)
        assert found is not None
        return found.state

    async def said(self) -> int:
        return await self.fixture.count(outbox)


@pytest.fixture
def channel() -> FakeChannel:
    channel = FakeChannel(name="viber")
    channel.files[URL] = files.photo()
    return channel


@pytest.fixture
def handing(database: Database, vault: Vault, clock: FakeClock, channel: FakeChannel) -> Handing:
    return Handing(StoreFixture(database, vault), clock, FakeCaseRegistry("cadastre", CASE), channel)


async def test_a_file_goes_all_the_way(handing: Handing) -> None:
    document = await handing.offered()
    await handing.run()
    assert await handing.state(document) is S.SUBMITTED
    assert list(handing.registry.receipts) == ["s" * 32]
    assert await handing.said() == 1
    assert await handing.fixture.count(audit, audit.c.action == "document.submitted") == 1


async def test_while_the_scanner_is_down_nothing_is_handed_in(handing: Handing) -> None:
    document = await handing.offered()
    handing.scanner.down = 3
    await handing.run()
    assert await handing.state(document) is S.RECEIVED
    for _ in range(4):
        await handing.run(60)
    assert await handing.state(document) is S.SUBMITTED


async def test_a_scanner_that_stays_down_ends_in_a_refusal(handing: Handing) -> None:
    document = await handing.offered()
    handing.scanner.down = 10_000
    for _ in range(DOCUMENT_ATTEMPTS + 1):
        await handing.run(700)
    assert await handing.state(document) is S.REFUSED
    assert handing.registry.receipts == {}
    assert await handing.said() == 1


@pytest.mark.parametrize(
    ("error", "after_an_hour"),
    [
        (FetchError(Remedy.RETRY, "http:503"), "unreachable"),
        (FetchError(Remedy.NEVER, "http:404"), "gone"),
        (FetchError(Remedy.NEVER, "media:too-large"), "too-large"),
        (FetchError(Remedy.NEVER, "media:host"), "unreachable"),
    ],
)
async def test_what_cannot_be_fetched_is_refused_once_its_link_is_dead(
    handing: Handing, error: FetchError, after_an_hour: str
) -> None:
    handing.channel = Broken(error)
    document = await handing.offered()
    await handing.run()
    passes = error.remedy is Remedy.RETRY
    assert await handing.state(document) is (S.OFFERED if passes else S.REFUSED)
    await handing.run(3600)
    found = await handing.fixture.store.documents.find(document.id)
    assert found is not None
    assert (found.state, found.reason) == (S.REFUSED, after_an_hour)
    assert await handing.said() == 1


async def test_a_registry_that_honours_no_ids_is_looked_at_before_it_is_sent_again(handing: Handing) -> None:
    registry = handing.registry = Forgetful()
    registry.lost = 1
    document = await handing.offered()
    await handing.run()
    assert await handing.state(document) is S.CHECKED
    await handing.run(60)
    assert await handing.state(document) is S.SUBMITTED
    assert len(registry.taken) == 1
    found = await handing.fixture.store.documents.find(document.id)
    assert found is not None
    assert found.number is None


async def test_what_the_registry_itself_refuses_is_said_and_not_tried_again(handing: Handing) -> None:
    document = await handing.offered()
    handing.registry.failures = [RegistryRefused("cadastre", "error NOT_ALLOWED")]
    await handing.run()
    assert await handing.state(document) is S.REFUSED
    await handing.run(700)
    assert handing.registry.receipts == {}


async def test_trouble_with_our_own_credentials_is_not_the_citizens(handing: Handing) -> None:
    document = await handing.offered()
    handing.registry.failures = [RegistryRefused("cadastre", "credentials")]
    await handing.run()
    assert await handing.state(document) is S.CHECKED
    await handing.run(60)
    assert await handing.state(document) is S.SUBMITTED


async def test_a_registry_that_is_down_for_hours_calls_a_person(handing: Handing) -> None:
    document = await handing.offered()
    handing.registry.failures = [RegistryUnavailable("cadastre", "timeout")] * 1000
    for _ in range(DOCUMENT_ATTEMPTS + 1):
        await handing.run(700)
    assert await handing.state(document) is S.CHECKED
    assert await handing.fixture.count(handovers) == 1
    assert await handing.said() == 1


async def test_what_was_erased_meanwhile_goes_nowhere(handing: Handing) -> None:
    await handing.offered()
    talk = await handing.fixture.at("viber", "person")
    await handing.fixture.erase(talk)
    await handing.run()
    assert handing.registry.receipts == {}


async def test_a_worker_that_dies_of_it_gives_it_up_at_last(handing: Handing) -> None:
    document = await handing.offered()
    tasks = handing.fixture.store.document_tasks
    for number in range(DOCUMENT_ATTEMPTS + 1):
        now = handing.clock.forward(300)
        assert await tasks.claim(now, f"dead-{number}", limit=1, lease=RetryPolicy().send_lease)
    await handing.run(300)
    assert await handing.state(document) is S.REFUSED
