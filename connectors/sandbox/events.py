"""Telling the counter: each change is posted as a signed event (Standard Webhooks, CloudEvents 1.0), with retries."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from standardwebhooks import Webhook

from connectors.runtime import Runtime
from connectors.sandbox.books import BOOKS
from connectors.sandbox.faults import EVENTS, Faults, Kind
from connectors.sandbox.model import Change

_ATTEMPTS = 8
_BACKOFF, _BACKOFF_CAP = 0.5, 30.0  # seconds
_TIMEOUT = aiohttp.ClientTimeout(total=10.0)
_KEPT = 500  # deliveries in the log


@dataclass(frozen=True, slots=True)
class Delivery:
    """``result`` is what became of an event: ``delivered``, ``refused``, ``given-up``, ``lost`` or ``late``."""

    change: Change
    result: str
    attempts: int


def cloud_event(change: Change) -> bytes:
    """The body, as the counter expects it."""
    event = {
        "specversion": "1.0",
        "id": change.id,
        "source": f"/registries/{change.registry}",
        "type": change.type,
        "subject": change.reference,
        "time": _zulu(change.at),
        "datacontenttype": "application/json",
        "data": dict(change.data),
    }
    return json.dumps(event, ensure_ascii=False).encode()


def _zulu(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class EventPost:
    """Posts to ``<base>/registries/<registry>/events``, one queue a registry, in order. ``log`` has the latest."""

    def __init__(
        self, base: str, secret: str, session: aiohttp.ClientSession, faults: Faults, runtime: Runtime
    ) -> None:
        self._base = base.rstrip("/")
        self._signer = Webhook(secret)
        self._session = session
        self._faults = faults
        self._runtime = runtime
        self._queues: dict[str, asyncio.Queue[Change]] = {registry: asyncio.Queue() for registry in BOOKS}
        self.log: deque[Delivery] = deque(maxlen=_KEPT)

    def put(self, change: Change) -> None:
        self._queues[change.registry].put_nowait(change)

    async def idle(self) -> None:
        """Until everything put so far has been delivered or given up."""
        for queue in self._queues.values():
            await queue.join()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for queue in self._queues.values():
                group.create_task(self._work(queue))

    async def _work(self, queue: asyncio.Queue[Change]) -> None:
        late: list[Change] = []
        while True:
            change = await queue.get()
            fault = self._faults.take(EVENTS)
            if fault is not None and fault.kind in (Kind.LOST, Kind.LATE):
                self.log.append(Delivery(change, fault.kind.value, 0))
                late.extend([change] if fault.kind is Kind.LATE else [])
            else:
                await self._deliver(change)
                while late:
                    await self._deliver(late.pop(0))
            queue.task_done()

    async def _deliver(self, change: Change) -> None:
        body = cloud_event(change)
        for attempt in range(1, _ATTEMPTS + 1):
            result = await self._post(change, body)
            if result is not None:
                self.log.append(Delivery(change, result, attempt))
                return
            ceiling = min(_BACKOFF_CAP, _BACKOFF * 2.0 ** (attempt - 1))
            await self._runtime.sleep(ceiling * (0.5 + self._runtime.random() / 2))
        self.log.append(Delivery(change, "given-up", _ATTEMPTS))

    async def _post(self, change: Change, body: bytes) -> str | None:
        """``delivered``, ``refused``, or ``None``: try again."""
        at = self._runtime.now()
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": change.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._signer.sign(change.id, at, body.decode()),
        }
        url = f"{self._base}/registries/{change.registry}/events"
        try:
            async with self._session.post(url, data=body, headers=headers, timeout=_TIMEOUT) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            return None
        if status in (408, 429) or status >= 500:
            return None
        return "delivered" if status < 300 else "refused"
