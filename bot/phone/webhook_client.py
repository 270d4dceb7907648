"""Posts webhooks to the service, in order for each person, and again as the providers would."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import aiohttp
from yarl import URL

from bot.phone.journal import Journal, Posted
from bot.phone.webhooks import Webhook

DEADLINES = {"viber": 5.0, "sms": 15.0}
"""Seconds that each provider waits for an answer."""

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the service listens (``counter_url``), the base that it is known by and that is signed (``public_url``),
    and its webhook paths. A Viber webhook of ``None`` waits for ``set_webhook``."""

    counter_url: str
    public_url: str
    viber_path: str | None = "/webhooks/viber"
    sms_path: str = "/webhooks/sms"

    def public(self, path: str) -> str:
        """The public URL of a path."""
        return self.public_url.rstrip("/") + path

    def local(self, url: str) -> str | None:
        """Where to post for a public URL; ``None`` when it is not the service's: the phone calls nobody else."""
        base = self.public_url.rstrip("/")
        if url != base and not url.startswith((f"{base}/", f"{base}?")):
            return None
        return self.counter_url.rstrip("/") + url[len(base) :]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service said. ``status`` is ``None`` when it could not be reached in time."""

    status: int | None
    body: bytes = b""

    def taken(self, channel: str) -> bool:
        """Does the provider call this a success? Viber insists on 200."""
        return self.status == 200 if channel == "viber" else self.status is not None and 200 <= self.status < 300


UNREACHABLE = Answer(None)


class WebhookClient:
    """Posts, counts and retries. Background work is kept, so that it can be waited for or cancelled."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        addresses: Addresses,
        journal: Journal,
        *,
        clock: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self.addresses = addresses
        self.sleep = sleep
        self._session = session
        self._journal = journal
        self._clock = clock
        self._tasks: set[asyncio.Task[Any]] = set()
        self._turnstiles: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post(self, webhook: Webhook) -> Answer:
        """Post until it is taken or the provider would give up; the last answer. First tries keep a person's order."""
        async with self._turnstile(f"{webhook.channel}:{webhook.address}"):
            answer = await self._try(webhook)
        for pause in webhook.retries:
            if not self._again(webhook, answer):
                break
            await self.sleep(pause)
            answer = await self._try(webhook)
        return answer

    def spawn(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def idle(self) -> None:
        """Wait until nothing is under way in the background; what went wrong there is raised here."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Cancel what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _turnstile(self, name: str) -> asyncio.Lock:
        return self._turnstiles.setdefault(name, asyncio.Lock())

    @staticmethod
    def _again(webhook: Webhook, answer: Answer) -> bool:
        trouble = "unreachable" if answer.status is None else "refused"
        return not answer.taken(webhook.channel) and trouble in webhook.retry_on

    async def _try(self, webhook: Webhook) -> Answer:
        answer = await self._attempt(webhook)
        self._journal.post(Posted(webhook.channel, webhook.event, webhook.address, answer.status, self._clock()))
        return answer

    async def _attempt(self, webhook: Webhook) -> Answer:
        target = self.addresses.local(webhook.url)
        if target is None:
            return UNREACHABLE
        timeout = aiohttp.ClientTimeout(total=DEADLINES[webhook.channel])
        try:
            async with self._session.post(
                URL(target, encoded=True),  # as signed: yarl shall not rewrite it
                data=webhook.body,
                headers=webhook.headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError):
            return UNREACHABLE
