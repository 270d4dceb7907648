"""One-time links to the State's login, on both databases: once, for one chat and one browser, for a while."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store import Store
from casestore.database import Database
from casestore.people.codes import Codes
from casestore.people.login_links import LIFETIME, PER_CONVERSATION, STARTS, Link, LoginLinks, Refused, Taken
from casestore.tables import login_links
from casestore.vault import Vault
from tests.clock import FakeClock

TOKEN, STATE, VERIFIER, BROWSER = "a-token", "a-state", "a-verifier", "a-browser"


class Door:
    """Links, and a conversation to ask for them in."""

    def __init__(self, database: Database, vault: Vault, clock: FakeClock) -> None:
        self.database = database
        self.store = Store.over(database, vault)
        self.codes = Codes(database, vault)
        self.links = LoginLinks(database, vault)
        self.clock = clock

    async def transcript(self, name: str = "a") -> int:
        return (await self.store.conversations.at("viber", name, self.clock())).id

    async def issue(self, token: str = TOKEN, talk: str = "a") -> bool:
        conversation = await self.transcript(talk)
        async with self.database.write() as connection:
            return await self.links.issue(connection, conversation, token, self.clock())

    async def find(self, token: str = TOKEN) -> Link | Refused:
        return await self.links.find(token, self.clock())

    async def start(self, token: str = TOKEN, state: str = STATE, browser: str = BROWSER) -> Link | Refused:
        return await self.links.start(token, state, VERIFIER, browser, self.clock())

    async def take(self, state: str = STATE, browser: str = BROWSER) -> Taken | Refused:
        return await self.links.take(state, browser, self.clock())

    async def taken(self) -> Taken:
        await self.issue()
        await self.start()
        found = await self.take()
        assert isinstance(found, Taken)
        return found

    async def finish(self, link: Link) -> bool:
        async with self.database.write() as connection:
            code = await self.codes.show(connection, link.conversation_id, "123456783", "123456", self.clock())
            return await self.links.finish(connection, link, code, self.clock())


@pytest.fixture
def door(database: Database, vault: Vault, clock: FakeClock) -> Door:
    return Door(database, vault, clock)


async def test_the_way_through(door: Door) -> None:
    assert await door.find() is Refused.UNKNOWN
    assert await door.issue()
    found = await door.find()
    assert isinstance(found, Link)
    assert (found.channel, found.language, found.conversation_id) == ("viber", "el", await door.transcript())
    assert await door.find() == found  # looking changes nothing
    assert await door.start() == found
    taken = await door.take()
    assert taken == Taken(found, VERIFIER, None)
    assert await door.finish(found)
    again = await door.take()  # the page is loaded anew
    assert isinstance(again, Taken)
    assert again.code_id is not None
    assert await door.find() is Refused.USED


async def test_it_comes_back_once(door: Door) -> None:
    taken = await door.taken()
    assert await door.take() is Refused.USED
    assert await door.start() is Refused.USED
    assert await door.finish(taken.link)
    assert not await door.finish(taken.link)


async def test_only_in_the_browser_where_it_began(door: Door) -> None:
    await door.issue()
    await door.start()
    for browser in ("", "another"):
        assert await door.take(browser=browser) is Refused.BROWSER
    assert isinstance(await door.take(), Taken)
    assert await door.take(state="forged") is Refused.UNKNOWN


async def test_it_expires_at_every_step(door: Door) -> None:
    await door.issue()
    await door.start()
    taken = await door.take()
    assert isinstance(taken, Taken)
    door.clock.forward(LIFETIME.total_seconds())
    assert not await door.finish(taken.link)
    await door.links.release(taken.link)
    assert await door.find() is Refused.EXPIRED
    assert await door.start() is Refused.EXPIRED
    assert await door.take() is Refused.UNKNOWN  # a state is good once
    await door.issue("second")
    await door.start("second", "second")
    door.clock.forward(LIFETIME.total_seconds())
    assert await door.take("second") is Refused.EXPIRED


async def test_a_login_that_came_to_nothing_may_begin_anew(door: Door) -> None:
    taken = await door.taken()
    await door.links.release(taken.link)
    assert await door.take() is Refused.UNKNOWN
    assert await door.start(state="again") == taken.link
    assert isinstance(await door.take("again"), Taken)


async def test_a_second_login_from_one_link_ends_the_first(door: Door) -> None:
    await door.issue()
    await door.start(state="first", browser="first")
    await door.start(state="second", browser="second")
    assert await door.take("first", "first") is Refused.UNKNOWN
    assert isinstance(await door.take("second", "second"), Taken)


async def test_logins_from_one_link_are_limited(door: Door) -> None:
    await door.issue()
    begun = [await door.start(state=f"{number}") for number in range(STARTS + 1)]
    assert [isinstance(one, Link) for one in begun] == [True] * STARTS + [False]
    assert await door.find() is Refused.USED


async def test_a_newer_link_ends_the_older_of_its_chat_and_no_other(door: Door) -> None:
    await door.issue("first")
    await door.issue("elsewhere", "b")
    await door.issue("second")
    assert await door.find("first") is Refused.EXPIRED
    assert isinstance(await door.find("second"), Link)
    assert isinstance(await door.find("elsewhere"), Link)


async def test_a_chat_gets_only_so_many(door: Door) -> None:
    (hourly, hour), (daily, day) = PER_CONVERSATION
    assert [await door.issue(f"{n}") for n in range(hourly + 1)] == [True] * hourly + [False]
    assert await door.issue("elsewhere", "b")
    given = hourly
    for number in range(daily):
        door.clock.forward(hour.total_seconds())
        given += await door.issue(f"later-{number}")
    assert given == daily
    door.clock.forward(day.total_seconds() + 1)
    assert await door.issue("tomorrow")


async def test_the_chat_is_known_to_whoever_finishes(door: Door) -> None:
    taken = await door.taken()
    chat = await door.links.chat(taken.link)
    assert (chat.channel, chat.address, chat.language) == ("viber", "a", "el")


async def test_nothing_that_opens_anything_is_readable(door: Door) -> None:
    await door.taken()
    async with door.database.read() as connection:
        row = str((await connection.execute(select(login_links))).one())
    assert [secret for secret in (TOKEN, STATE, VERIFIER, BROWSER) if secret in row] == []
