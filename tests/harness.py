"""The whole service around a test: its web side on a real port, its worker stepped by hand, the phone as providers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from aiohttp import web
from sqlalchemy import select

from bot.app import build_channels, build_jobs, http_session, make_server
from bot.certificates.model import Issuer
from bot.conversation.turn_handler import Dialogue
from bot.metrics import Metrics
from bot.phone.app import RunningPhone, running_phone
from bot.phone.context import Account
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses
from bot.runtime import Runtime
from bot.settings import Settings, load
from bot.store import Store, open_store
from bot.worker import Job, run_until_idle
from casestore.tables import audit
from connectors.registry import CaseRegistry, ContactRegistry
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET
from dialogues.turn import Choice, Reply
from tests.channels import signing, sms_harness, viber_harness
from tests.channels.registry import HARNESSES
from tests.clock import FakeClock
from tests.conftest import TEST_SECRET
from tests.fakes.issuer import PlainIssuer

VIBER_TOKEN = viber_harness.TOKEN
TWILIO_SID, TWILIO_TOKEN, SMS_FROM = sms_harness.SID, sms_harness.TOKEN, sms_harness.FROM
PUBLIC_URL = signing.PUBLIC_URL
EVENTS_SECRET = "whsec_c2FuZGJveC1ldmVudHMtc2VjcmV0LW9mLTMyLWJ5dGU="
WELCOME = {"el": Reply("Καλώς ήρθατε", (Choice("Πού βρίσκεται η αίτησή μου;", "/ask_case_status"),))}


def settings_for(database_url: str, phone: RunningPhone | None = None, **more: Any) -> Settings:
    """Settings of a test, every channel on; nothing is read from the environment that it does not name."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "secret_key": TEST_SECRET,
        "public_url": PUBLIC_URL,
        "registry_events_secret": EVENTS_SECRET,
        "notices_default": "off",  # what is tested elsewhere is not interrupted by news of cases
    }
    for channel in HARNESSES:
        values |= channel.settings
    if phone is not None:
        values |= {"viber_api_url": phone.viber_api_url, "twilio_api_url": phone.twilio_api_url}
    return load(_env_file=None, **(values | more))


def login_at(url: str) -> dict[str, Any]:
    """Settings with the State's login there; what the sandbox knows us by."""
    return {"login_url": url, "login_client_id": CLIENT_ID, "login_client_secret": CLIENT_SECRET}


@dataclass(slots=True)
class System:
    """A running service. ``settle`` runs the worker until nothing is left to do now."""

    settings: Settings
    url: str
    phone: Phone
    store: Store
    jobs: list[Job]
    metrics: Metrics
    clock: FakeClock

    async def settle(self) -> None:
        await run_until_idle(self.jobs)

    async def later(self, seconds: float) -> None:
        """Let time pass, then settle."""
        self.clock.forward(seconds)
        await self.settle()

    def said_to(self, address: str) -> list[str]:
        """The texts that the providers took for this address, in order."""
        return [accepted.text for accepted in self.phone.accepted if accepted.address == address]


def counting(clock: FakeClock, codes: Sequence[str] = ()) -> Runtime:
    """A runtime without chance: claims are numbered, jitter is in the middle, codes are dealt in order."""
    numbers, dealt = itertools.count(), iter(codes)
    fallback = (f"{n:06d}" for n in itertools.count(500_000))
    return Runtime(
        clock=clock,
        random=lambda: 0.5,
        new_claim=lambda: f"claim-{next(numbers)}",
        new_code=lambda: next(dealt, None) or next(fallback),
    )


@asynccontextmanager
async def running_system(
    database_url: str,
    dialogue: Any,
    *,
    clock: FakeClock | None = None,
    codes: Sequence[str] = (),
    registries: tuple[Sequence[CaseRegistry], ContactRegistry | None] = ((), None),
    phone_options: Options | None = None,
    issuer: Issuer | None = None,
    **more: Any,
) -> AsyncIterator[System]:
    """``dialogue`` is a :class:`Dialogue`, or a function of the store that makes one."""
    clock = clock or FakeClock()
    runtime = counting(clock, codes)
    account = Account(VIBER_TOKEN, TWILIO_SID, TWILIO_TOKEN, SMS_FROM)
    options = phone_options or Options(receipts=None, rng=Random(1), clock=clock)
    async with AsyncExitStack() as stack:
        nowhere = Addresses("http://127.0.0.1:1", PUBLIC_URL)  # the service's port is not known yet
        phone = await stack.enter_async_context(running_phone(account, nowhere, options))
        settings = settings_for(database_url, phone, **more)
        store = await stack.enter_async_context(open_store(settings, migrating=True))
        app = await stack.enter_async_context(make_server(settings, WELCOME, runtime))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        phone.phone.webhook_client.addresses = Addresses(url, PUBLIC_URL)
        session = await stack.enter_async_context(http_session())
        metrics = Metrics()
        made: Dialogue = dialogue(store) if callable(dialogue) else dialogue
        channels = build_channels(settings, session, WELCOME)
        papers = issuer or PlainIssuer()
        jobs = build_jobs(settings, store, channels, registries, made, metrics, runtime, issuer=papers)
        yield System(settings, url, phone.phone, store, jobs, metrics, clock)
        assert await calls_without_cause(store) == []


async def calls_without_cause(store: Store) -> list[str]:
    """Of the calls to registries in the audit trail those of which it is not said why."""
    unexplained = select(audit.c.action).where(audit.c.transaction_id.is_not(None), audit.c.detail == "")
    async with store.database.read() as connection:
        return list(await connection.scalars(unexplained))
