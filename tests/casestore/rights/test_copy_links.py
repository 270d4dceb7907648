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
from tests.casestore.town import Town
from tests.clock import START
from tests.conftest import TEST_SECRET

AFM, OTHER, MOBILE = "123456783", "090000045", "+306900000001"


@pytest.fixture
def town(database: Database, vault: Vault) -> Town:
    return Town(database, vault)


async def test_a_link_is_used_once_by_however_many_at_once(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    citizen = await town.link(here, AFM)
    assert await town.offer(here, "token")
    assert await town.copies.open("token", START)
    used = await asyncio.gather(*(town.use("token") for _ in range(5)))
    assert sorted(used, key=str) == [citizen, None, None, None, None]
    assert not await town.copies.open("token", START)


async def test_it_is_kept_as_a_hash_and_lives_a_quarter_of_an_hour(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    await town.offer(here, "token")
    [(key,)] = await town.rows(select(copies.c.token_key))
    assert key != "token"
    for guess in ("", "Token", key, "another"):
        assert await town.use(guess) is None
    assert await town.use("token", START + LIFETIME) is None
    assert await town.use("token", START + LIFETIME - timedelta(seconds=1)) is not None


async def test_only_who_is_proven_gets_one_and_so_many_a_day(town: Town) -> None:
    known = await town.at("sms", MOBILE)
    await town.link(known, AFM, KNOWN_NUMBER)
    for here in (known, await town.at("viber", "nobody")):
        with pytest.raises(LookupError):
            await town.offer(here, "t")
    viber = await town.at("viber", "tGVu")
    await town.link(viber, AFM)
    assert [await town.offer(viber, f"t{n}") for n in range(A_DAY + 1)] == [True] * A_DAY + [False]
    assert await town.offer(viber, "tomorrow", START + timedelta(days=1, seconds=1))


async def test_it_opens_nothing_once_another_is_proven_in_that_chat(town: Town) -> None:
    here = await town.at("viber", "tGVu")
    await town.link(here, AFM)
    await town.offer(here, "token")
    await town.link(here, OTHER)
    assert await town.use("token") is None


# --- what is in a copy ---


async def test_a_copy_has_what_its_citizen_said_and_not_what_an_earlier_owner_said(town: Town) -> None:
    here = await town.at("sms", MOBILE)
    await town.say(here, "του προηγούμενου")
    later = START + timedelta(days=1)
    citizen = await town.link(here, AFM, PROVEN, later)
    await town.say(await town.at("sms", MOBILE), "δικό μου", later)
    held = await town.holdings.copy(citizen)
    assert [line["text"] for line in held["messages"]] == ["δικό μου", "re: δικό μου"]
    assert len(held["sends"]) == 1
    assert (await town.holdings.kinds(citizen))["messages"] == 2


async def test_what_another_said_on_the_shared_telephone_is_not_in_it(town: Town) -> None:
    """One is known there by the registry; another proves themselves there, writes, and is gone again."""
    phone, viber = await town.at("sms", MOBILE), await town.at("viber", "tGVu")
    citizen = await town.link(viber, AFM)
    await town.link(phone, AFM, KNOWN_NUMBER)
    other = await town.link(phone, OTHER)
    await town.say(await town.at("sms", MOBILE), "του άλλου")
    async with town.database.write() as connection:
        await connection.execute(links.delete().where(links.c.citizen_id == other))
    held = await town.holdings.copy(citizen)
    assert [point["channel"] for point in held["contact_points"]] == ["sms", "viber"]
    assert (held["messages"], held["sends"]) == ([], [])


async def test_a_copy_of_nobody_is_refused(town: Town) -> None:
    with pytest.raises(LookupError):
        await town.holdings.copy(7)


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
    town = Town(database, Vault([TEST_SECRET]))
    tokens: list[str] = []
    for number, (step, chat, who) in enumerate(steps):
        now = START + timedelta(seconds=number)
        here = await town.at(*chat, now)
        if step in ("prove", "know"):
            await town.link(here, AFMS[who], PROVEN if step == "prove" else KNOWN_NUMBER, now)
        elif step == "unlink":
            async with database.write() as connection:
                mine = select(citizens.c.id).where(citizens.c.afm_key == town.vault.index("afm", AFMS[who]))
                this = links.c.contact_point_id == here.contact_point_id, links.c.citizen_id.in_(mine)
                await connection.execute(links.delete().where(*this))
        elif step == "erase":
            await town.erase(here, now, f"in:x{number}")
        elif step == "say":
            afm = await town.people.afm_of(here.citizen_id) if here.citizen_id else "nobody"
            await town.say(here, f"[{afm}]", now)
        elif here.level == PROVEN:
            tokens += [f"t{number}"] if await town.offer(here, f"t{number}", now) else []
    for token in tokens:
        citizen = await town.use(token, START + timedelta(minutes=1))
        if citizen is not None:
            held = await town.holdings.copy(citizen)
            own = held["citizen"][0]["afm"]
            text = json.dumps(held, ensure_ascii=False)
            assert not any(other in text for other in AFMS if other != own)
    await database.close()
