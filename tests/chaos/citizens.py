"""What citizens write, and how their providers deliver it: signed, often twice, and until it is answered with 200."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
from yarl import URL

from bot.phone.context import Ids
from bot.phone.webhooks import Webhook, twilio_webhook, viber_webhook
from tests.chaos.echo_worker import IN_PARTS
from tests.harness import PUBLIC_URL, SMS_FROM, TWILIO_SID, TWILIO_TOKEN, VIBER_TOKEN

REPEATED = 0.35  # of the webhooks
TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Writes ``groups`` of messages: one after the other, those of a group at the same time."""

    channel: str
    address: str
    groups: tuple[tuple[str, ...], ...]

    @property
    def texts(self) -> list[str]:
        return [text for group in self.groups for text in group]


def citizens(rng: Random, *, each: int) -> list[Citizen]:
    """``each`` on either channel; the first of them write all at once."""
    found = []
    for number in range(each):
        for channel, address in (("viber", f"citizen-{number:02}=="), ("sms", f"+3069000001{number:02}")):
            sizes = [12, 12] if number == 0 else [rng.choice([1, 1, 1, 1, 3]) for _ in range(9)]
            found.append(Citizen(channel, address, tuple(_group(channel, number, n, s) for n, s in enumerate(sizes))))
    return found


def _group(channel: str, citizen: int, group: int, size: int) -> tuple[str, ...]:
    names = [f"{channel} {citizen}, {group}, {n}" for n in range(size)]
    return tuple(f"{name}, {IN_PARTS}" if group % 4 == 3 else name for name in names)


@dataclass(slots=True)
class Post:
    """Delivers webhooks to ``url``. ``taken`` is called at each 200; ``answers`` counts what came of them."""

    session: aiohttp.ClientSession
    url: str
    rng: Random
    taken: Callable[[], None]
    answers: Counter[str] = field(default_factory=Counter)
    repeats: list[asyncio.Task[None]] = field(default_factory=list)

    async def deliver_all(self, citizens: list[Citizen]) -> None:
        """Everything has been answered with 200 when it returns, the repeats too."""
        async with asyncio.TaskGroup() as group:
            for citizen in citizens:
                group.create_task(self._deliver(citizen))
        await asyncio.gather(*self.repeats)

    async def _deliver(self, citizen: Citizen) -> None:
        for group in citizen.groups:
            webhooks = [self._webhook(citizen, text) for text in group]
            for webhook in webhooks:
                for _ in range(self.rng.choice([1, 2]) if self.rng.random() < REPEATED else 0):
                    self.repeats.append(asyncio.create_task(self._until_taken(webhook)))
            await asyncio.gather(*(self._until_taken(webhook) for webhook in webhooks))

    async def _until_taken(self, webhook: Webhook) -> None:
        while (answer := await self._try(webhook)) != "200":
            self.answers[answer] += 1
            await asyncio.sleep(self.rng.uniform(0.5, 2.0))  # a provider's pause, made short
        self.answers[answer] += 1
        self.taken()

    async def _try(self, webhook: Webhook) -> str:
        target = URL(webhook.url.replace(PUBLIC_URL, self.url), encoded=True)
        try:
            async with self.session.post(
                target, data=webhook.body, headers=webhook.headers, timeout=TIMEOUT
            ) as response:
                await response.read()
                return str(response.status)
        except (aiohttp.ClientError, TimeoutError):
            return "unreachable"

    def _webhook(self, citizen: Citizen, text: str) -> Webhook:
        return (_viber if citizen.channel == "viber" else _sms)(Ids(self.rng), citizen.address, text)


def _viber(ids: Ids, address: str, text: str) -> Webhook:
    payload: dict[str, Any] = {"event": "message", "timestamp": 1_795_000_000_000, "message_token": ids.message_token()}
    payload |= {"sender": {"id": address, "language": "el"}, "message": {"type": "text", "text": text}}
    return viber_webhook(VIBER_TOKEN, f"{PUBLIC_URL}/webhooks/viber", payload, address=address)


def _sms(ids: Ids, address: str, text: str) -> Webhook:
    form = {"MessageSid": ids.sid("SM"), "AccountSid": TWILIO_SID, "From": address, "To": SMS_FROM, "Body": text}
    form |= {"NumMedia": "0", "SmsStatus": "received", "FromCity": ""}
    url = f"{PUBLIC_URL}/webhooks/sms"
    return twilio_webhook(TWILIO_TOKEN, url, form, event="received", address=address, idempotency="")


def expected(citizen: Citizen) -> int:
    return sum(2 if IN_PARTS in text else 1 for text in citizen.texts)


ANSWER = re.compile(r"re: (?P<text>.*) #(?P<number>\d+)(?P<bis> bis)?")


def check_answers(citizen: Citizen, accepted: list[str]) -> None:
    """Each message answered, each part once but for doubles, and all in order."""
    found = [match for text in accepted if (match := ANSWER.fullmatch(text))]
    assert len(found) == len(accepted)
    order = [(int(match["number"]), bool(match["bis"])) for match in found]
    assert order == sorted(order), "out of order"
    first = list(dict.fromkeys(match[0] for match in found))
    assert len(first) == expected(citizen)
    asked = list(dict.fromkeys(match["text"] for match in found))
    assert sorted(asked) == sorted(citizen.texts)
    assert [number for number, _ in itertools.groupby(n for n, _ in order)] == list(range(1, len(asked) + 1))
    groups = {text: number for number, group in enumerate(citizen.groups) for text in group}
    assert [groups[text] for text in asked] == sorted(groups.values()), "an answer overtook another"
