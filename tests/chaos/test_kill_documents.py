"""A worker is killed between the registry's answer and its own commit: the paper is handed in once all the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store import Store, open_store
from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import Handed, Paper
from casestore.people.identity import PROVEN
from casestore.tables import documents, outbox
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, make_app
from connectors.sandbox.seed import seeded
from connectors.sandbox.services import FILING
from tests.bot.documents import files
from tests.chaos.children import Child, running
from tests.conftest import TEST_SECRET
from tests.connectors.sandbox import served
from tests.harness import settings_for

pytestmark = pytest.mark.slow

CASE, PEACE = "ΚΤ-2026-000301", 60.0  # seconds until it must be handed in
SURVEY = Paper("cadastre", CASE, "topographic-plan", "Τοπογραφικό διάγραμμα")


async def two_pages(store: Store) -> None:
    """A citizen has sent two files and said that they are the paper that is missing."""
    now, keys = datetime.now(UTC), ("in:1:e0:0", "in:2:e0:0")
    talk = await store.conversations.at("viber", "person", now)
    sealed = [await store.documents.sealed(key, files.pdf(), media_type="application/pdf", pages=1) for key in keys]
    async with store.database.write() as connection:
        citizen = await store.citizens.ensure_one(connection, "090000045", now)
        await store.links.link(connection, talk.contact_point_id, citizen, PROVEN, "code", now)
        kept = [
            await store.documents.keep(connection, Handed(key, citizen, talk.id, "viber", ""), content, now)
            for key, content in zip(keys, sealed, strict=True)
        ]
        which = [one for one in kept if one is not None]
        assert await store.documents.confirm(connection, which, SURVEY, "in:3:e0", "s" * 32, now) == 2


async def states(store: Store) -> set[str]:
    async with store.database.read() as connection:
        return set(await connection.scalars(select(documents.c.state)))


async def test_between_submit_and_commit(tmp_path: Path) -> None:
    state, url = seeded(lambda: datetime.now(UTC)), f"sqlite+aiosqlite:///{tmp_path}/counter.db"
    before = state.case(CASE).sequence
    app = make_app(state)
    async with open_store(settings_for(url), migrating=True) as store, served(app) as registries:
        await two_pages(store)
        env = {
            "DATABASE_URL": url,
            "SECRET_KEY": TEST_SECRET,
            "REGISTRIES_URL": registries,
            "REGISTRIES_CLIENT_ID": CLIENT_ID,
            "REGISTRIES_CLIENT_SECRET": CLIENT_SECRET,
        }
        worker = Child("worker", ("tests.chaos.documents_worker",), env, tmp_path)
        async with running(worker):
            async with asyncio.timeout(PEACE):
                while not (tmp_path / "died").exists():  # noqa: ASYNC110 (another process makes it)
                    await asyncio.sleep(0.05)
            assert await states(store) == {DocumentState.CHECKED}
            assert state.case(CASE).sequence == before + 1  # the registry has it, and we do not know
            await worker.end()
            await worker.start()
            async with asyncio.timeout(PEACE):
                while await states(store) != {DocumentState.SUBMITTED}:  # noqa: ASYNC110 (likewise)
                    await asyncio.sleep(0.1)
        assert state.case(CASE).sequence == before + 1
        [handed] = app[FILING].of_case(CASE).values()
        async with store.database.read() as connection:
            assert set(await connection.scalars(select(documents.c.number))) == {handed.number}
            assert await connection.scalar(select(func.count()).select_from(outbox)) == 1
