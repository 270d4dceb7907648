"""The command line as an operator uses it: what it prints, what it answers, and how it ends."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.engine import make_url

from bot.__main__ import COMMANDS, main
from bot.commands import demo
from bot.settings import Settings, load
from bot.store import open_store
from tests.channels.viber_webhooks import message, text
from tests.channels.webhooks import Expect, Webhook, signed
from tests.conftest import TEST_SECRET
from tests.connectors.sandbox import served
from tests.harness import PUBLIC_URL, VIBER_TOKEN, settings_for
from tests.http.faults import sqlite_locked
from tests.journeys.commandline import Here, empty_folder, ended, line_of, process

pytestmark = pytest.mark.slow  # each starts processes of its own

OTHER_SECRET = "another secret for tests"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with empty_folder(monkeypatch, tmp_path):
        yield


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


def a_message(number: int) -> tuple[str, dict[str, str], bytes]:
    return signed(Webhook("any", "viber", message(number, text("γεια")), Expect.INBOUND))


# --- serve


async def test_serve_answers_and_stops_cleanly_when_told(database_url: str) -> None:
    async with open_store(settings_for(database_url), migrating=True):
        pass
    environment = {"DATABASE_URL": database_url, "VIBER_AUTH_TOKEN": VIBER_TOKEN, "PUBLIC_URL": PUBLIC_URL}
    async with process("serve", **environment) as serve, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{(await line_of(serve, 'serve.ready'))['port']}"
        for path in ("/healthz", "/readyz", "/metrics"):
            async with session.get(url + path) as response:
                assert response.status == 200
        target, headers, body = a_message(1)
        async with session.post(url + target, headers=headers, data=body) as response:
            assert response.status == 200
        async with session.post(f"{url}/webhooks/sms") as response:
            assert response.status == 404  # without credentials the channel is off
        serve.terminate()  # the session's connection stays open and holds nothing up
        end = await ended(serve)
    assert end.code == 0
    assert [json.loads(line)["event"] for line in end.err.splitlines()] == ["seal.demo-authority", "serve.stopping"]
    async with open_store(settings_for(database_url)) as store:
        assert (await store.inbox.depth())[0] == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_request_in_hand_is_finished_at_the_stop(number: signal.Signals, tmp_path: Path) -> None:
    """It waits for a lock that opens only after the signal."""
    database = f"sqlite+aiosqlite:///{tmp_path}/counter.db"
    async with process("serve", DATABASE_URL=database, VIBER_AUTH_TOKEN=VIBER_TOKEN) as serve:
        url = f"http://127.0.0.1:{(await line_of(serve, 'serve.ready'))['port']}"
        target, headers, body = a_message(1)
        async with aiohttp.ClientSession(url) as session, aiohttp.ClientSession(url) as other:
            async with sqlite_locked(make_url(database)):
                async with session.get("/healthz") as response:
                    assert response.status == 200  # a connection is open, so that the next request is read at once
                posted = asyncio.create_task(session.post(target, headers=headers, data=body))
                async with other.get("/healthz") as response:
                    assert response.status == 200  # by now it is in hand
                serve.send_signal(number)
                await line_of(serve, "serve.stopping")
                assert not posted.done()
            async with await posted as response:
                assert response.status == 200
        assert (await ended(serve)).code == 0


async def test_a_port_that_is_taken_is_said() -> None:
    async with served(web.Application()) as url, process("serve", PORT=url.rsplit(":", 1)[1]) as serve:
        end = await ended(serve)
    assert end.code == 2
    assert end.err.splitlines()[-1].startswith("HOST, PORT, WORKER_PORT: cannot listen on ")


# --- what stops every command


async def test_a_wrong_setting_is_named_and_not_repeated(run_command: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIBER_AUTH_TOKEN", "hidden κλειδί")
    monkeypatch.setenv("PORT", "hidden")
    for command in ("serve", "migrate", "doctor"):
        end = await run_command(command)
        assert (end.code, [line.split(":")[0] for line in end.err.splitlines()]) == (2, ["PORT", "VIBER_AUTH_TOKEN"])
        assert "hidden" not in end.err + end.out


async def test_another_key_ring_is_refused_and_a_new_key_in_front_is_not(
    run_command: Here, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert (await run_command("migrate")).code == 0
    monkeypatch.setenv("SECRET_KEY", f"{OTHER_SECRET},{TEST_SECRET}")
    assert (await run_command("migrate")).code == 0
    for ring in (OTHER_SECRET, f"{TEST_SECRET},{OTHER_SECRET}"):
        monkeypatch.setenv("SECRET_KEY", ring)
        end = await run_command("migrate")
        assert end.code == 2
        assert end.err.startswith("SECRET_KEY: its last (oldest) secret is not the one")
        assert ring not in end.err


async def test_migrate_may_be_run_twice(run_command: Here, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for _ in range(2):
        end = await run_command("migrate")
        assert (end.code, end.err) == (0, "the database has today's schema\n")


async def test_postgresql_is_migrated_by_its_operator_alone(postgresql_url: str) -> None:
    """Several processes share it: whoever starts one does not mean to change it under the others."""
    async with process("serve", DATABASE_URL=postgresql_url) as serve:
        end = await ended(serve)
    assert (end.code, end.err) == (2, "the database does not have today's schema: run `python -m bot migrate`\n")


async def test_a_database_out_of_reach_is_said_plainly() -> None:
    for command in ("migrate", "serve"):
        async with process(command, DATABASE_URL="postgresql+asyncpg://u:hidden@127.0.0.1:1/counter") as started:
            end = await ended(started)
        said = "the database cannot be reached (ConnectionRefusedError): see DATABASE_URL\n"
        assert (end.code, end.err) == (1, said)


async def test_an_unknown_command_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for argument, code in ("dance", 2), ("--help", 0):
        with pytest.raises(SystemExit) as caught:
            main([argument])
        assert caught.value.code == code
        said = capsys.readouterr()
        assert all(command in said.out + said.err for command in COMMANDS)


# --- demo


def test_the_demo_gives_each_part_settings_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = demo.environment(9000, TEST_SECRET)
    assert {name.lower() for name in environment} <= set(Settings.model_fields)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = load()
    assert [part for part in ("viber", "sms", "registries") if found.missing_for(part)] == []


async def test_the_demo_does_not_start_beside_another() -> None:
    async def taken(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/clerk/", taken)
    async with served(app) as url:
        port = int(url.rsplit(":", 1)[1])
        async with process("demo", "--port", str(port - 3)) as started:
            end = await ended(started)
    assert end.code == 1
    assert f"{url}/clerk/ is taken already" in end.err
