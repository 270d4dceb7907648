"""What the sandbox tells the counter: signed, in order, again when it was not taken."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from connectors.sandbox.admin import POST
from connectors.sandbox.events import EventPost
from connectors.sandbox.faults import Fault, Faults, Kind
from connectors.sandbox.seed import seeded
from connectors.sandbox.state import State
from tests.connectors.sandbox import NOW, Clock, running, served

SECRET = "whsec_c2FuZGJveC1ldmVudHMtc2VjcmV0LW9mLTMyLWJ5dGU="
CASE = "ΑΔ-2026-000123"


@dataclass
class Receiver:
    """Takes events as the counter would; ``answers`` are the statuses it gives before it starts to say 200."""

    answers: list[int] = field(default_factory=list)
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.ids.append(request.headers["webhook-id"])
        event = Webhook(SECRET).verify(await request.read(), dict(request.headers))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.taken.append((request.match_info["registry"], event))
        return web.Response(status=status)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/registries/{registry}/events", self.take)
        return app

    def sequences(self) -> list[int]:
        return [event["data"]["sequence"] for _, event in self.taken]


@dataclass
class EventsFixture:
    counter: Receiver
    state: State
    post: EventPost
    faults: Faults
    clock: Clock


@asynccontextmanager
async def telling(*answers: int) -> AsyncIterator[EventsFixture]:
    """A State whose changes go to a counter, with a clock of which only the pauses are made up."""
    counter, clock, faults, state = Receiver(list(answers)), Clock(), Faults(), seeded(lambda: NOW)
    runtime = replace(clock.runtime(), now=lambda: datetime.now(UTC))  # the signature must be fresh
    async with served(counter.app()) as url, aiohttp.ClientSession() as session:
        post = EventPost(url, SECRET, session, faults, runtime)
        state.watch(post.put)
        running_post = asyncio.create_task(post.run())
        yield EventsFixture(counter, state, post, faults, clock)
        running_post.cancel()
        await asyncio.gather(running_post, return_exceptions=True)


async def test_a_change_arrives_signed_and_shaped() -> None:
    async with telling() as told:
        told.state.move(CASE, "pre-approval", "Στον μηχανικό")
        await told.post.idle()
    assert told.counter.taken == [
        (
            "permits",
            {
                "specversion": "1.0",
                "id": "permits-0-2",
                "source": "/registries/permits",
                "type": "gr.gov.case.stage-changed",
                "subject": CASE,
                "time": "2026-11-22T10:00:00.000Z",
                "datacontenttype": "application/json",
                "data": {
                    "sequence": 3,
                    "afm": "123456783",
                    "procedure": "building-permit",
                    "stage": "pre-approval",
                    "note": "Στον μηχανικό",
                },
            },
        )
    ]
    assert told.counter.ids == ["permits-0-2"]


async def test_the_same_event_again_until_it_is_taken() -> None:
    async with telling(503, 429, 500) as told:
        told.state.move(CASE, "pre-approval")
        told.state.move(CASE, "review")
        await told.post.idle()
    assert told.counter.sequences() == [3, 4]
    assert told.counter.ids == ["permits-0-2"] * 4 + ["permits-0-3"]
    assert told.clock.slept == pytest.approx([0.375, 0.75, 1.5])
    assert [(one.result, one.attempts) for one in told.post.log] == [("delivered", 4), ("delivered", 1)]


async def test_a_refusal_is_not_repeated() -> None:
    async with telling(403) as told:
        told.state.move(CASE, "pre-approval")
        told.state.move(CASE, "review")
        await told.post.idle()
    assert told.counter.sequences() == [4]
    assert [one.result for one in told.post.log] == ["refused", "delivered"]


async def test_it_gives_up_in_the_end() -> None:
    async with telling(*[500] * 8) as told:
        told.state.move(CASE, "pre-approval")
        told.state.move(CASE, "review")
        await told.post.idle()
    assert [(one.result, one.attempts) for one in told.post.log] == [("given-up", 8), ("delivered", 1)]


async def test_nobody_there_to_tell() -> None:
    async with served(web.Application()) as gone:
        pass
    clock, faults = Clock(), Faults()
    async with aiohttp.ClientSession() as session:
        post = EventPost(gone, SECRET, session, faults, clock.runtime())
        state = seeded(lambda: NOW)
        state.watch(post.put)
        state.move(CASE, "pre-approval")
        task = asyncio.create_task(post.run())
        await post.idle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [one.result for one in post.log] == ["given-up"]


@pytest.mark.parametrize(
    ("kind", "arrived", "results"),
    [(Kind.LOST, [4, 5], ["lost", "delivered", "delivered"]), (Kind.LATE, [4, 3, 5], ["late", *["delivered"] * 3])],
)
async def test_events_lost_and_out_of_order(kind: Kind, arrived: list[int], results: list[str]) -> None:
    async with telling() as told:
        told.faults.put("events", Fault(kind, times=1))
        for stage in ("pre-approval", "review", "issuance"):
            told.state.move(CASE, stage)
        await told.post.idle()
    assert told.counter.sequences() == arrived
    assert [one.result for one in told.post.log] == results


async def test_the_whole_sandbox_tells_a_counter() -> None:
    counter = Receiver()

    async def take_unchecked(request: web.Request) -> web.Response:
        """The sandbox's clock is made up here, so the age of the signature is not looked at."""
        counter.taken.append((request.match_info["registry"], json.loads(await request.read())))
        return web.Response()

    app = web.Application()
    app.router.add_post("/registries/{registry}/events", take_unchecked)
    async with served(app) as url, running(events_url=url, events_secret=SECRET, speed=1.0) as sandbox:
        body = {"registry": "kep", "afm": "090000069", "procedure": "birth-certificate"}
        async with sandbox.session.post(f"{sandbox.url}/admin/cases", json=body) as response:
            assert response.status == 201
        await sandbox.app[POST].idle()
        async with sandbox.session.get(f"{sandbox.url}/admin/events") as response:
            log = (await response.json())["events"]
    [(registry, event)] = counter.taken
    assert (registry, event["type"], event["data"]["stage"]) == ("kep", "gr.gov.case.opened", "submission")
    assert log == [{"id": "kep-0-2", "type": "gr.gov.case.opened", "result": "delivered", "attempts": 1}]
