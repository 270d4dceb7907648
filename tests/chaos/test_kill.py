"""Nothing lost, nothing doubled: the real processes are killed again and again while messages come and go.

``serve`` and the workers get SIGKILL at random points, the providers refuse, dawdle, lose requests and lose answers.
Then there is peace, and the books are compared: what the providers delivered, what they accepted, what was kept.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.phone.app import running_phone
from bot.phone.context import Account, ReceiptTimes
from bot.phone.faults import ChannelName, FaultPlan, Faults, Latency, ReceiptFaults, Refusal, Verdict
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses
from bot.store import Store, open_store
from casestore.tables import dialogue_events, inbox, outbox, transcript
from tests.chaos.children import Child, free_port, lines, running
from tests.chaos.citizens import Citizen, Post, check_answers, citizens, expected
from tests.conftest import TEST_SECRET
from tests.harness import PUBLIC_URL, SMS_FROM, TWILIO_SID, TWILIO_TOKEN, VIBER_TOKEN, settings_for

SEED = 20261122
SERVE_KILLS, WORK_KILLS = 6, 8  # at least
PATIENCE = 20.0  # seconds without progress, a start among them, after which a process is killed all the same
PEACE = 120.0  # seconds until the queues must be empty
LATENCY = Latency(kind="uniform", seconds=0.05, spread=0.05)
RECEIPTS = ReceiptFaults(duplicated=0.2, disordered=0.2, lost=0.1)
TROUBLE: dict[ChannelName, Faults] = {
    "viber": Faults(
        latency=LATENCY,
        refusals=(
            Refusal(share=0.04, http=503),
            Refusal(share=0.03, http=500),
            Refusal(share=0.04, code=12, retry_after=0),
        ),
        lose_request=0.05,
        lose_answer=0.05,
        late=0.05,
        late_by=0.4,
        receipts=RECEIPTS,
    ),
    "sms": Faults(
        latency=LATENCY,
        refusals=(Refusal(share=0.05, http=503), Refusal(share=0.05, http=429, code=20429, retry_after=0)),
        lose_request=0.08,
        lose_answer=0.08,
        late=0.05,
        late_by=0.4,
        receipts=RECEIPTS,
    ),
}


class Progress:
    """Counts; whoever waits is woken when enough has been counted."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: list[tuple[int, asyncio.Event]] = []

    def __call__(self) -> None:
        self.count += 1
        for goal, event in self._waiting:
            if self.count >= goal:
                event.set()

    async def more(self, count: int) -> None:
        """Return after ``count`` more, or when nothing happens for too long."""
        reached = asyncio.Event()
        entry = (self.count + count, reached)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(PATIENCE):
                await reached.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.remove(entry)


class Watched(FaultPlan):
    """Knows which answers were lost after the message had been accepted."""

    def __init__(self, rng: Random, sends: Progress) -> None:
        super().__init__(rng)
        self.lost: Counter[str] = Counter()
        self._sends = sends

    def next(self, channel: ChannelName) -> Verdict:
        verdict = super().next(channel)
        self.lost[channel] += verdict.lose_answer and not verdict.lose_request and verdict.refusal is None
        self._sends()
        return verdict


