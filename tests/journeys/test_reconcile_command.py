"""``reconcile`` as an operator runs it, against the sandbox State."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.app
from bot.settings import load
from bot.store import Store, open_store
from casestore.cases.model import Change
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from connectors.sandbox.faults import Fault, Kind
from tests.connectors.sandbox import Sandbox, running
from tests.harness import calls_without_cause
from tests.journeys.commandline import Ended, Here, empty_folder

PERMIT = "ΑΔ-2026-000123"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with empty_folder(monkeypatch, tmp_path):
        yield


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    async with running() as sandbox:
        settings = {"URL": sandbox.url, "CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        for name, value in settings.items():
            monkeypatch.setenv(f"REGISTRIES_{name}", value)
        yield sandbox
        async with open_store(load()) as store:
            assert await calls_without_cause(store) == []


@pytest.fixture
def run_command(capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(capsys)


def told(end: Ended) -> dict[str, str]:
    """The report: what was said of each registry."""
    return {line.split()[0]: line.split(maxsplit=1)[1] for line in end.out.splitlines()}


async def stage(store: Store, reference: str) -> str | None:
    kept = await store.cases.find(reference)
    return kept.case.stage if kept else None


async def test_what_is_found_is_reported_and_put_right(run_command: Here, sandbox: Sandbox) -> None:
    first = await run_command("reconcile", "--dry-run")
    assert told(first) == dict.fromkeys(("permits", "efka", "cadastre", "civil_protection", "kep"), "0 same, 1 missing")
    assert first.code == 0
    async with open_store(load()) as store:
        assert await stage(store, PERMIT) is None  # a dry run keeps nothing
        assert told(await run_command("reconcile", "permits")) == {"permits": "0 same, 1 missing, 1 repaired"}
        assert await stage(store, PERMIT) == "completeness-check"
        sandbox.state.move(PERMIT, "review")
        assert told(await run_command("reconcile", "permits", "--dry-run")) == {"permits": "0 same, 1 behind"}
        assert told(await run_command("reconcile", "permits")) == {"permits": "0 same, 1 behind, 1 repaired"}
        assert await stage(store, PERMIT) == "review"
    assert told(await run_command("reconcile", "permits")) == {"permits": "1 same"}


async def test_what_is_put_right_is_heard_by_whoever_hears_of_changes(
    run_command: Here, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    async def listener(_connection: AsyncConnection, changes: Sequence[Change]) -> None:
        heard.extend(change.after.case.reference for change in changes)

    monkeypatch.setattr(bot.app, "change_listeners", lambda *_: (listener,))
    await run_command("reconcile", "permits", "--dry-run")
    assert heard == []
    await run_command("reconcile", "permits")
    assert heard == [PERMIT]


async def test_a_registry_that_is_down_is_said_and_the_others_are_compared(run_command: Here, sandbox: Sandbox) -> None:
    sandbox.faults.put("efka", Fault(Kind.ERROR))
    end = await run_command("reconcile")
    report = told(end)
    assert report["efka"].startswith("stopped: http 500")
    assert report["kep"] == "0 same, 1 missing, 1 repaired"
    assert end.code == 1
    sandbox.faults.clear_all()
    assert told(await run_command("reconcile", "efka")) == {"efka": "0 same, 1 missing, 1 repaired"}


async def test_without_registries_it_says_what_is_not_set(run_command: Here) -> None:
    end = await run_command("reconcile")
    assert end.code == 2
    assert "REGISTRIES_URL" in end.err
