"""Documents on record, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from obstore.store import S3Store
from sqlalchemy import func, select

from bot.store import Store, open_store
from casestore.database import Database
from casestore.documents.files import DatabaseFiles, PlacedFiles
from casestore.documents.lifecycle import DOCUMENT_MOVES, ENDED, DocumentState, Step
from casestore.documents.model import ASKED_FOR, Handed, Paper, SealedContent, StoredDocument
from casestore.documents.upload_links import A_DAY, LIFETIME, MOST_FILES
from casestore.files import Filed, Files, FilesDown
from casestore.people.identity import PROVEN
from casestore.places.bucket import Bucket, s3
from casestore.places.folder import Folder
from casestore.tables import document_parts, document_tasks, documents
from casestore.vault import SealBroken, Vault
from tests.clock import START
from tests.connectors.sandbox import served
from tests.fakes.object_storage import BUCKET, KEY_ID, SECRET, ObjectStorage
from tests.harness import settings_for

S = DocumentState
SURVEY = Paper("cadastre", "ΚΤ-2026-000301", "survey", "Τοπογραφικό διάγραμμα")
LARGE = bytes(range(256)) * 4096  # four parts and a bit, sealed
LEASE = timedelta(seconds=60)


@dataclass
class Fixture:
    store: Store
    database: Database
    citizen: int
    conversation: int
    point: int

    def handed(self, key: str = "in:1:e0", paper: Paper | None = SURVEY) -> Handed:
        return Handed(key, self.citizen, self.conversation, "viber", "σαρωση.pdf", paper)

    async def offer(self, key: str = "in:1:e0") -> StoredDocument:
        async with self.database.write() as connection:
            await self.store.documents.offer(connection, self.handed(key), "https://dl.viber.com/x", START)
        return await self.by_key(key)

    async def keep(self, key: str = "up:1:a", content: bytes = LARGE, *, checked: bool = True) -> int | None:
        facts = {"media_type": "application/pdf", "pages": 2} if checked else {}
        sealed = await self.store.documents.sealed(key, content, **facts)  # type: ignore[arg-type]
        async with self.database.write() as connection:
            return await self.store.documents.keep(connection, self.handed(key), sealed, START)

    async def confirm(self, *which: int, bundle: str = "in:2:e0") -> int:
        async with self.database.write() as connection:
            return await self.store.documents.confirm(connection, which, SURVEY, bundle, "s1", START)

    async def move(self, document: int, state: DocumentState) -> int:
        async with self.database.write() as connection:
            return await self.store.documents.move(connection, [document], state, START)

    async def by_key(self, key: str) -> StoredDocument:
        async with self.database.read() as connection:
            found = await connection.scalar(select(documents.c.id).where(documents.c.key == key))
        document = await self.store.documents.find(found or 0)
        assert document is not None
        return document

    async def count(self, table: object) -> int:
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


@pytest.fixture
async def storage() -> AsyncIterator[tuple[ObjectStorage, S3Store]]:
    """A bucket over HTTP, and the client that the settings make for it."""
    there = ObjectStorage()
    async with served(there.app()) as url:
        client = s3(BUCKET, "documents", endpoint=url, region="us-east-1", key_id=KEY_ID, secret=SECRET)
        yield there, client


EVERYWHERE = pytest.mark.parametrize("files", ["database", "folder", "bucket"], indirect=True)


@pytest.fixture
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    where = getattr(request, "param", "database")
    if where == "database":
        return DatabaseFiles()
    if where == "folder":
        return PlacedFiles(Folder(tmp_path / "files"))
    return PlacedFiles(Bucket(request.getfixturevalue("storage")[1]))


@pytest.fixture
async def fixture(database: Database, vault: Vault, files: Files) -> Fixture:
    store = Store.over(database, vault, files)
    talk = await store.conversations.at("viber", "person", START)
    async with database.write() as connection:
        citizen = await store.citizens.ensure_one(connection, "090000045", START)
        await store.links.link(connection, talk.contact_point_id, citizen, PROVEN, "code", START)
    return Fixture(store, database, citizen, talk.id, talk.contact_point_id)


@EVERYWHERE
async def test_a_file_is_offered_fetched_checked_and_handed_in(fixture: Fixture) -> None:
    documents_, tasks = fixture.store.documents, fixture.store.document_tasks
    offered = await fixture.offer()
    assert (offered.state, offered.paper) == (S.OFFERED, SURVEY)
    [fetch] = await tasks.claim(START, "c1", limit=5, lease=LEASE)
    assert (fetch.step, tasks.read(fetch)) == (Step.FETCH, "https://dl.viber.com/x")
    sealed = await documents_.sealed(offered.key, b"as it came")
    async with fixture.database.write() as connection:
        assert await documents_.fetched(connection, offered, sealed, START)
        await tasks.done(connection, fetch, START)
    assert await fixture.confirm(offered.id) == 1
    [check] = await tasks.claim(START, "c2", limit=5, lease=LEASE)
    assert check.step is Step.CHECK  # in order: it is not submitted before it is checked
    sealed = await documents_.sealed(offered.key, LARGE, media_type="image/jpeg", pages=1, blurred=True)
    async with fixture.database.write() as connection:
        assert await documents_.checked(connection, offered, sealed, START)
        await tasks.done(connection, check, START)
    [submit] = await tasks.claim(START, "c3", limit=5, lease=LEASE)
    assert submit.step is Step.SUBMIT
    found = await documents_.find(offered.id)
    assert found is not None
    assert (found.state, found.media_type, found.blurred, found.bundle) == (S.CHECKED, "image/jpeg", True, "in:2:e0")
    assert await documents_.content_of(found) == LARGE
    assert await documents_.name_of(found.id) == "σαρωση.pdf"


async def test_the_same_cause_makes_it_once(fixture: Fixture) -> None:
    assert await fixture.keep() is not None
    assert await fixture.keep() is None
    await fixture.offer()
    await fixture.offer()
    assert await fixture.count(documents) == 2
    assert await fixture.count(document_tasks) == 1


@EVERYWHERE
async def test_what_is_kept_cannot_be_read_and_opens_for_its_own_document_alone(fixture: Fixture, files: Files) -> None:
    first, second = await fixture.keep("up:1:a", b"words " * 9000), await fixture.keep("up:1:b")
    sealed = await files.load(fixture.database, first or 0)
    assert sealed is not None
    assert b"words" not in sealed
    swapped = await files.put(sealed)
    async with fixture.database.write() as connection:
        await files.save(connection, second or 0, swapped, START)
    with pytest.raises(SealBroken):
        await fixture.store.documents.content_of(await fixture.by_key("up:1:b"))


@EVERYWHERE
@pytest.mark.parametrize("state", [S.REFUSED, S.TAKEN_BACK])
async def test_what_is_refused_or_taken_back_loses_its_content_at_once(fixture: Fixture, state: DocumentState) -> None:
    kept = await fixture.keep() or 0
    assert await fixture.move(kept, state) == 1
    with pytest.raises(LookupError):
        await fixture.store.documents.content_of(await fixture.by_key("up:1:a"))
    assert await fixture.count(document_parts) == 0


async def test_only_legal_moves_move(fixture: Fixture) -> None:
    for number, (start, after) in enumerate(DOCUMENT_MOVES.items()):
        for target in S:
            key = f"up:{number}:{target}"
            kept = await fixture.keep(key, b"x") or 0
            async with fixture.database.write() as connection:
                await connection.execute(documents.update().where(documents.c.id == kept).values(state=start))
            assert await fixture.move(kept, target) == (target in after), f"{start} to {target}"
    assert {S.ACCEPTED, S.REJECTED, S.REFUSED, S.TAKEN_BACK} == ENDED


async def test_what_was_taken_back_is_not_confirmed_and_what_was_confirmed_not_again(fixture: Fixture) -> None:
    first, second = await fixture.keep("up:1:a") or 0, await fixture.keep("up:1:b") or 0
    await fixture.move(first, S.TAKEN_BACK)
    assert await fixture.confirm(first, second) == 1
    assert await fixture.confirm(first, second, bundle="in:3:e0") == 0
    assert [document.id for document in await fixture.store.documents.of_bundle("in:2:e0")] == [second]


async def test_what_waits_for_an_answer_waits_for_two_days(fixture: Fixture) -> None:
    await fixture.offer()
    waiting = fixture.store.documents.unanswered
    assert len(await waiting(fixture.conversation, fixture.citizen, START)) == 1
    assert await waiting(fixture.conversation, fixture.citizen, START + ASKED_FOR) == []
    assert await waiting(fixture.conversation + 1, fixture.citizen, START) == []
    assert await fixture.store.documents.of_citizen(fixture.citizen, START - LEASE) == []


async def test_a_registrys_word_moves_what_was_submitted_to_it_and_nothing_else(fixture: Fixture) -> None:
    sent, not_sent = await fixture.keep("up:1:a") or 0, await fixture.keep("up:1:b") or 0
    await fixture.confirm(sent, not_sent)
    await fixture.move(sent, S.SUBMITTED)
    async with fixture.database.write() as connection:
        judged = fixture.store.documents.judged
        assert await judged(connection, SURVEY.reference, "deed", S.ACCEPTED, START) == 0
        assert await judged(connection, SURVEY.reference, SURVEY.code, S.REJECTED, START) == 1
        assert await judged(connection, SURVEY.reference, SURVEY.code, S.ACCEPTED, START) == 0


@EVERYWHERE
async def test_files_that_no_document_names_are_swept_away(fixture: Fixture, files: Files, tmp_path: Path) -> None:
    if isinstance(files, DatabaseFiles):
        assert await fixture.store.documents.sweep(0) == 0
        return
    kept, gone = await fixture.keep("up:1:a"), await fixture.keep("up:1:b") or 0
    assert kept is not None
    await fixture.move(gone, S.TAKEN_BACK)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "files").glob("*/*")} <= {0o600}
    assert await fixture.store.documents.sweep(0) == 0  # too young: its commit may be under way
    assert await fixture.store.documents.sweep(2e12) == 1
    assert await fixture.store.documents.content_of(await fixture.by_key("up:1:a")) == LARGE


@pytest.mark.parametrize("files", ["folder", "bucket"], indirect=True)
async def test_a_place_that_is_away_is_told_of_by_its_kind_and_nothing_is_kept(
    fixture: Fixture, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    kept = await fixture.keep("up:1:a")
    if "bucket" in request.node.name:
        request.getfixturevalue("storage")[0].trouble = 403
    else:
        (tmp_path / "files").rename(tmp_path / "gone")
        (tmp_path / "files").write_text("in its place")
    with pytest.raises(FilesDown) as failed:
        await fixture.keep("up:1:b")
    with pytest.raises(FilesDown):
        await fixture.store.documents.content_of(await fixture.by_key("up:1:a"))
    assert str(failed.value).isidentifier()  # no address, no answer of a provider
    assert kept is not None
    assert await fixture.count(documents) == 1


async def test_in_the_bucket_of_the_settings_lies_what_is_sealed_below_its_prefix(database_url: str) -> None:
    there = ObjectStorage()
    async with served(there.app()) as url:
        place: dict[str, Any] = {"files_url": f"s3://{BUCKET}/sealed", "files_endpoint": url}
        settings = settings_for(database_url, **place, files_key_id=KEY_ID, files_secret=SECRET)
        async with open_store(settings, migrating=True) as store:
            content = await store.documents.sealed("up:1:a", b"words " * 9000)
    [(name, (lying, _))] = there.objects.items()
    assert name == f"sealed/documents/{content.kept.stored_as}"
    assert content.kept.sealed == b""  # it is not held twice
    assert b"words" not in lying


async def test_an_upload_link_counts_for_a_day_while_its_citizen_is_known(fixture: Fixture) -> None:
    links = fixture.store.upload_links
    async with fixture.database.write() as connection:
        assert await links.issue(connection, fixture.conversation, SURVEY.reference, "first", START)
        assert await links.issue(connection, fixture.conversation, SURVEY.reference, "second", START)
    assert await links.find("first", START) is None  # a newer one has taken its place
    link = await links.find("second", START)
    assert link is not None
    assert (link.reference, link.citizen_id, link.files) == (SURVEY.reference, fixture.citizen, 0)
    assert await links.find("second", START + LIFETIME) is None
    assert await links.find("third", START) is None
    async with fixture.database.write() as connection:
        assert not await links.count(connection, link, 1, START + LIFETIME)
        assert await links.count(connection, link, MOST_FILES - 1, START)
        assert not await links.count(connection, link, 2, START)
        await fixture.store.links.unlink(connection, fixture.point, fixture.citizen, START)
        assert not await links.count(connection, link, 1, START)
    assert await links.find("second", START) is None


async def test_so_many_links_a_day(fixture: Fixture) -> None:
    async with fixture.database.write() as connection:
        issued = [
            await fixture.store.upload_links.issue(connection, fixture.conversation, "ΚΤ-1", f"t{number}", START)
            for number in range(A_DAY + 1)
        ]
    assert issued == [*[True] * A_DAY, False]


async def test_no_link_for_who_is_not_known(fixture: Fixture) -> None:
    stranger = await fixture.store.conversations.at("viber", "stranger", START)
    async with fixture.database.write() as connection:
        with pytest.raises(LookupError):
            await fixture.store.upload_links.issue(connection, stranger.id, "ΚΤ-1", "t", START)


def test_what_is_sealed_does_not_show() -> None:
    assert "x" not in repr(replace(SealedContent(Filed(b"x"), 1)))
