"""A small service for the phone to talk to, and phones whose time and chance are in the test's hands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.phone.app import RunningPhone, running_phone
from bot.phone.context import Account
from bot.phone.people import PEOPLE
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses

PUBLIC = "https://counter.example.gr"
ACCOUNT = Account("viber-token-for-tests", "AC" + "7" * 32, "twilio-token-for-tests", "+302130000000")
A, B, E = PEOPLE[0], PEOPLE[1], PEOPLE[4]


@dataclass
class Hook:
    """One webhook as the service received it."""

    path_qs: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def url(self) -> str:
        return PUBLIC + self.path_qs


@dataclass
class Service:
    """Receives webhooks; answers 200 and ``answer``, unless ``statuses`` says otherwise, first come first served."""

    hooks: list[Hook] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer: bytes = b""
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        self.hooks.append(Hook(request.path_qs, dict(request.headers), await request.read()))
        self.came.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200, body=self.answer)

    async def wait_for(self, event: str) -> dict[str, Any]:
        """The first of Viber's events of this name, within five seconds."""
        async with asyncio.timeout(5):
            while event not in self.events():
                self.came.clear()
                await self.came.wait()
        return self.hooks[self.events().index(event)].json

    def events(self) -> list[str]:
        """Viber's events and Twilio's statuses, in order."""
        return [hook.json["event"] if hook.body.startswith(b"{") else hook.form["SmsStatus"] for hook in self.hooks]


@dataclass
class Time:
    """A clock that moves only when told; ``naps`` are the pauses that were asked for and not taken."""

    now: datetime = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    naps: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        await asyncio.sleep(0)


@dataclass
class PhoneHarness:
    """The service, one running phone, and an HTTP client that speaks to it as the service's senders would."""

    service: Service
    time: Time
    running: RunningPhone
    http: aiohttp.ClientSession

    @property
    def phone(self) -> Phone:
        return self.running.phone

    async def viber(self, message: object, *, token: str | None = ACCOUNT.viber_token) -> dict[str, Any]:
        """``send_message``; a dict is sent as JSON, bytes as they are."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        headers = {"X-Viber-Auth-Token": token} if token else {}
        async with self.http.post(f"{self.running.viber_api_url}/send_message", data=body, headers=headers) as response:
            assert response.status == 200
            answer: dict[str, Any] = await response.json()
            return answer

    async def sms(self, **form: str) -> tuple[int, dict[str, Any]]:
        """*POST Messages.json* with sensible defaults."""
        form = {"To": A.number, "From": ACCOUNT.sms_number, "Body": "Γεια σας"} | form
        async with self.http.post(self.messages_url, data=form, headers=self.basic) as response:
            return response.status, await response.json()

    async def get(self, url: str) -> tuple[int, dict[str, Any]]:
        """Something of Twilio's."""
        async with self.http.get(url, headers=self.basic) as response:
            return response.status, await response.json()

    @property
    def messages_url(self) -> str:
        return f"{self.running.twilio_api_url}/2010-04-01/Accounts/{ACCOUNT.twilio_sid}/Messages.json"

    @property
    def basic(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(ACCOUNT.twilio_sid, ACCOUNT.twilio_token)}


MakeWorld = Callable[..., Awaitable[PhoneHarness]]


@pytest.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    """``await make_world(**options)``: the options of a phone; strangers are accepted as by default."""
    async with AsyncExitStack() as stack:

        async def make(
            *, account: Account = ACCOUNT, viber_path: str | None = "/webhooks/viber", **options: Any
        ) -> PhoneHarness:
            service, time = Service(), Time()
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", service.handle)
            server = await stack.enter_async_context(TestServer(app))
            addresses = Addresses(str(server.make_url("/")), PUBLIC, viber_path)
            chosen = Options(clock=time.clock, sleep=time.sleep, rng=Random(7), **options)
            running = await stack.enter_async_context(running_phone(account, addresses, chosen))
            http = await stack.enter_async_context(aiohttp.ClientSession())
            return PhoneHarness(service, time, running, http)

        yield make


@pytest.fixture
async def harness(make_world: MakeWorld) -> PhoneHarness:
    """A phone with the defaults."""
    return await make_world()


def text_message(receiver: str, text: str = "Γεια σας", /, **more: Any) -> dict[str, Any]:
    """The smallest message that Viber takes."""
    return {"receiver": receiver, "type": "text", "text": text, "sender": {"name": "Θυρίδα"}} | more


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A keyboard of these buttons."""
    return {"Type": "keyboard", "Buttons": list(buttons)}
