"""``webhook``: Viber is told where the service is, and asked whether it knows."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.channels.viber.webhook import EVENTS
from bot.phone.webhook_client import Addresses
from tests.fakes.dialogue import EchoDialogue
from tests.harness import PUBLIC_URL, VIBER_TOKEN, System, running_system
from tests.journeys.commandline import Here, empty_folder

HOOK = f"{PUBLIC_URL}/webhooks/viber"


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Here]:
    with empty_folder(monkeypatch, tmp_path):
        yield Here(capsys)


@pytest.fixture
async def system(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, run_command: Here) -> AsyncIterator[System]:
    async with running_system(sqlite_url, EchoDialogue()) as system:
        monkeypatch.setenv("VIBER_API_URL", system.settings.viber_api_url)
        monkeypatch.setenv("VIBER_AUTH_TOKEN", VIBER_TOKEN)
        monkeypatch.setenv("PUBLIC_URL", PUBLIC_URL)
        yield system


async def registered(system: System, **request: object) -> None:
    """Somebody told Viber this before."""
    answer = await system.phone.viber_server.set_webhook(VIBER_TOKEN, json.dumps(request).encode())
    assert answer["status"] == 0


async def test_it_is_set_and_shown(system: System, run_command: Here) -> None:
    await registered(system, url="")
    before = await run_command("webhook", "show")
    assert (before.code, "Viber calls nowhere" in before.out) == (1, True)
    done = await run_command("webhook", "set")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith(f": {HOOK}\n")
    told = system.phone.viber_server.get_account_info(VIBER_TOKEN, b"{}")
    assert (told["webhook"], set(told["event_types"])) == (HOOK, set(EVENTS))
    assert (await run_command("webhook", "show")).code == 0


async def test_what_differs_is_named(system: System, run_command: Here) -> None:
    await registered(system, url=f"{HOOK}?old=1", event_types=["seen"])
    shown = await run_command("webhook", "show")
    assert shown.code == 1
    assert f"and not {HOOK}\n" in shown.out
    assert "does not tell: conversation_started, delivered, failed, subscribed, unsubscribed\n" in shown.out


async def test_a_service_that_cannot_be_reached_and_a_wrong_token_are_told(
    system: System, run_command: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.phone.webhook_client.addresses = Addresses("http://127.0.0.1:1", PUBLIC_URL)
    away = await run_command("webhook", "set")
    assert (away.code, "(viber:1): it calls PUBLIC_URL" in away.err) == (1, True)
    monkeypatch.setenv("VIBER_AUTH_TOKEN", "another-token-of-nobody")
    wrong = await run_command("webhook", "show")
    assert (wrong.code, "(viber:2): VIBER_AUTH_TOKEN" in wrong.err) == (1, True)
    assert "another-token" not in wrong.err + wrong.out
    monkeypatch.delenv("VIBER_AUTH_TOKEN")
    assert (await run_command("webhook", "show")).code == 2
