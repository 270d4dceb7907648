"""``python -m bot dispatch``: was the citizen told?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import load
from bot.store import open_store
from tests.bot.notices.harness import PERMIT, NoticeStage
from tests.clock import FakeClock
from tests.journeys.commandline import Here, empty_folder


@pytest.fixture
async def run_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> AsyncIterator[Here]:
    with empty_folder(monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", sqlite_url)
        yield Here(capsys)


async def told(clock: FakeClock) -> None:
    async with open_store(load()) as store:
        stage = NoticeStage.over(store.database, clock())
        await stage.begin(PERMIT)
        await stage.change(PERMIT.reference, stage="pre-approval")
        await stage.settle()


async def test_by_the_case_however_it_is_typed_and_by_the_citizens_key(run_command: Here, clock: FakeClock) -> None:
    await told(clock)
    plain = await run_command("dispatch", "ad 2026 123")
    assert plain.code == 0
    events = [line.split()[4] for line in plain.out.splitlines()]
    assert events == ["noted", "ordered", "let-through", "sent"]
    assert plain.out.startswith("2026-11-23 11:00:00")  # by the clock in Athens
    found = [json.loads(line) for line in (await run_command("dispatch", PERMIT.reference, "--json")).out.splitlines()]
    assert [line["event"] for line in found] == events
    assert found[0]["reason"] == "stage"
    by_key = await run_command("dispatch", found[0]["citizen"], "--json")
    assert [json.loads(line) for line in by_key.out.splitlines()] == found
    assert "123456783" not in by_key.out
    assert "+3069" not in by_key.out


async def test_those_of_which_nobody_can_say_whether_they_came(run_command: Here) -> None:
    now = datetime.now(UTC).replace(hour=10)  # the command has no other clock; at night nothing is sent
    async with open_store(load()) as store:
        stage = NoticeStage.over(store.database, now - timedelta(days=6))
        await stage.begin(PERMIT, viber=False)
        await stage.change(PERMIT.reference, stage="pre-approval")
        await stage.settle()
        await stage.later(2 * 86_400)
        await stage.later(86_400)
    end = await run_command("dispatch", "--unknown")
    assert end.code == 0
    assert end.out.splitlines()[-1].split()[3:5] == [PERMIT.reference, "unknown"]
    assert (await run_command("dispatch")).code == 2
    assert (await run_command("dispatch", PERMIT.reference, "--unknown")).code == 2


async def test_cases_that_sit_are_listed_for_their_offices_without_a_person(run_command: Here) -> None:
    assert (await run_command("dispatch", "--sitting")).out == "no case sits\n"
    async with open_store(load()) as store:
        stage = NoticeStage.over(store.database, datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
        await stage.begin(PERMIT, viber=False)
        await stage.later(31 * 86_400)
    listed = await run_command("dispatch", "--sitting")
    assert listed.out == f"2026-11-23 permits {PERMIT.reference} building-permit completeness-check\n"
    found = json.loads((await run_command("dispatch", "--sitting", "--json")).out)
    assert (found["reference"], found["since"], found["expected_by"]) == (PERMIT.reference, "2026-11-23", None)
    assert (await run_command("dispatch", "--sitting", "--unknown")).code == 2


async def test_where_nothing_is_on_record_it_says_so(run_command: Here) -> None:
    end = await run_command("dispatch", "ΑΔ-2026-000999")
    assert (end.code, end.out) == (1, "no notice on record\n")
