"""Who is answered, and how much: nobody at a number that is no destination, nobody without end.

What is written is kept in any case, and a word on alerts counts. Whoever reaches a limit is told so once, in one
sentence, and then nothing until the time is over, but for an answer to danger (:mod:`bot.conversation.alarms`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from bot.channels.port import ChannelFacts
from casestore.conversations.repository import Conversation
from casestore.queues.outbox import Kind
from casestore.queues.spending import Spending, Spent

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one contact point is answered, within a minute and a day; 0 is without limit."""

    minute: int = 0
    day: int = 0
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Why a message is not answered: ``destination``, ``minute``, ``day``, ``parts``; and what is said of it, as what
    kind of dispatch, if it was not said before."""

    reason: str
    response: str | None = None
    kind: Kind = Kind.REPLY

    @property
    def may_be_told(self) -> bool:
        """Is anything at all sent there?"""
        return self.reason != "destination"


class Budgets:
    """``limits`` and ``answered`` (is this address answered at all?) by channel."""

    def __init__(
        self, *, spending: Spending, limits: Mapping[str, Limits], answered: Mapping[str, Callable[[str], bool]]
    ) -> None:
        self._spending = spending
        self._limits = limits
        self._answered = answered

    @classmethod
    def of(
        cls, settings: S, spending: Spending, facts: Mapping[str, ChannelFacts[S]], *, minute: int, day: int
    ) -> Budgets:
        limits = {name: Limits(minute, day, each.billing(settings).parts_a_day) for name, each in facts.items()}
        return cls(
            spending=spending,
            limits=limits,
            answered={name: each.answered(settings) for name, each in facts.items()},
        )

    async def held(self, conversation: Conversation, now: datetime) -> Held | None:
        """Why there is no answer here and now; ``None``: there is one."""
        if not self._answered[conversation.channel](conversation.address):
            return Held("destination")
        limits = self._limits[conversation.channel]
        if limits == Limits():
            return None
        return _over(await self._spending.of(conversation.recipient_key, now), limits)


def _over(spent: Spent, limits: Limits) -> Held | None:
    reached = {
        "day": 0 < limits.day <= spent.day,
        "parts": 0 < limits.parts <= spent.parts,
        "minute": 0 < limits.minute <= spent.minute,
    }
    reason = next((name for name, over in reached.items() if over), None)
    if reason is None:
        return None
    if reason == "minute":
        return Held(reason, None if spent.told_minute else "utter_wait_minute", Kind.WAIT_MINUTE)
    return Held(reason, None if spent.told_day else "utter_wait_day", Kind.WAIT_DAY)
