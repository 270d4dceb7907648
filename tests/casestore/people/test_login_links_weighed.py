"""Links to the State's login to the moment: when each ends, and what a step that comes twice or too late does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from casestore.database import Database
from casestore.people.login_links import LIFETIME, PER_CONVERSATION, STARTS, Link, LoginLinks, Refused, Taken
from casestore.vault import Vault
from tests.casestore.people.test_login_links import Door
from tests.clock import START, FakeClock

LAST_MOMENT = LIFETIME.total_seconds() - 1


@pytest.fixture
def door(database: Database, vault: Vault, clock: FakeClock) -> Door:
    return Door(database, vault, clock)


async def begun(door: Door) -> Link:
    await door.issue()
    found = await door.start()
    assert isinstance(found, Link)
    return found


async def void(door: Door, talk: str = "a") -> None:
    conversation = await door.transcript(talk)
    async with door.database.write() as connection:
        await door.links.void(connection, conversation, door.clock())


@pytest.mark.parametrize(("seconds", "refused"), [(LAST_MOMENT, None), (LAST_MOMENT + 1, Refused.EXPIRED)])
async def test_every_step_may_be_made_in_the_last_moment_and_not_after(
    door: Door, seconds: float, refused: Refused | None
) -> None:
    for token in "abc":
        await door.issue(token, token)
    await door.start("b", "b")
    await door.start("c", "c")
    third = await door.take("c")
    assert isinstance(third, Taken)
    door.clock.forward(seconds)
    found, started, taken = await door.find("a"), await door.start("a", "a"), await door.take("b")
    if refused:
        assert (found, started, taken) == (refused,) * 3
    else:
        assert isinstance(found, Link)
        assert started == found
        assert isinstance(taken, Taken)
    assert await door.finish(third.link) is (refused is None)


async def test_a_link_says_when_it_was_asked_for(door: Door) -> None:
    assert (await begun(door)).created_at == START


async def test_so_many_logins_begin_from_one_link_and_each_is_counted(door: Door) -> None:
    await door.issue()
    for number in range(STARTS):
        assert isinstance(await door.find(), Link)
        assert isinstance(await door.start(state=f"{number}"), Link)
    assert (await door.find(), await door.start(state="more")) == (Refused.USED, Refused.USED)
    assert isinstance(await door.take(f"{STARTS - 1}"), Taken)  # the last one that began still comes back


class Overtaken(LoginLinks):
    """Between its looking and its writing something else happens, once."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def find(self, token: str, now: datetime) -> Link | Refused:
        found = await super().find(token, now)
        if self.meanwhile is not None:
            await self.meanwhile()
        return found


@pytest.mark.parametrize("what", ["voided", "taken", "begun for the last time", "nothing"])
async def test_a_login_does_not_begin_from_a_link_that_ended_as_it_was_looked_at(
    door: Door, vault: Vault, what: str
) -> None:
    await door.issue()
    for number in range(STARTS - 1):
        await door.start(state=f"{number}")
    overtaken = Overtaken(door.database, vault)
    happens: dict[str, Callable[[], Awaitable[object]]] = {
        "voided": lambda: void(door),
        "taken": lambda: door.take(f"{STARTS - 2}"),
        "begun for the last time": lambda: door.start(state="faster"),
    }
    overtaken.meanwhile = happens.get(what)
    found = await overtaken.start("a-token", "slower", "verifier", "browser", door.clock())
    assert (found is Refused.USED) is (what != "nothing")
    assert isinstance(await door.links.take("slower", "browser", door.clock()), Taken) is (what == "nothing")


async def test_a_browser_that_comes_back_twice_is_told_so_until_it_is_shown_its_code(door: Door) -> None:
    link = await begun(door)
    assert isinstance(await door.take(), Taken)
    assert await door.take() is Refused.USED
    assert await door.finish(link)
    door.clock.forward(10 * LAST_MOMENT)  # as long as the row stands
    again = await door.take()
    assert isinstance(again, Taken)
    assert again.code_id is not None


async def test_no_code_is_shown_where_no_login_came_back(door: Door) -> None:
    assert not await door.finish(await begun(door))


async def test_a_login_that_was_finished_is_not_opened_again(door: Door) -> None:
    taken = await door.taken()
    assert await door.finish(taken.link)
    await door.links.release(taken.link)
    assert await door.find() is Refused.USED
    assert isinstance(await door.take(), Taken)


async def test_letting_one_go_lets_no_other_go(door: Door) -> None:
    await door.issue("other", "b")
    await door.start("other", "other")
    assert isinstance(await door.take("other"), Taken)
    taken = await door.taken()
    await door.links.release(taken.link)
    assert await door.find("other") is Refused.USED
    assert isinstance(await door.find(), Link)


async def test_voiding_ends_the_links_of_one_chat_and_lengthens_none(door: Door) -> None:
    await door.issue("here", "a")
    await door.issue("there", "b")
    await void(door)
    assert await door.find("here") is Refused.EXPIRED
    assert isinstance(await door.find("there"), Link)
    assert isinstance(await door.start("there", "there"), Link)
    door.clock.forward(LAST_MOMENT + 1)
    await void(door, "b")
    door.clock.forward(-1)
    assert isinstance(await door.take("there"), Taken)  # it ended when it did, not later and not before


async def test_a_link_that_was_voided_between_two_steps_ends_there(door: Door) -> None:
    await begun(door)
    await void(door)
    assert await door.start() is Refused.EXPIRED
    assert await door.take() is Refused.EXPIRED


@pytest.mark.parametrize(("most", "window"), PER_CONVERSATION)
async def test_what_was_asked_for_a_window_ago_counts_no_more(door: Door, most: int, window: timedelta) -> None:
    step = window / most
    given = []
    for number in range(most):
        given.append(await door.issue(f"{number}"))
        door.clock.forward(step.total_seconds())
    assert given == [True] * most
    door.clock.forward(-1)  # a moment before the first is a window old
    assert not await door.issue("too early")
    door.clock.forward(1)
    assert await door.issue("in time")


async def test_the_language_is_told_whether_the_link_counts_or_not(door: Door) -> None:
    assert await door.links.language("a-token") is None
    await door.issue()
    await void(door)
    assert await door.links.language("a-token") == "el"
