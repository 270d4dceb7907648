"""Links to a copy, and what is in one: this citizen's, whatever happens around, on both databases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from casestore.database import Database
from casestore.migrate import migrate
from casestore.people.identity import KNOWN_NUMBER, PROVEN
from casestore.rights.copy_links import A_DAY, LIFETIME
from casestore.tables import citizens, copies, links
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture
from tests.clock import START
from tests.conftest import TEST_SECRET

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"


async def test_a_link_is_used_once_by_however_many_at_once(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    citizen = await fixture.link(conversation, AFM)
    assert await fixture.offer(conversation, "token")
    assert await fixture.copies.open("token", START)
    used = await asyncio.gather(*(fixture.use("token") for _ in range(5)))
    assert sorted(used, key=str) == [citizen, None, None, None, None]
    assert not await fixture.copies.open("token", START)


async def test_it_is_kept_as_a_hash_and_lives_a_quarter_of_an_hour(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.offer(conversation, "token")
    [(key,)] = await fixture.rows(select(copies.c.token_key))
    assert key != "token"
    for guess in ("", "Token", key, "another"):
        assert await fixture.use(guess) is None
    assert await fixture.use("token", START + LIFETIME) is None
    assert await fixture.use("token", START + LIFETIME - timedelta(seconds=1)) is not None


async def test_only_who_is_proven_gets_one_and_so_many_a_day(fixture: StoreFixture) -> None:
    known = await fixture.at("sms", MOBILE)
    await fixture.link(known, AFM, KNOWN_NUMBER)
    for conversation in (known, await fixture.at("viber", "nobody")):
        with pytest.raises(LookupError):
            await fixture.offer(conversation, "t")
    viber = await fixture.at("viber", "tGVu")
    await fixture.link(viber, AFM)
    assert [await fixture.offer(viber, f"t{n}") for n in range(A_DAY + 1)] == [True] * A_DAY + [False]
    assert await fixture.offer(viber, "tomorrow", START + timedelta(days=1, seconds=1))


async def test_it_opens_nothing_once_another_is_proven_in_that_chat(fixture: StoreFixture) -> None:
    conversation = await fixture.at("viber", "tGVu")
    await fixture.link(conversation, AFM)
    await fixture.offer(conversation, "token")
    await fixture.link(conversation, OTHER)
    assert await fixture.use("token") is None


# --- what is in a copy ---


async def test_a_copy_has_what_its_citizen_said_and_not_what_an_earlier_owner_said(fixture: StoreFixture) -> None:
    conversation = await fixture.at("sms", MOBILE)
    await fixture.say(conversation, "του προηγούμενου")
    later = START + timedelta(days=1)
    citizen = await fixture.link(conversation, AFM, PROVEN, later)
    await fixture.say(await fixture.at("sms", MOBILE), "δικό μου", later)
    held = await fixture.holdings.copy(citizen)
    assert [line["text"] for line in held["messages"]] == ["δικό μου", "re: δικό μου"]
    assert len(held["sends"]) == 1
    assert (await fixture.holdings.kinds(citizen))["messages"] == 2


async def test_what_another_said_on_the_shared_telephone_is_not_in_it(fixture: StoreFixture) -> None:
    """One is known there by the registry; another proves themselves there, writes, and is gone again."""
    phone, viber = await fixture.at("sms", MOBILE), await fixture.at("viber", "tGVu")
    citizen = await fixture.link(viber, AFM)
    await fixture.link(phone, AFM, KNOWN_NUMBER)
    other = await fixture.link(phone, OTHER)
    await fixture.say(await fixture.at("sms", MOBILE), "του άλλου")
    async with fixture.database.write() as connection:
        await connection.execute(links.delete().where(links.c.citizen_id == other))
    held = await fixture.holdings.copy(citizen)
    assert [point["channel"] for point in held["contact_points"]] == ["sms", "viber"]
    assert (held["messages"], held["sends"]) == ([], [])


async def test_a_copy_of_nobody_is_refused(fixture: StoreFixture) -> None:
    with pytest.raises(LookupError):
        await fixture.holdings.copy(7)


WHO = st.integers(0, 2)
CHAT = st.sampled_from([("viber", "v1"), ("viber", "v2"), ("sms", MOBILE), ("sms", "+306900000002")])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("prove"), CHAT, WHO),
        st.tuples(st.just("know"), CHAT, WHO),
        st.tuples(st.just("unlink"), CHAT, WHO),
        st.tuples(st.just("say"), CHAT, WHO),
        st.tuples(st.just("offer"), CHAT, WHO),
        st.tuples(st.just("erase"), CHAT, WHO),
    ),
    max_size=14,
)
AFMS = (AFM, OTHER, "090000057")


@pytest.mark.slow
@settings(max_examples=40)
@given(STEPS)
def test_no_link_ever_opens_a_copy_with_a_word_of_another(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, tuple[str, str], int]]
) -> None:
    """Chats change hands, are unlinked, erased; every link is tried at the end. A line is marked with who was known
    when it was said: a copy has only its own citizen's marks."""
    asyncio.run(_life(tmp_path_factory.mktemp("life"), steps))


async def _life(folder: Path, steps: list[tuple[str, tuple[str, str], int]]) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder}/counter.db")
    await migrate(database)
    fixture = StoreFixture(database, Vault([TEST_SECRET]))
    tokens: list[str] = []
    for number, (step, chat, who) in enumerate(steps):
        now = START + timedelta(seconds=number)
        conversation = await fixture.at(*chat, now)
        if step in ("prove", "know"):
            await fixture.link(conversation, AFMS[who], PROVEN if step == "prove" else KNOWN_NUMBER, now)
        elif step == "unlink":
            async with database.write() as connection:
                mine = select(citizens.c.id).where(citizens.c.afm_key == fixture.vault.index("afm", AFMS[who]))
                this = links.c.contact_point_id == conversation.contact_point_id, links.c.citizen_id.in_(mine)
                await connection.execute(links.delete().where(*this))
        elif step == "erase":
            await fixture.erase(conversation, now, f"in:x{number}")
        elif step == "say":
            afm = await fixture.store.citizens.afm_of(conversation.citizen_id) if conversation.citizen_id else "nobody"
            await fixture.say(conversation, f"[{afm}]", now)
        elif conversation.level == PROVEN:
            tokens += [f"t{number}"] if await fixture.offer(conversation, f"t{number}", now) else []
    for token in tokens:
        citizen = await fixture.use(token, START + timedelta(minutes=1))
        if citizen is not None:
            held = await fixture.holdings.copy(citizen)
            own = held["citizen"][0]["afm"]
            text = json.dumps(held, ensure_ascii=False)
            assert not any(other in text for other in AFMS if other != own)
    await database.close()
