"""The whole service in one process, with time in hand: signed HTTP in, the phone as providers, the sandbox State."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.app import build_channels, build_jobs, build_reads, http_session, make_server
from bot.certificates.issuer import make_issuer
from bot.channels.facts import SPOKEN
from bot.metrics import Metrics
from bot.phone.app import running_phone
from bot.phone.context import Account
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import open_store
from bot.worker import Job, run_until_idle
from casestore.database import Database
from casestore.migrate import migrate
from connectors.audit import MemoryAudit
from connectors.connect import connect
from connectors.runtime import system_runtime
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, Pairs, make_app
from connectors.sandbox.seed import seeded
from connectors.sandbox.state import State
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from dialogues.engine.engine import Engine
from dialogues.turn import Context, Event, Message, Reply, Turn

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PUBLIC_URL = "https://counter.test"
DATABASE = "counter.db"
_SID = "AC" + "0" * 32
_ACCOUNT = Account("talks-viber", _SID, "talks-twilio", "+302131313131")


class Clock:
    """Called, it tells the time; ``forward`` moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, time: timedelta) -> None:
        self.now += time


class Listening:
    """The dialogue, with an ear for which responses a turn was answered with."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.responses: tuple[str, ...] = ()

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        turn = await self._engine.turn(history, message, context)
        self.responses = tuple(reply.name for reply in turn.replies)
        return turn

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply:
        return self._engine.say(name, language, channel, **values)


@dataclass(frozen=True, slots=True)
class Service:
    """A running service. ``settle`` works until nothing is left to do now."""

    phone: Phone
    state: State
    jobs: Sequence[Job]
    dialogue: Listening
    clock: Clock

    async def settle(self) -> None:
        await run_until_idle(list(self.jobs))

    async def later(self, time: timedelta) -> None:
        self.clock.forward(time)
        await self.settle()


async def made_database(folder: Path) -> Path:
    """An empty database of today's schema, to be copied into the folder of each service: making one takes seconds."""
    database = Database(f"sqlite+aiosqlite:///{folder}/{DATABASE}")
    await migrate(database)
    await database.close()
    return folder / DATABASE


@asynccontextmanager
async def running_service(folder: Path, model: Model, *, citizens: int) -> AsyncIterator[Service]:
    """With a database of its own in ``folder`` (:func:`made_database`), and as many made-up citizens beside the
    sandbox's five."""
    clock = Clock()
    state = seeded(clock, citizens=citizens)
    numbers = itertools.count()
    runtime = Runtime(clock=clock, random=lambda: 0.5, new_claim=lambda: f"claim-{next(numbers)}")
    async with AsyncExitStack() as stack:
        pairs = Pairs(redirects=(f"{PUBLIC_URL}/link/back",))
        state_url = await stack.enter_async_context(_served(make_app(state, pairs=pairs)))
        options = Options(receipts=None, rng=Random(1), clock=clock)  # noqa: S311  no secret hangs on it
        nowhere = Addresses("http://127.0.0.1:1", PUBLIC_URL)  # the service's port is not known yet
        phone = await stack.enter_async_context(running_phone(_ACCOUNT, nowhere, options))
        settings = _settings(folder, phone.viber_api_url, phone.twilio_api_url, state_url)
        store = await stack.enter_async_context(open_store(settings))
        app = await stack.enter_async_context(make_server(settings, {}, runtime))
        phone.phone.webhook_client.addresses = Addresses(await stack.enter_async_context(_served(app)), PUBLIC_URL)
        session = await stack.enter_async_context(http_session())
        world = replace(system_runtime(), now=clock, ticks=lambda: clock().timestamp())
        found = connect(state_url, CLIENT_ID, CLIENT_SECRET, session=session, audit=MemoryAudit(), runtime=world)
        registries = (list(found.cases.values()), found.contacts)
        reads = build_reads(settings, store, registries, runtime)
        dialogue = Listening(Engine(model, all_actions(reads, load_catalogue()), SPOKEN))
        channels = build_channels(settings, session, {})
        issuer = make_issuer(settings)
        stack.push_async_callback(issuer.close)
        jobs = build_jobs(settings, store, channels, registries, dialogue, Metrics(), runtime, issuer=issuer)
        service = Service(phone.phone, state, jobs, dialogue, clock)
        await service.settle()  # the feeds have been read once
        yield service


def _settings(folder: Path, viber: str, twilio: str, state: str) -> Settings:
    values: dict[str, Any] = {
        "database_url": f"sqlite+aiosqlite:///{folder}/{DATABASE}",
        "secret_key": "talks-0123456789-abcdefghijklmnop",
        "public_url": PUBLIC_URL,
        "viber_auth_token": _ACCOUNT.viber_token,
        "viber_api_url": viber,
        "twilio_account_sid": _ACCOUNT.twilio_sid,
        "twilio_auth_token": _ACCOUNT.twilio_token,
        "twilio_from": _ACCOUNT.sms_from,
        "twilio_api_url": twilio,
        "viber_rate": 10_000,
        "sms_rate": 10_000,
        "login_url": state,
        "login_client_id": CLIENT_ID,
        "login_client_secret": CLIENT_SECRET,
        "registries_url": state,
        "registries_client_id": CLIENT_ID,
        "registries_client_secret": CLIENT_SECRET,
    }
    return Settings(**values)


@asynccontextmanager
async def _served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
