"""A service with a crowd on PostgreSQL, for what is measured with many: two operators, a phone, its processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, text, update

from bench.postgresql import postgresql
from bench.processes import ACCOUNT, PUBLIC_URL, on_the_phone, process
from bot.notices.build import broadcast_control, broadcast_drafting
from bot.notices.mass.audience import Audience
from bot.notices.mass.control import BroadcastControl
from bot.notices.mass.drafting import Draft
from bot.notices.mass.text import read_texts
from bot.phone.app import running_phone
from bot.phone.phone import Options, Phone
from bot.phone.webhook_client import Addresses
from bot.runtime import utc_now
from bot.settings import load as settings_from
from bot.store import Store, open_store
from casestore.broadcasts.model import Broadcast, Progress
from casestore.tables import broadcasts, notices
from tests.bot.notices.crowd import crowd

PORT = 9934
EVENTS_SECRET = "whsec_YmVuY2gtZXZlbnRzLXNlY3JldC1vZi0zMi1ieXRlcyE="
AUTHOR, APPROVER = "author", "approver"
WORDS = """
notice: {el: "Πλημμύρα στη Μαγνησία: αιτήσεις αρωγής έως 30 Νοεμβρίου.", en: "Flood in Magnesia: apply by 30 November."}
correction: {el: "Διόρθωση: αιτήσεις έως 31 Δεκεμβρίου.", en: "Correction: apply by 31 December."}
"""


@dataclass
class Crowded:
    """``env`` is what its processes are started with."""

    store: Store
    phone: Phone
    control: BroadcastControl
    env: dict[str, str]

    async def started(self) -> tuple[Broadcast, float]:
        """A mass notice to everybody, planned, approved and started, beyond its first few; and the seconds that writing
        everybody down and looking at them took."""
        draft = Draft("Πλημμύρα", read_texts(WORDS), Audience(({"registry": ("civil_protection",)},)))
        settings = settings_from(_env_file=None, **{name.lower(): value for name, value in self.env.items()})
        begun = utc_now()
        planned = await broadcast_drafting(settings, self.store, utc_now).plan(draft, AUTHOR)
        took = (utc_now() - begun).total_seconds()
        await self.control.approve(planned.id, APPROVER, planned.people or 0)
        async with self.store.database.write() as connection:
            await connection.execute(update(broadcasts).values(first_done_at=utc_now() - timedelta(days=1)))
        return await self.control.start(planned.id, AUTHOR), took

    async def progress(self, broadcast: Broadcast) -> Progress:
        return await self.store.broadcast_progress.of(broadcast)

    async def made(self) -> int:
        async with self.store.database.read() as connection:
            return int(await connection.scalar(select(func.count()).select_from(notices)) or 0)

    async def tidy(self) -> None:
        """As the database's own housekeeping does in the course of a day."""
        async with self.store.database.engine.connect() as connection:
            alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await alone.execute(text("ANALYZE"))


@asynccontextmanager
async def crowded(people: int, **more: str) -> AsyncIterator[Crowded]:
    """``more`` settings."""
    async with AsyncExitStack() as stack:
        url = stack.enter_context(postgresql())
        nowhere = Addresses(f"http://127.0.0.1:{PORT}", PUBLIC_URL)
        running = await stack.enter_async_context(running_phone(ACCOUNT, nowhere, Options(receipts=None)))
        env = _environment(url, running.viber_api_url, running.twilio_api_url) | more
        settings = settings_from(_env_file=None, **{name.lower(): value for name, value in env.items()})
        store = await stack.enter_async_context(open_store(settings, migrating=True))
        await crowd(store, people, utc_now())
        made = Crowded(store, running.phone, broadcast_control(settings, store, utc_now), env)
        await made.tidy()
        yield made


def _environment(url: str, viber: str, twilio: str) -> dict[str, str]:
    return on_the_phone(url, PORT, viber, twilio) | {
        "REGISTRY_EVENTS_SECRET": EVENTS_SECRET,
        "NOTICES_QUIET": "off",
        "BROADCAST_BATCH": "200000",
        "BUDGET_MESSAGES_PER_MINUTE": "0",
        "BUDGET_MESSAGES_PER_DAY": "0",
    }


@asynccontextmanager
async def serving(env: dict[str, str], worker: str = "bench.sender") -> AsyncIterator[None]:
    """``serve`` and a worker: with ``bot work`` the whole of it, with its trained model."""
    up = f"http://127.0.0.1:{PORT}/readyz"
    async with process("bot", "serve", env=env, up=up), process(*worker.split(), env=env):
        yield


def quantile(values: list[float], share: float) -> float:
    """The smallest of which this share is no larger."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else -1.0
