"""Requests for certificates on record, on both databases: their life, their papers, and whom a link lets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Store
from casestore.certificates.files import DatabasePapers, PlacedPapers
from casestore.certificates.lifecycle import ENDED, REQUEST_MOVES, RequestState, Step
from casestore.certificates.links import A_DAY, LIFETIME, OPENINGS
from casestore.certificates.model import Asked, SealedPaper, StoredRequest
from casestore.certificates.requests import A_DAY as REQUESTS_A_DAY
from casestore.conversations.repository import Conversation
from casestore.database import Database
from casestore.files import Files
from casestore.folder import Folder
from casestore.migrate import migrate
from casestore.tables import certificate_parts, certificate_requests
from casestore.vault import SealBroken, Vault
from casestore.watch.states import MOVING
from tests.casestore.fixture import StoreFixture
from tests.clock import START
from tests.conftest import TEST_SECRET

S = RequestState
PDF = b"%PDF-1.7 " + bytes(range(256)) * 1500  # more than a part
LEASE = timedelta(minutes=2)
ANNA, VASILIS = "123456783", "090000045"


@dataclass
class Counter(StoreFixture):
    """A store with what certificates need, and the steps of one."""

    def __init__(self, database: Database, vault: Vault, papers: Files | None = None) -> None:
        super().__init__(database, vault)
        self.store = Store.over(database, vault, papers=papers)
        self.requests = self.store.certificate_requests

    async def ask(self, talk: Conversation, citizen: int, key: str = "in:1:e0") -> StoredRequest:
        secrets = {"amka": "01018000156"}
        asked = Asked(key, citizen, talk.id, "insurance-history", "efka", f"r-{key}", {"purpose": "x"}, secrets)
        async with self.database.write() as connection:
            made = await self.requests.ask(connection, asked, START)
        found = None if made is None else await self.requests.find(made)
        assert found is not None
        return found

    async def issue(self, request: StoredRequest, pdf: bytes = PDF) -> bool:
        sealed = await self.requests.sealed(request.key, pdf)
        kept = START + timedelta(days=180)
        paper = SealedPaper(sealed, len(pdf), "4TY6-KH90-TTY0-9K13", "12/2026", START, None, kept)
        async with self.database.write() as connection:
            return await self.requests.issued(connection, request, paper, START)

    async def door(self, request: StoredRequest, talk: Conversation, token: str) -> bool:
        async with self.database.write() as connection:
            return await self.store.certificate_links.issue(connection, request.id, talk.id, token, START)

    async def open(self, token: str, now: datetime = START, *, count: bool = True) -> int | None:
        async with self.database.write() as connection:
            opened = await self.store.certificate_links.open(connection, token, now, count=count)
        return None if opened is None else opened.certificate_id


@pytest.fixture(params=["database", "folder"])
def papers(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    return DatabasePapers() if request.param == "database" else PlacedPapers(Folder(tmp_path / "files"))


async def test_asked_waiting_issued_and_what_was_secret_is_let_go(database: Database, papers: Files) -> None:
    counter = Counter(database, Vault([TEST_SECRET]), papers)
    talk = await counter.at("viber", "anna")
    request = await counter.ask(talk, await counter.link(talk, ANNA))
    assert (request.state, request.secrets) == (S.ASKED, {"amka": "01018000156"})
    async with database.write() as connection:
        assert await counter.requests.waits(connection, request, "12/2026", START, START + timedelta(minutes=10))
    assert await counter.issue(request)
    found = await counter.requests.find(request.id)
    assert found is not None
    assert (found.state, found.code, found.secrets) == (S.ISSUED, "4TY6-KH90-TTY0-9K13", {})
    assert await counter.requests.paper_of(found) == PDF
    assert not await counter.issue(request)  # once
    async with database.write() as connection:
        assert not await counter.requests.cancel(connection, request.id, request.citizen_id, START)


async def test_the_same_cause_asks_once_and_nobody_without_end(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk = await counter.at("viber", "anna")
    citizen = await counter.link(talk, ANNA)
    for number in range(REQUESTS_A_DAY):
        await counter.ask(talk, citizen, f"in:{number}:e0")
    assert not await counter.requests.may_ask(citizen, START)
    assert await counter.requests.may_ask(citizen, START + timedelta(days=1, seconds=1))
    with pytest.raises(AssertionError):
        await counter.ask(talk, citizen, "in:99:e0")
    assert await counter.count(certificate_requests) == REQUESTS_A_DAY


async def test_what_an_event_tells_goes_before_the_next_look_and_is_not_for_what_has_ended(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk = await counter.at("viber", "anna")
    request = await counter.ask(talk, await counter.link(talk, ANNA))
    tasks = counter.store.certificate_tasks
    [ask] = await tasks.claim(START, "c1", limit=5, lease=LEASE)
    async with database.write() as connection:
        assert await counter.requests.settled(connection, "efka", request.request, START)
        assert not await counter.requests.settled(connection, "kep", request.request, START)
    assert await tasks.claim(START, "c2", limit=5, lease=LEASE) == []  # one step at a time
    async with database.write() as connection:
        await counter.requests.waits(connection, request, "1", START, START + timedelta(minutes=10))
        await tasks.done(connection, ask, START)
    [next_] = await tasks.claim(START, "c3", limit=5, lease=LEASE)
    assert next_.step is Step.TOLD
    await counter.issue(request)
    async with database.write() as connection:
        assert not await counter.requests.settled(connection, "efka", request.request, START)


async def test_a_paper_opens_for_its_own_request_alone(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk = await counter.at("viber", "anna")
    citizen = await counter.link(talk, ANNA)
    one, other = await counter.ask(talk, citizen, "in:1:e0"), await counter.ask(talk, citizen, "in:2:e0")
    sealed = await counter.requests.sealed(one.key, PDF)
    async with database.write() as connection:
        await counter.requests._files.save(connection, other.id, sealed, START)
    with pytest.raises(SealBroken):
        await counter.requests.paper_of(other)


def test_every_state_that_moves_has_an_end_and_the_watch_sees_it() -> None:
    assert {state for state, after in REQUEST_MOVES.items() if not after} == ENDED
    assert all(S.FAILED in REQUEST_MOVES[state] for state in S if state not in ENDED)
    assert {"certificates-asked", "certificates-waiting", "certificate-tasks"} <= {state.name for state in MOVING}


async def test_the_watch_ends_what_nobody_ended_and_calls_a_person(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk = await counter.at("viber", "anna")
    request = await counter.ask(talk, await counter.link(talk, ANNA))
    late = START + timedelta(days=3)
    state = next(one for one in MOVING if one.name == "certificates-asked")
    watch = counter.store.watch
    assert await watch.end(state, await watch.late(state, late), late) == 1
    found = await counter.requests.find(request.id)
    assert found is not None
    assert (found.state, found.reason) == (S.FAILED, "stuck")


async def test_its_content_goes_when_its_time_is_over_and_the_record_later(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk = await counter.at("viber", "anna")
    request = await counter.ask(talk, await counter.link(talk, ANNA))
    await counter.issue(request)
    purger, rules = counter.store.purger, {rule.name: rule for rule in counter.store.purger.rules}
    for day, parts, rows in ((180, True, 1), (182, False, 1), (731, False, 0)):
        for name in ("certificate-papers", "certificate-content", "certificates"):
            await purger.all(rules[name], START + timedelta(days=day))
        assert bool(await counter.count(certificate_parts)) is parts, day
        assert await counter.count(certificate_requests) == rows, day


async def test_a_link_counts_so_often_so_long_and_for_who_is_proven_there(database: Database) -> None:
    counter = Counter(database, Vault([TEST_SECRET]))
    talk, other = await counter.at("viber", "anna"), await counter.at("viber", "vasilis")
    request = await counter.ask(talk, await counter.link(talk, ANNA))
    await counter.link(other, VASILIS)
    assert not await counter.door(request, other, "stolen")
    assert await counter.door(request, talk, "t1")
    assert await counter.open("t1", START + LIFETIME) is None
    assert await counter.open("t1", count=False) == request.id
    assert [await counter.open("t1") for _ in range(OPENINGS + 1)] == [request.id] * OPENINGS + [None]
    made = [await counter.door(request, talk, f"more-{number}") for number in range(A_DAY)]
    assert made == [True] * (A_DAY - 1) + [False]


_CHATS, _PEOPLE = 3, (ANNA, VASILIS)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("prove"), st.integers(0, _CHATS - 1), st.sampled_from(_PEOPLE)),
        st.tuples(st.just("unlink"), st.integers(0, _CHATS - 1), st.just("")),
        st.tuples(st.just("link"), st.integers(0, _CHATS - 1), st.sampled_from(_PEOPLE)),
        st.tuples(st.just("open"), st.integers(0, 9), st.just("")),
    ),
    max_size=25,
)


@given(steps=_STEPS)
@settings(max_examples=25, deadline=None)
async def test_nobody_ever_opens_anothers_paper(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple]) -> None:  # type: ignore[type-arg]
    """Whatever is proven where and undone again: what opens is of the citizen who is proven in the link's chat now."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('doors')}/counter.db")
    await migrate(database)
    counter = Counter(database, Vault([TEST_SECRET]))
    talks = [await counter.at("viber", f"chat-{number}") for number in range(_CHATS)]
    home = {afm: await counter.at("viber", f"home-{afm}") for afm in _PEOPLE}
    citizens = {afm: await counter.link(home[afm], afm) for afm in _PEOPLE}
    papers = {afm: await counter.ask(home[afm], citizens[afm], f"in:{afm}:e0") for afm in _PEOPLE}
    proven: dict[int, list[str]] = {
        number: [] for number in range(_CHATS)
    }  # of each chat, the one proven last is there
    doors: list[tuple[str, int, str]] = []
    for second, (what, number, afm) in enumerate(steps, 1):
        now = START + timedelta(seconds=second)
        if what == "prove":
            await counter.link(talks[number], afm, now=now)
            proven[number] = [*(one for one in proven[number] if one != afm), afm]
        elif what == "unlink" and proven[number]:
            point = talks[number].contact_point_id
            async with database.write() as connection:
                await counter.store.links.unlink(connection, point, citizens[proven[number].pop()], now)
        elif what == "link":
            token = f"token-{len(doors)}"
            if await counter.door(papers[afm], talks[number], token):
                assert proven[number][-1:] == [afm]
                doors.append((token, number, afm))
        elif what == "open" and doors:
            token, chat, owner = doors[number % len(doors)]
            opened = await counter.open(token)
            assert opened in (None, papers[owner].id)
            if proven[chat][-1:] != [owner]:
                assert opened is None
    await database.close()
