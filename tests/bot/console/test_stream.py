"""Live updates: what a page hears, after a cut as well; that streams end with their sessions and with the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.console import hub
from dialogues.turn import Handover
from tests.console import Employee, employ, signed_in, viber_id
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

WITHIN = 10.0


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url, EchoDialogue(effects=[Handover("asked")])) as system:
        await employ(system.store, "anna@gov.gr")
        await employ(system.store, "petra@gov.gr", *[], name="Πέτρα")
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield employee


@dataclass
class Heard:
    kind: str
    cursor: int
    data: dict[str, Any]


class Stream:
    """Reads server-sent events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response

    async def next(self) -> Heard | None:
        """The next event, or nothing where the stream ended."""
        found: dict[str, str] = {}
        async with asyncio.timeout(WITHIN):
            async for line in self.response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if not name and "event" in found:
                    return Heard(found["event"], int(found.get("id", "0")), json.loads(found["data"]))
                if name in ("event", "id", "data"):
                    found[name] = value
        return None

    async def until(self, kind: str) -> Heard:
        while heard := await self.next():
            if heard.kind == kind:
                return heard
        raise AssertionError(f"the stream ended without {kind}")


@asynccontextmanager
async def streaming(employee: Employee, after: int | None = None) -> AsyncIterator[Stream]:
    query = "" if after is None else f"?after={after}"
    async with employee.session.get(f"{employee.url}/console/api/stream{query}") as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(response)


async def write(system: System, number: int) -> None:
    assert await system.phone.viber.write(viber_id(number), "υπάλληλο")
    await system.settle()


async def test_a_page_hears_of_who_waits_and_goes_on_where_it_was_cut(system: System, anna: Employee) -> None:
    async with streaming(anna) as stream:
        assert (await stream.until("counter")).data["waiting"] == 0
        await write(system, 1)
        first = await stream.until("conversation")
        counted = await stream.until("counter")
        assert counted.data == {"event": counted.cursor, "callbacks": 0, "waiting": 1, "mine": 0, "mine_waiting": 0}
    for number in (2, 3):
        await write(system, number)
    async with streaming(anna, after=first.cursor) as again:
        ids = {(await again.until("conversation")).data["id"] for _ in range(2)} | {first.data["id"]}
        waiting = {item["id"] for item in await anna.waiting()}
        while ids != waiting:  # the first was told of once more: its answer had been sent
            ids.add((await again.until("conversation")).data["id"])
    polled = await anna.get(f"changes?after={first.cursor}&limit=500")
    assert {one["id"] for one in polled["events"]} | {first.data["id"]} == waiting
    assert polled["counts"]["waiting"] == 3
    assert (await anna.get(f"changes?after={polled['event']}"))["events"] == []


async def test_a_cursor_of_another_time_reads_everything_anew(system: System, anna: Employee) -> None:
    await write(system, 1)
    newest = (await anna.get("me"))["event"]
    assert (await anna.get(f"changes?after={newest + 100}"))["reload"] is True
    async with streaming(anna, after=newest + 100) as stream:
        assert (await stream.until("reload")).cursor == newest
    paged, cursor, seen = 0, 0, list[int]()
    while cursor < newest:
        found = await anna.get(f"changes?after={cursor}&limit=1")
        seen += [one["event"] for one in found["events"]]
        paged, cursor = paged + 1, found["event"]
    assert seen == sorted(set(seen))
    assert seen[-1] == newest


async def test_another_desks_conversation_is_not_heard_of(system: System, anna: Employee) -> None:
    await write(system, 1)
    [item] = await anna.waiting()
    async with streaming(anna) as stream:
        assert (await anna.act(item["id"], "transfer", to="permits", reason="άδεια"))[0] == 200
        gone = await stream.until("conversation")  # that it is gone is heard
        assert gone.data["id"] == item["id"]
        assert (await stream.until("counter")).data["waiting"] == 0
    after = (await anna.get("me"))["event"]
    await write(system, 1)
    assert (await anna.get(f"changes?after={after}"))["events"] == []


async def test_a_stream_ends_with_its_session_and_no_other(system: System, anna: Employee) -> None:
    async with signed_in(system.url, "petra@gov.gr") as petra, streaming(petra) as hers, streaming(anna) as mine:
        await hers.until("counter")
        await mine.until("counter")
        async with system.store.database.write(wake=True) as connection:
            await system.store.accounts.disable(connection, 2, system.clock())
        assert (await hers.until("signout")).data == {}
        assert await hers.next() is None
        async with petra.session.get(f"{system.url}/console/api/stream") as again:
            assert again.status == 401
        await write(system, 1)
        assert (await mine.until("conversation")).data["id"] == 1


async def test_who_writes_beside_is_seen(system: System, anna: Employee) -> None:
    await write(system, 1)
    async with signed_in(system.url, "petra@gov.gr") as petra, streaming(anna) as stream:
        assert (await petra.ask("POST", "presence", {"viewing": 1, "typing": True}))[0] == 200
        assert (await stream.until("presence")).data["id"] == 1
        assert (await anna.one(1))["beside"] == [{"name": "Πέτρα", "typing": True}]
        system.clock.forward(11)
        assert (await anna.one(1))["beside"] == [{"name": "Πέτρα", "typing": False}]
        system.clock.forward(40)
        assert (await anna.one(1))["beside"] == []


def test_what_is_kept_in_memory_is_less_than_what_may_be_missed() -> None:
    assert hub.KEPT < hub.MOST_BEHIND


async def test_a_session_has_four_streams(system: System, anna: Employee) -> None:
    async with AsyncExitStack() as stack:
        url = f"{system.url}/console/api/stream"
        statuses = [(await stack.enter_async_context(anna.session.get(url))).status for _ in range(5)]
    assert statuses == [200] * 4 + [429]
