"""On every path that goes wrong: it is logged, and the log holds no token, number, ΑΦΜ, code or word of a citizen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import update

from bot.phone.faults import ChannelName, Refusal, Verdict
from bot.web.server import make_app
from bot.worker import Loop
from casestore.tables import outbox
from connectors.registry import RegistryRefused, RegistryUnavailable
from dialogues.turn import CodeTried, SendCode
from tests.channels.webhooks import VIBER, WEBHOOKS, Expect
from tests.conftest import TEST_SECRET
from tests.fakes.case_registry import FakeCaseRegistry
from tests.fakes.contact_registry import FakeContactRegistry
from tests.fakes.dialogue import EchoDialogue
from tests.harness import TWILIO_TOKEN, VIBER_TOKEN, System, running_system
from tests.http.faults import Trouble, closed, disk_full, read_only
from tests.http.service import counting
from tests.journeys.talk import write
from tests.logbook import Logbook, logging_to_book

pytestmark = pytest.mark.slow

PERSON, NUMBER, AFM, CODE = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001", "123456783", "482913"
WORDS = ("to epitheto mou einai mystiko", "ονομάζομαι Μυστική")
PRIVATE = (VIBER_TOKEN, TWILIO_TOKEN, TEST_SECRET, PERSON, NUMBER, NUMBER[3:], AFM, CODE, *WORDS)


@pytest.fixture
def book() -> Iterator[Logbook]:
    """At the end of each test the whole log is looked through."""
    with logging_to_book(secrets=[VIBER_TOKEN, TWILIO_TOKEN, TEST_SECRET]) as book:
        yield book
        assert book.lines, "nothing was logged: what was tested?"
        assert not [secret for secret in PRIVATE if secret in book.getvalue()]


def events(book: Logbook, *names: str) -> list[str]:
    """The events of these names, in order."""
    return [event for event in book.events if event in names]


async def say(system: System, channel: ChannelName, text: str) -> None:
    await write(system, channel, PERSON if channel == "viber" else NUMBER, text)


# --- webhooks


async def test_webhooks_refused_unreadable_and_stored(book: Logbook, database_url: str) -> None:
    async with counting(database_url) as service:
        for entry in WEBHOOKS:
            await service.post(entry)
        told = service.book
        refused = {entry.channel for entry in WEBHOOKS if entry.expect is Expect.FORBIDDEN}
        unreadable = sum(entry.expect is Expect.BAD for entry in WEBHOOKS)
        assert told.events.count("webhook.forbidden") == len(refused)  # one a minute of each
        assert told.events.count("webhook.unreadable") == unreadable
        assert {line["level"] for line in told.lines} == {"warning"}
        for secret in (*PRIVATE, "αίτησή", "αιτηση", "01234567890A", "5741311803571721", "30690000"):
            assert secret not in told.getvalue()
        book.write(told.getvalue())


@pytest.mark.parametrize(
    ("database_url", "trouble"),
    [("sqlite", disk_full), ("postgresql", read_only), ("postgresql", closed)],
    indirect=["database_url"],
    ids=["disk full", "read only", "closed"],
)
async def test_a_webhook_that_cannot_be_stored(book: Logbook, database_url: str, trouble: Trouble) -> None:
    async with counting(database_url) as service:
        async with trouble(service.store.database.url):
            assert (await service.post(VIBER[0])).status == 503
            await service.ask("GET", "/readyz")
        assert "webhook.not-stored" in service.book.events
        for secret in ("βρίσκεται", "01234567890A", "5741311803571721", "INSERT", *PRIVATE):
            assert secret not in service.book.getvalue()
        book.write(service.book.getvalue())


async def test_a_page_that_falls_over(book: Logbook) -> None:
    async def falls(request: web.Request) -> web.Response:
        raise KeyError(f"{NUMBER} {request.match_info['token']} {WORDS[0]}")

    app = make_app([web.get("/d/{token}", falls)], max_body=1024)
    async with TestClient(TestServer(app)) as client, client.get(f"/d/{CODE}") as response:
        assert (response.status, await response.text()) == (500, "internal error")
    (line,) = book.lines
    assert (line["event"], line["error"], line["route"]) == ("http.failed", "KeyError", "/d/{token}")


# --- turns


async def test_a_turn_that_fails_with_what_the_citizen_wrote(book: Logbook, database_url: str) -> None:
    async with running_system(database_url, EchoDialogue()) as system:
        for words in WORDS:
            await say(system, "viber", f"boom {words} {AFM} {NUMBER}")
            await say(system, "sms", f"boom {words} {AFM} {NUMBER}")
        for _ in range(12):
            await system.later(120)
    assert events(book, "inbox.dead-letter").count("inbox.dead-letter") == 4
    failed = [line for line in book.lines if line["event"] == "inbox.failed"]
    assert {line["error"] for line in failed} == {"RuntimeError"}
    assert "tests.fakes.dialogue:" in failed[0]["at"]


async def test_a_code_that_is_sent_and_refused(book: Logbook, database_url: str) -> None:
    async with running_system(database_url, EchoDialogue(effects=[SendCode(AFM, NUMBER)]), codes=[CODE]) as system:
        system.phone.faults.script("sms", [Verdict(refusal=Refusal(http=400, code=21610))])
        await say(system, "viber", WORDS[0])
        await system.settle()
    assert [line["code"] for line in book.lines if line["event"] == "outbox.send-failed"] == ["twilio:21610"]


async def test_an_effect_that_cannot_be(book: Logbook, database_url: str) -> None:
    async with running_system(database_url, EchoDialogue(effects=[CodeTried(10**30, right=True)])) as system:
        await say(system, "sms", WORDS[0])
        await system.settle()
    assert "inbox.failed" in book.events


# --- sends


@pytest.mark.parametrize(
    ("channel", "verdict", "code"),
    [
        ("viber", Verdict(refusal=Refusal(code=12)), "viber:12"),
        ("viber", Verdict(refusal=Refusal(code=3)), "viber:3"),
        ("viber", Verdict(refusal=Refusal(code=6)), "viber:6"),
        ("viber", Verdict(refusal=Refusal(code=2)), "viber:2"),
        ("viber", Verdict(refusal=Refusal(http=503)), "http:503"),
        ("viber", Verdict(lose_answer=True), "http:dropped"),
        ("sms", Verdict(refusal=Refusal(http=429)), "http:429"),
        ("sms", Verdict(refusal=Refusal(http=400, code=21617)), "twilio:21617"),
        ("sms", Verdict(refusal=Refusal(http=400, code=21610)), "twilio:21610"),
        ("sms", Verdict(refusal=Refusal(http=400, code=20003)), "twilio:20003"),
        ("sms", Verdict(lose_answer=True), "http:dropped"),
        ("sms", Verdict(lose_request=True), "http:dropped"),
    ],
)
async def test_a_send_that_fails(
    book: Logbook, sqlite_url: str, channel: ChannelName, verdict: Verdict, code: str
) -> None:
    async with running_system(sqlite_url, EchoDialogue()) as system:
        system.phone.faults.script(channel, [verdict])
        await say(system, channel, WORDS[0])
        await system.settle()
        for _ in range(3):
            await system.later(700)
    failed = [line for line in book.lines if line["event"] == "outbox.send-failed"]
    assert [line["code"] for line in failed] == [code]


async def test_a_sealed_row_that_does_not_open(book: Logbook, database_url: str) -> None:
    async with running_system(database_url, EchoDialogue()) as system:
        await say(system, "viber", WORDS[0])
        await system.jobs[0].step()
        await system.jobs[0].drain()
        async with system.store.database.write() as connection:
            await connection.execute(update(outbox).values(body_sealed=WORDS[0].encode()))
        await system.settle()
    failed = [line for line in book.lines if line["event"] == "outbox.failed"]
    assert [line["error"] for line in failed] == ["SealBroken"]


# --- registries, and whatever else a worker meets


@pytest.mark.parametrize("error", [RegistryUnavailable("permits", "timeout"), RegistryRefused("permits", "http:401")])
async def test_a_registry_that_fails(book: Logbook, database_url: str, error: Exception) -> None:
    cases, contacts = FakeCaseRegistry(), FakeContactRegistry({AFM: error})
    cases.failures = [error]
    async with running_system(database_url, EchoDialogue(), registries=([cases], contacts)) as system:
        async with system.store.database.write() as connection:
            await system.store.citizens.ensure_one(connection, AFM, system.clock())
        await system.settle()
    assert sorted(book.events) == ["feed.contact-failed", "feed.failed"]


async def test_a_registry_that_breaks_its_promise(book: Logbook, database_url: str) -> None:
    registry = FakeCaseRegistry()
    registry.failures = [ValueError(f"{AFM} {WORDS[0]} {NUMBER}")]
    async with running_system(database_url, EchoDialogue(), registries=([registry], None)) as system:
        loops = [Loop(job, asyncio.Event(), store_down=0) for job in system.jobs if job.name.startswith("feed-permits")]
        for loop in loops:
            await loop._step()
    assert [(line["event"], line["error"], line["job"]) for line in book.lines] == [
        ("worker.failed", "ValueError", "feed-permits")
    ]


async def test_a_database_that_goes_away_under_a_worker(book: Logbook, postgresql_url: str) -> None:
    async with running_system(postgresql_url, EchoDialogue()) as system:
        await say(system, "sms", WORDS[0])
        async with closed(system.store.database.url):
            for job in system.jobs:
                await Loop(job, asyncio.Event(), store_down=0)._step()
        await system.settle()
        assert system.said_to(NUMBER) == [f"re: {WORDS[0]} #1"]
    assert set(book.events) <= {"worker.store-down", "worker.failed", "inbox.store-down"}
