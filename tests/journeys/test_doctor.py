"""What ``doctor`` finds, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.facts import CHANNELS, AllChannelSettings
from bot.messaging.payload import OutboundBody
from bot.settings import load
from bot.store import Store, open_store
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.queues.registry_events import RegistryEventQueue
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from tests.bot.notices.harness import PERMIT, NoticeStage
from tests.casestore.fixture import message
from tests.conftest import with_database
from tests.connectors.sandbox import running
from tests.connectors.signing import NEW, OLD
from tests.harness import VIBER_TOKEN
from tests.journeys.commandline import Ended, Here, empty_folder


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with empty_folder(monkeypatch, tmp_path):
        yield


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


def lines(end: Ended) -> dict[str, tuple[str, str]]:
    """What doctor said, by subject: its state and why."""
    return {line[7:35].strip(): (line[:6].strip(), line[36:]) for line in end.out.splitlines()}


def _not_set(channel: str) -> str:
    return f"not set: {', '.join(CHANNELS[channel].missing(AllChannelSettings.model_construct()))}"


async def test_doctor_says_what_is_on_and_what_is_off_and_why(
    run_command: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "MODEL_PATH": __file__,
        "VIBER_AUTH_TOKEN": VIBER_TOKEN,
        "TWILIO_ACCOUNT_SID": "AC1",
        "LOGIN_URL": "https://login.example",
    }.items():
        monkeypatch.setenv(name, value)
    end = await run_command("doctor")
    others = {name: ("off", _not_set(name)) for name in CHANNELS}
    assert lines(end) == {
        **others,
        "viber": ("ok", "credentials set"),
        "sms": ("off", "not set: TWILIO_AUTH_TOKEN, TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"),
        "registries": ("off", "not set: REGISTRIES_URL, REGISTRIES_CLIENT_ID, REGISTRIES_CLIENT_SECRET"),
        "events": ("off", "not set: REGISTRY_EVENTS_SECRET"),
        "login": ("off", "not set: LOGIN_CLIENT_ID, LOGIN_CLIENT_SECRET"),
        "seal": (
            "warn",
            "SEAL_KEY is not set: certificates are sealed by the demo's authority, "
            "which proves nothing to anybody else",
        ),
        "dialogue model": ("ok", ""),
        "database": ("ok", "sqlite, schema and key ring fit"),
        "inbox": ("ok", "0 waiting, the oldest for 0 s"),
        "dead letters": ("ok", ""),
        "events of registries": ("ok", "0 waiting, the oldest for 0 s"),
        "watch": ("ok", "nothing is beyond its time, nobody is silent"),
    }
    assert end.code == 0
    assert VIBER_TOKEN not in end.out + end.err


async def test_doctor_fails_for_a_model_that_is_missing_and_a_public_url_that_nobody_calls(
    run_command: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://localhost")
    end = await run_command("doctor")
    assert end.code == 1
    assert lines(end)["dialogue model"] == ("wrong", "missing: run `python -m bot train`")
    assert lines(end)["public url"] == ("wrong", "PUBLIC_URL: providers call https only")


NOWHERE = "postgresql+asyncpg://u:hidden@127.0.0.1:1/counter"


@pytest.mark.parametrize(
    ("database", "why"),
    [
        (None, "cannot be used (ConnectionRefusedError): see DATABASE_URL"),
        ("nowhere", "cannot be used (3D000): see DATABASE_URL"),
        ("postgres", "the database does not have today's schema: run `python -m bot migrate`"),
    ],
)
async def test_doctor_without_a_database_still_says_the_rest(
    run_command: Here, monkeypatch: pytest.MonkeyPatch, postgresql_server: str, database: str | None, why: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", with_database(postgresql_server, database) if database else NOWHERE)
    end = await run_command("doctor")
    assert end.code == 1
    assert lines(end)["database"] == ("wrong", why)
    assert lines(end)["viber"][0] == "off"
    assert "hidden" not in end.out + end.err


async def test_doctor_says_that_the_key_ring_is_another(run_command: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    await run_command("migrate")
    monkeypatch.setenv("SECRET_KEY", "another secret for tests")
    end = await run_command("doctor")
    assert end.code == 1
    assert lines(end)["database"][0] == "wrong"
    assert lines(end)["database"][1].startswith("SECRET_KEY: ")


async def fill(store: Store, now: datetime) -> None:
    """A message that was given up, one that waits, and an answer that waits."""
    await store.inbox.add([message(store.inbox, number, "k", now) for number in "12"])
    (claimed,) = await store.inbox.claim("viber", now, "claim", limit=1, lease=timedelta(seconds=1))
    async with store.database.write() as connection:
        await store.inbox.bury(connection, claimed, now, "ValueError")
        body = OutboundBody("α").encode()
        await store.outbox.add(
            connection, [Dispatch("k", "sms", "+306900000001", body, Kind.REPLY, Priority.REPLY, None, now)], now
        )


@pytest.mark.parametrize(("age", "state"), [(0, "ok"), (3600, "wrong")])
async def test_doctor_says_what_is_stuck(
    run_command: Here, monkeypatch: pytest.MonkeyPatch, database_url: str, age: int, state: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    async with open_store(load(), migrating=True) as store:
        await fill(store, datetime.now(UTC) - timedelta(seconds=age))
    end = await run_command("doctor")
    assert end.code == 1
    assert lines(end)["dead letters"] == ("wrong", "1 given up: see docs/operation.md")
    assert lines(end)["inbox"][0] == lines(end)["outbox sms, priority 1"][0] == state
    assert lines(end)["inbox"][1].startswith("1 waiting")


async def test_doctor_says_what_is_beyond_its_time_who_is_silent_and_what_a_person_has_to_see_to(
    run_command: Here,
) -> None:
    async with open_store(load(), migrating=True) as store:
        now = datetime.now(UTC)
        await fill(store, now - timedelta(days=5))
        stage = NoticeStage.over(store.database, now - timedelta(days=47))
        await stage.begin(PERMIT)
        await stage.change(PERMIT.reference, stage="pre-approval")
        await stage.settle()
        for _ in range(3):
            await stage.later(2 * 86_400)
        await stage.later(40 * 86_400)
    end = await run_command("doctor")
    found = lines(end)
    assert found["late messages"][0] == "wrong"
    assert found["late messages"][1].startswith("1 for more than 24 h")
    assert found["sitting cases, permits"] == ("warn", "1 take longer than expected; their citizens are told")
    assert "watch" not in found
    assert end.code == 1


async def test_doctor_asks_every_registry(run_command: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as sandbox:
        monkeypatch.setenv("REGISTRIES_URL", sandbox.url)
        monkeypatch.setenv("REGISTRIES_CLIENT_ID", CLIENT_ID)
        for secret, state in ((CLIENT_SECRET, "ok"), ("a wrong secret", "wrong")):
            monkeypatch.setenv("REGISTRIES_CLIENT_SECRET", secret)
            end = await run_command("doctor")
            asked = {what: found[0] for what, found in lines(end).items() if what.startswith("registry ")}
            assert "registry permits" in asked
            assert set(asked.values()) == {state}
            assert secret not in end.out + end.err


async def test_an_event_that_was_given_up_is_wrong(run_command: Here) -> None:
    now = datetime.now(UTC)
    async with open_store(load(), migrating=True) as store:
        events = RegistryEventQueue(store.database, store.vault)
        await events.add([row_of(events, "permits", "gr.gov.case.opened", 1, now)])
        [claimed] = await events.claim(now, "claim", limit=1, lease=timedelta(seconds=60))
        await events.abandon(claimed, now, "no such case")
    end = await run_command("doctor")
    assert lines(end)["events of registries"] == (
        "wrong",
        "0 waiting, the oldest for 0 s; 1 given up: see docs/operation.md",
    )
    assert end.code == 1


async def test_events_that_nobody_applies_are_said_and_are_nothing_wrong(run_command: Here) -> None:
    now = datetime.now(UTC)
    async with open_store(load(), migrating=True) as store:
        events = RegistryEventQueue(store.database, store.vault)
        for number, kind in enumerate(("refused", "issued", "issued")):
            await events.add([row_of(events, "efka", f"gr.gov.certificate.{kind}", number, now)])
        for claimed in await events.claim(now, "claim", limit=3, lease=timedelta(seconds=60)):
            await events.park(claimed, f"gr.gov.certificate.{'refused' if claimed.id == 1 else 'issued'}")
    end = await run_command("doctor")
    assert lines(end)["events of registries"] == ("ok", "0 waiting, the oldest for 0 s")
    why = "nobody applies these yet: 2 gr.gov.certificate.issued, 1 gr.gov.certificate.refused"
    assert lines(end)["parked events"] == ("ok", why)


def row_of(events: RegistryEventQueue, registry: str, kind: str, number: int, now: datetime) -> dict[str, object]:
    return events.row(
        registry=registry,
        event=f"e-{number}",
        kind=kind,
        subject=f"r-{number}",
        sequence=1,
        payload="{}",
        received_at=now,
    )


async def test_one_secret_for_several_registries_is_warned_of(
    run_command: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_EVENTS_SECRET", OLD)
    state, why = lines(await run_command("doctor"))["secret of events"]
    assert state == "warn"
    assert "cadastre, civil_protection, efka, kep, permits" in why
    assert OLD not in why
    for name in ("PERMITS", "EFKA", "CADASTRE", "KEP"):
        monkeypatch.setenv(f"REGISTRY_EVENTS_SECRET_{name}", NEW)
    assert "secret of events" not in lines(await run_command("doctor"))  # one is left, whose own it is
    monkeypatch.delenv("REGISTRY_EVENTS_SECRET")
    monkeypatch.delenv("REGISTRY_EVENTS_SECRET_PERMITS")
    assert "secret of events" not in lines(await run_command("doctor"))  # what is not common is nobody else's
