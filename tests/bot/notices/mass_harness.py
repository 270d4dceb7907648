"""Mass notices over a real store: two operators, a crowd, and the jobs of a worker."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from bot.notices.build import broadcast_control, broadcast_drafting
from bot.notices.mass.audience import Audience, sorted_out
from bot.notices.mass.control import BroadcastControl
from bot.notices.mass.drafting import Draft, Drafting
from bot.notices.mass.text import read_texts
from casestore.broadcasts.model import Broadcast, Progress
from casestore.database import Database
from casestore.tables import broadcasts
from tests.bot.notices.crowd import crowd, mobiles
from tests.bot.notices.harness import NoticeStage

AUTHOR, APPROVER = "maria", "nikos"
WORDS = """
notice: {el: "Πλημμύρα στη Μαγνησία: αιτήσεις έως 30 Νοεμβρίου.", en: "Flood in Magnesia: apply until 30 November."}
correction: {el: "Διόρθωση: αιτήσεις έως 31 Δεκεμβρίου.", en: "Correction: apply until 31 December."}
"""
FLOOD_CASES = {"registry": ("civil_protection",)}


def draft(words: str = WORDS, audience: Audience | None = None, **more: Any) -> Draft:
    return Draft("Πλημμύρα", read_texts(words), audience or Audience((FLOOD_CASES,)), **more)


@dataclass
class MassStage:
    """A crowd of ``people``; ``stage`` has the clock, the providers and what they took."""

    stage: NoticeStage
    drafting: Drafting
    control: BroadcastControl
    people: int

    @classmethod
    async def over(cls, database: Database, people: int, **settings: Any) -> MassStage:
        stage = NoticeStage.over(database, **settings)
        await crowd(stage.store, people, stage.clock())
        stage.contacts.held |= mobiles(people)
        return cls.of(stage, people)

    @classmethod
    def of(cls, stage: NoticeStage, people: int) -> MassStage:
        drafting = broadcast_drafting(stage.settings, stage.store, stage.clock)
        return cls(stage, drafting, broadcast_control(stage.settings, stage.store, stage.clock), people)

    async def approved(self, what: Draft | None = None) -> int:
        """Planned by one and approved by the other; its number."""
        planned = await self.drafting.plan(what or draft(), AUTHOR)
        await self.control.approve(planned.id, APPROVER, planned.people or 0)
        return planned.id

    async def started(self, what: Draft | None = None) -> int:
        number = await self.approved(what)
        await self.control.start(number, AUTHOR)
        return number

    async def get(self, number: int) -> Broadcast:
        async with self.stage.store.database.read() as connection:
            found = await self.stage.store.broadcasts.get(connection, number)
        assert found is not None
        return found

    async def progress(self, number: int) -> Progress:
        return await self.stage.store.broadcast_progress.of(await self.get(number))

    async def later(self, seconds: float) -> None:
        """Let time pass as it passes for a worker that looks every few minutes."""
        while seconds > 0:
            await self.stage.later(min(seconds, 60.0))
            seconds -= 60.0

    async def approve_in_the_table(self, approver: str) -> None:
        """Past everything that asks."""
        async with self.stage.store.database.write() as connection:
            await connection.execute(update(broadcasts).values(approver=approver, state="approved"))

    @property
    def told(self) -> Counter[str]:
        """How often each address was told something."""
        return Counter(accepted.address for accepted in self.stage.taken)


def listed(*entries: str) -> Audience:
    return Audience(lists=(("list", sorted_out(entries)),))
