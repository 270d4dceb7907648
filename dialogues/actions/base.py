"""What an action is: it reads, decides, and says what it decided. Plain data in and out; nothing of Rasa."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dialogues.channels import Channels
from dialogues.say import Say
from dialogues.turn import Context, Effect, Entity, Message


@dataclass(frozen=True, slots=True)
class ActionInput:
    """The message as it was understood, the conversation's slots, and who is asking.

    ``second_intent`` is the intent of a second wish that the message seems to hold; ``preference`` the kind and value
    of a :class:`dialogues.turn.SetPreference` that it states; ``facet`` the narrower question that it asks.
    ``channels``: all there are. ``goes_on``: another answer follows this one. ``confidence``: the intent's
    probability. ``said``: what picking the choice says that the message picks, else its words.
    ``earlier``: the case talked about before that it means without naming it.
    """

    message: Message
    context: Context
    intent: str
    entities: tuple[Entity, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    second_intent: str | None = None
    preference: tuple[str, str] | None = None
    facet: str | None = None
    channels: Channels = field(default_factory=dict)
    goes_on: bool = False
    confidence: float = 1.0
    said: str = ""
    earlier: str | None = None

    @property
    def forgeable(self) -> bool:
        """May this message come from somebody else than its sender's address says?"""
        return self.channels[self.context.channel].forgeable

    def named(self, *kinds: str) -> str | None:
        """The value of the first entity of one of these kinds."""
        return next((found.value for found in self.entities if found.entity in kinds), None)


@dataclass(frozen=True, slots=True)
class ActionOutput:
    """What is said, which slots change (``None`` empties one), and what the caller is to bring about. ``listed``: the
    references of several cases that were told, in their order. ``held``: what is said by whoever carries the effects
    out, once more is known; the conversation goes on as if it was said."""

    says: tuple[Say, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    listed: tuple[str, ...] = ()
    held: tuple[Say, ...] = ()


class Action(ABC):
    """One thing the bot can do. Built with what it may read; changes nothing itself."""

    name: ClassVar[str]
    """As the rules name it: ``action_case_status``."""

    @abstractmethod
    async def run(self, turn: ActionInput) -> ActionOutput:
        """Decide. Any exception ends the turn and reaches the caller, who may run the turn again."""
