"""``retain`` as an operator runs it: first told, then done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.runtime import utc_now
from casestore.database import Database
from casestore.migrate import check_key_ring, migrate
from casestore.rights.retention import RETENTION_RULES
from casestore.tables import dialogue_events, transcript
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.conftest import TEST_SECRET
from tests.journeys.commandline import Here, empty_folder


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Here]:
    with empty_folder(monkeypatch, tmp_path):
        yield Here(capsys)


def counts(out: str) -> dict[str, int]:
    """By kind, what a run printed."""
    return {line.split()[2]: int(line.split()[0]) for line in out.splitlines()}


async def test_first_it_is_told_what_would_go_and_then_it_goes(
    run_command: Here, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    database, vault = Database(database_url), Vault([TEST_SECRET])
    await migrate(database)
    await check_key_ring(database, vault)
    town = StoreFixture(database, vault)
    old = utc_now() - timedelta(days=200)
    await town.say(await town.at("viber", "tGVu", old), "κάτι παλιό", old)
    await town.say(await town.at("viber", "other"), "κάτι", utc_now())
    monkeypatch.setenv("DATABASE_URL", database_url)

    told = await run_command("retain", "--dry-run")
    assert (told.code, set(counts(told.out))) == (0, {keep.name for keep in RETENTION_RULES})
    assert (counts(told.out)["dialogue"], counts(told.out)["transcript"], counts(told.out)["inbox-text"]) == (1, 2, 1)
    assert "παλιό" not in told.out + told.err
    assert await town.count(transcript) == 4

    done = await run_command("retain")
    assert (done.code, counts(done.out)) == (0, counts(told.out))
    assert (await town.count(transcript), await town.count(dialogue_events)) == (2, 1)
    assert set(counts((await run_command("retain", "--dry-run")).out).values()) == {0}
    await database.close()
