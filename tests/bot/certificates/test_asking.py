"""What is done about a request, over a real store: killed anywhere, twice at once, given up: one paper, one message."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.backoff import DOCUMENT_ATTEMPTS, RetryPolicy
from bot.certificates.build import certificate_routes, certificates_job
from bot.certificates.effects import CertificateEffects
from bot.certificates.model import Issued, Sheet
from bot.certificates.notes import CertificateNotes
from bot.channels.facts import SPOKEN
from bot.conversation.effects import EffectContext
from bot.metrics import Metrics
from bot.web.server import make_app
from bot.worker import Job, run_until_idle
from casestore.certificates.lifecycle import RequestState as S
from casestore.certificates.links import A_DAY
from casestore.certificates.model import Asked
from casestore.database import Database
from casestore.tables import certificate_links, certificate_parts, certificates, handovers, outbox
from casestore.vault import Vault
from connectors.registry import Certificate, CertificateRequest, Offer, RegistryRefused, RegistryUnavailable
from dialogues.catalogue import load_catalogue
from dialogues.responses import phrases
from dialogues.turn import CancelCertificate, RequestCertificate
from tests.casestore.fixture import StoreFixture
from tests.clock import START, FakeClock
from tests.connectors.sandbox import served
from tests.fakes.case_registry import FakeCaseRegistry
from tests.fakes.issuer import PlainIssuer
from tests.harness import counting, settings_for

KIND, AFM = "family-status-certificate", "123456783"
FIELDS = (("Όνομα", "Μαρία"), ("Επώνυμο", "Αντωνίου"))


@dataclass
class Murdered(PlainIssuer):
    """Made its paper, and the process was killed before anything was kept."""

    deaths: int = 1

    async def issue(self, sheet: Sheet) -> Issued:
        made = await super().issue(sheet)
        if self.deaths:
            self.deaths -= 1
            raise asyncio.CancelledError
        return made


class Registrar(FakeCaseRegistry):
    """Issues what it is asked for at once. ``takes``: how often it was asked for something new."""

    def __init__(self, status: str = "issued") -> None:
        super().__init__("kep")
        self.certificates = (Offer(KIND),)
        self.status, self.takes, self.lost, self.kind = status, 0, 0, KIND

    async def request(self, wanted: CertificateRequest) -> Certificate:
        self._fail()
        key = (wanted.id, wanted.afm)
        if key not in self.issued or not self.honours_ids:
            self.takes += 1
        made = Certificate(wanted.id, "7/2026", self.kind, "Πιστοποιητικό", self.status, fields=FIELDS)
        found = self.issued.setdefault(key, made)
        if self.lost:
            self.lost -= 1
            raise RegistryUnavailable(self.name, "timeout")
        return found


@dataclass
class Asking:
    """A worker that has nothing to do but to ask for certificates."""

    fixture: StoreFixture
    clock: FakeClock
    registry: Registrar = field(default_factory=Registrar)
    issuer: PlainIssuer = field(default_factory=PlainIssuer)

    def job(self) -> Job:
        return certificates_job(
            settings=settings_for("sqlite+aiosqlite:///unused.db"),
            store=self.fixture.store,
            registries=[self.registry],
            issuer=self.issuer,
            wording=phrases(SPOKEN),
            metrics=Metrics(),
            runtime=counting(self.clock),
            policy=RetryPolicy(),
        )

    async def asked(self) -> None:
        talk = await self.fixture.at("viber", "anna")
        citizen = await self.fixture.link(talk, AFM)
        asked = Asked("in:1:e0", citizen, talk.id, KIND, "kep", "r1", {}, {})
        async with self.fixture.database.write() as connection:
            assert await self.fixture.store.certificate_requests.ask(connection, asked, START)

    async def run(self, seconds: float = 0) -> None:
        self.clock.forward(seconds)
        await run_until_idle([self.job()])

    async def state(self) -> S:
        found = await self.fixture.store.certificate_requests.find(1)
        assert found is not None
        return found.state

    async def counts(self) -> tuple[int, int, int]:
        """Papers on record, links, messages."""
        count = self.fixture.count
        return await count(certificates), await count(certificate_links), await count(outbox)


@pytest.fixture
async def asking(database: Database, vault: Vault, clock: FakeClock) -> Asking:
    asking = Asking(StoreFixture(database, vault), clock)
    await asking.asked()
    return asking


ONE = (1, 1, 2)  # on Viber the words and the file are two messages


async def test_it_is_asked_for_made_kept_and_sent(asking: Asking) -> None:
    await asking.run()
    assert await asking.state() is S.ISSUED
    assert await asking.counts() == ONE
    [sheet] = asking.issuer.sheets
    assert (sheet.holder, sheet.protocol, sheet.template) == ("Μαρία Αντωνίου", "7/2026", "civil-status")
    assert sheet.valid_until is not None


async def test_a_chat_at_its_limit_of_links_gets_a_paper_that_was_never_sent(asking: Asking) -> None:
    talk = await asking.fixture.at("viber", "anna")
    links = asking.fixture.store.certificate_links
    async with asking.fixture.database.write() as connection:
        made = [await links.issue(connection, 1, talk.id, f"t{number}", START) for number in range(A_DAY + 1)]
    assert made == [*[True] * A_DAY, False]
    await asking.run()
    assert await asking.counts() == (1, A_DAY + 1, 2)


async def test_a_paper_that_cannot_be_read_costs_no_opening_and_a_look_is_counted_nowhere(asking: Asking) -> None:
    await asking.run()
    talk = await asking.fixture.at("viber", "anna")
    async with asking.fixture.database.write() as connection:
        assert await asking.fixture.store.certificate_links.issue(connection, 1, talk.id, "t", START)
    metrics = Metrics()
    routes = certificate_routes(asking.fixture.store, metrics, asking.clock)

    async def opened() -> int:
        async with asking.fixture.database.read() as connection:
            return await connection.scalar(select(func.sum(certificate_links.c.openings))) or 0

    async with served(make_app(routes, max_body=1024)) as url, aiohttp.ClientSession() as session:
        async with session.head(f"{url}/d/t") as answer:
            assert (answer.status, await opened()) == (200, 0)
        assert not [one for family in metrics.certificate_files.collect() for one in family.samples]
        async with session.get(f"{url}/d/t") as answer:
            assert (answer.status, await opened()) == (200, 1)
        async with asking.fixture.database.write() as connection:
            await connection.execute(certificate_parts.delete())
        async with session.get(f"{url}/d/t") as answer:
            assert (answer.status, await opened()) == (404, 1)


async def test_what_was_answered_before_it_was_cancelled_is_said_not_to_be(asking: Asking) -> None:
    await asking.run()
    talk, store, wording = await asking.fixture.at("viber", "anna"), asking.fixture.store, phrases(SPOKEN)
    made: dict[str, Any] = {"store": store, "wording": wording, "catalogue": load_catalogue()}
    notes = CertificateNotes(**made, new_token=lambda: "t", public_url="https://x")
    effects = CertificateEffects(**made, notes=notes)
    async with asking.fixture.database.write() as connection:
        context = EffectContext(talk, "in:9:e0", START)
        await effects.table[CancelCertificate](connection, CancelCertificate(1), context)
    assert await asking.counts() == (1, 1, 3)
    assert await asking.state() is S.ISSUED


async def test_what_one_wished_is_not_done_for_another_who_is_proven_by_then(asking: Asking) -> None:
    annas, store, wording = await asking.fixture.at("viber", "anna"), asking.fixture.store, phrases(SPOKEN)
    made: dict[str, Any] = {"store": store, "wording": wording, "catalogue": load_catalogue()}
    effects = CertificateEffects(**made, notes=CertificateNotes(**made, new_token=lambda: "t", public_url="https://x"))
    await asking.fixture.link(annas, "090000045")
    async with asking.fixture.database.write() as connection:
        with pytest.raises(LookupError, match="another"):
            await effects.table[RequestCertificate](
                connection, RequestCertificate(KIND), EffectContext(annas, "k", START)
            )


async def test_another_certificate_than_was_asked_for_is_not_made_into_a_paper(asking: Asking) -> None:
    asking.registry.kind = "birth-certificate"
    await asking.run()
    assert (await asking.state(), await asking.counts()) == (S.ASKED, (0, 0, 0))


async def test_killed_after_the_paper_was_made_another_takes_its_place_and_one_is_on_record(asking: Asking) -> None:
    asking.issuer = Murdered()
    await asking.run()
    assert await asking.counts() == (0, 0, 0)
    await asking.run(121)
    assert await asking.state() is S.ISSUED
    assert (asking.registry.takes, await asking.counts()) == (1, ONE)


async def test_two_workers_at_once_send_one(asking: Asking) -> None:
    await asyncio.gather(*(run_until_idle([asking.job()]) for _ in range(3)))
    assert (asking.registry.takes, await asking.counts()) == (1, ONE)


@pytest.mark.parametrize("honours", [True, False])
async def test_an_answer_that_was_lost_is_asked_for_and_nothing_is_asked_for_twice(
    asking: Asking, honours: bool
) -> None:
    asking.registry.honours_ids, asking.registry.lost = honours, 1
    await asking.run()
    await asking.run(30)
    assert await asking.state() is S.ISSUED
    assert (asking.registry.takes, await asking.counts()) == (1, ONE)


async def test_a_registry_that_stays_down_ends_honestly_with_a_person(asking: Asking) -> None:
    asking.registry.failures = [RegistryUnavailable("kep", "timeout") for _ in range(200)]
    for _ in range(DOCUMENT_ATTEMPTS + 1):
        await asking.run(700)
    assert await asking.state() is S.FAILED
    assert await asking.counts() == (0, 0, 2)  # that it takes longer, and that it came to nothing
    assert await asking.fixture.count(handovers) == 1


async def test_what_the_registry_will_not_have_is_not_tried_again(asking: Asking) -> None:
    asking.registry.failures = [RegistryRefused("kep", "error DETAIL_MISSING")]
    await asking.run()
    assert await asking.state() is S.FAILED
    assert await asking.fixture.count(handovers) == 1


async def test_what_is_issued_later_is_found_by_looking(asking: Asking) -> None:
    asking.registry.status = "pending"
    await asking.run()
    assert await asking.state() is S.WAITING
    for key, one in asking.registry.issued.items():
        asking.registry.issued[key] = replace(one, status="issued")
    await asking.run(601)
    assert (await asking.state(), await asking.counts()) == (S.ISSUED, ONE)


async def test_it_is_kept_and_sent_nowhere_where_its_citizen_is_not_proven_any_more(asking: Asking) -> None:
    talk = await asking.fixture.at("viber", "anna")
    found = await asking.fixture.store.certificate_requests.find(1)
    assert found is not None
    async with asking.fixture.database.write() as connection:
        await asking.fixture.store.links.unlink(connection, talk.contact_point_id, found.citizen_id, START)
    await asking.run()
    assert (await asking.state(), await asking.counts()) == (S.ISSUED, (1, 0, 0))