@dataclass
class KillHarness:
    """The service's processes, its store, the phone and the post."""

    store: Store
    phone: Phone
    faults: Watched
    post: Post
    serve: Child
    workers: tuple[Child, ...]
    posts: Progress
    sends: Progress
    rng: Random
    in_flight: set[tuple[int, int]] = field(default_factory=set)

    @property
    def children(self) -> tuple[Child, ...]:
        return (self.serve, *self.workers)

    async def kill_serve(self) -> None:
        await self.posts.more(self.rng.randint(1, 130))
        await self.serve.kill()
        await self.serve.start()

    async def kill_a_worker(self) -> None:
        await self.sends.more(self.rng.randint(1, 60))
        worker = self.rng.choice(self.workers)
        await worker.kill()
        await self._note_in_flight()
        await worker.start()

    async def _note_in_flight(self) -> None:
        """Viber sends that are claimed: the dead worker's, and, where there are two, the other's."""
        held = select(outbox.c.id, outbox.c.attempts).where(
            outbox.c.state == "open", outbox.c.claim.is_not(None), outbox.c.channel == "viber"
        )
        async with self.store.database.read() as connection:
            self.in_flight |= {(row.id, row.attempts) for row in await connection.execute(held)}

    async def serving(self) -> bool:
        try:
            async with self.post.session.get(f"{self.post.url}/healthz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def working(self) -> bool:
        return all(worker.has_logged("work.ready") for worker in self.workers)

    async def idle(self) -> bool:
        waiting, _, _ = await self.store.inbox.depth()
        return not waiting and not await self.store.results.depth()


@pytest.fixture
async def harness(database_url: str, tmp_path: Path) -> AsyncIterator[KillHarness]:
    rng = Random(SEED)
    account = Account(VIBER_TOKEN, TWILIO_SID, TWILIO_TOKEN, SMS_FROM)
    url = f"http://127.0.0.1:{free_port()}"
    options = Options(receipts=ReceiptTimes(sent=0.02, delivered=0.02, seen=0.02), rng=rng, viber_retries=(0.5,) * 6)
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(running_phone(account, Addresses(url, PUBLIC_URL), options))
        store = await stack.enter_async_context(open_store(settings_for(database_url), migrating=True))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        posts, sends = Progress(), Progress()
        phone.phone.faults = Watched(rng, sends)
        environment = {
            "DATABASE_URL": database_url,
            "SECRET_KEY": TEST_SECRET,
            "PORT": url.rpartition(":")[2],
            "PUBLIC_URL": PUBLIC_URL,
            "VIBER_AUTH_TOKEN": VIBER_TOKEN,
            "VIBER_API_URL": phone.viber_api_url,
            "VIBER_RATE": "10000",
            "TWILIO_ACCOUNT_SID": TWILIO_SID,
            "TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
            "TWILIO_FROM": SMS_FROM,
            "TWILIO_API_URL": phone.twilio_api_url,
            "SMS_RATE": "10000",
        }
        names = ["work"] if store.database.is_sqlite else ["work-1", "work-2"]
        workers = tuple(Child(name, ("tests.chaos.echo_worker",), environment, tmp_path) for name in names)
        serve = Child("serve", ("bot", "serve"), environment, tmp_path)
        await stack.enter_async_context(running(serve, *workers))
        post = Post(session, url, rng, posts)
        yield KillHarness(store, phone.phone, phone.phone.faults, post, serve, workers, posts, sends, rng)


async def again_and_again(act: Callable[[], Awaitable[None]], least: int, over: asyncio.Event) -> None:
    done = 0
    while done < least or not over.is_set():
        await act()
        done += 1


async def until(condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 (another process makes it true: there is no event to wait for)
            await asyncio.sleep(0.2)


async def make_trouble(harness: KillHarness, people: list[Citizen]) -> None:
    """Returns when everything was delivered and enough has been killed; then all is well again."""
    for channel, faults in TROUBLE.items():
        harness.phone.faults.set(channel, faults)
    delivered = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(again_and_again(harness.kill_serve, SERVE_KILLS, delivered))
        group.create_task(again_and_again(harness.kill_a_worker, WORK_KILLS, delivered))
        await harness.post.deliver_all(people)
        delivered.set()
    harness.phone.faults.clear()


async def check_store(harness: KillHarness, people: list[Citizen], copies: Counter[tuple[str, str]]) -> int:
    """Everything kept once, everything sent; how many Viber sends were under way at a kill and made again after it."""
    messages, answers = sum(len(one.texts) for one in people), sum(map(expected, people))
    async with harness.store.database.read() as connection:
        for table, count in ((inbox, messages), (dialogue_events, messages), (transcript, messages + answers)):
            assert await connection.scalar(select(func.count()).select_from(table)) == count, table.name
        assert Counter(await connection.scalars(select(inbox.c.state))) == {"done": messages}
        rows = (await connection.execute(select(outbox))).all()
    assert Counter(row.state for row in rows) == {"sent": answers}
    for row in rows:
        text = json.loads(harness.store.vault.open("outbox.body", row.body_sealed))["text"]
        sent = copies[harness.store.vault.open("outbox.address", row.address_sealed), text]
        assert 1 <= sent <= 1 + row.doubts, "sent again without a doubt"
    attempts = {row.id: row.attempts for row in rows}
    return sum(attempts[row_id] > attempt for row_id, attempt in harness.in_flight)


def check_logs(harness: KillHarness, people: list[Citizen]) -> Counter[str]:
    """Nothing personal, and no error but those that are part of the plan; what was logged, counted."""
    secret = [VIBER_TOKEN, TWILIO_TOKEN, TEST_SECRET, *(citizen.address for citizen in people)]
    events: Counter[str] = Counter()
    for line in lines(harness.children):
        assert not any(word in line for word in secret), "something personal in the log"
        entry = json.loads(line)
        events[entry["event"]] += 1
        assert entry["level"] in ("info", "warning"), line
    return events


def report(
    harness: KillHarness, people: list[Citizen], doubles: Counter[str], killed: int, seconds: tuple[float, float]
) -> str:
    messages, answers = sum(len(one.texts) for one in people), sum(map(expected, people))
    posted, kills = harness.post.answers, {child.name: child.kills for child in harness.children}
    return (
        f"\n{messages} messages, {posted.total()} webhooks posted {dict(posted)}; kills {kills}\n"
        f"{answers} answers, {harness.sends.count} sends asked; doubles {dict(doubles)}; of Viber's answers "
        f"{harness.faults.lost['viber']} were lost and at most {killed} cut off by a kill\n"
        f"{seconds[0]:.0f} s of trouble, {seconds[1]:.0f} s in all\n"
    )


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_doubled_unawares(
    harness: KillHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    people = citizens(harness.rng, each=12)
    began = time.monotonic()
    await make_trouble(harness, people)
    troubled = time.monotonic() - began
    await until(harness.idle, PEACE)
    await until(harness.serving, PEACE)  # it may have been killed a moment ago
    await until(harness.working, PEACE)  # so may they
    assert [await child.stop() for child in harness.children] == [0] * len(harness.children)
    await harness.phone.idle()

    copies = Counter((one.address, one.text) for one in harness.phone.accepted)
    for citizen in people:
        check_answers(citizen, [one.text for one in harness.phone.accepted if one.address == citizen.address])
    killed = await check_store(harness, people, copies)
    channels = {citizen.address: citizen.channel for citizen in people}
    doubles: Counter[str] = Counter()
    for (address, _), count in copies.items():
        doubles[channels[address]] += count - 1
    with capsys.disabled():
        sys.stdout.write(report(harness, people, doubles, killed, (troubled, time.monotonic() - began)))
    check_logs(harness, people)
    # Twilio can be asked what it accepted, and a lease outlasts what the phone takes to accept what a dead worker sent
    assert doubles["sms"] == 0
    assert doubles["viber"] <= harness.faults.lost["viber"] + killed
    assert harness.serve.kills >= SERVE_KILLS
    assert sum(worker.kills for worker in harness.workers) >= WORK_KILLS
