"""A conversation as a test holds it: say something, look at the turn; effects are brought about as the service does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialogues.turn import CheckFiles, CodeTried, Context, Effect, Event, Message, Reply, SetLanguage, TakeFiles, Turn
from tests.dialogues.fakes import ANNA, NOW

if TYPE_CHECKING:  # it brings Rasa along, and TensorFlow: seconds for every process that collects tests
    from dialogues.engine.engine import Engine

MINUTE = timedelta(minutes=1)


class Talk:
    """``history`` grows, ``context`` follows the effects, ``turn`` is the last one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.history: list[Event] = []
        self.context = Context(42, "viber", NOW)
        self.turn = Turn()
        self.proves = ANNA
        self._said = 0

    def by(self, citizen_id: int, level: int = 2) -> Talk:
        """Someone who is known already."""
        self.context = replace(self.context, citizen_id=citizen_id, level=level)
        return self

    def on(self, channel: str) -> Talk:
        self.context = replace(self.context, channel=channel)
        return self

    async def say(self, text: str, *, after: timedelta = MINUTE, attachments: tuple[str, ...] = ()) -> Turn:
        now = self.context.now + after
        self.context = replace(self.context, now=now)
        self._said += 1
        self.turn = await self.engine.turn(self.history, Message(str(self._said), text, now, attachments), self.context)
        self.history += self.turn.events
        for effect in self.turn.effects:
            self._bring_about(effect)
        return self.turn

    async def all(self, *texts: str) -> Turn:
        """Say one after another; the last turn."""
        for text in texts:
            await self.say(text)
        return self.turn

    def _bring_about(self, effect: Effect) -> None:
        match effect:
            case CodeTried(right=True):
                self.by(self.proves)
            case SetLanguage(language):
                self.context = replace(self.context, language=language)

    # --- what was said ---

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Of the last turn, with what is said once its files were looked at and are no certificates."""
        asked = [one.asks for one in self.turn.effects if isinstance(one, TakeFiles | CheckFiles)]
        return (*self.turn.replies, *(reply for replies in asked for reply in replies))

    @property
    def names(self) -> list[str]:
        """The responses of the last turn."""
        return [reply.name for reply in self.replies]

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    @property
    def choices(self) -> list[str]:
        return [choice.value for reply in self.replies for choice in reply.choices]

    @property
    def actions(self) -> list[str]:
        return [event["name"] for event in self.turn.events if event["event"] == "action"]

    @property
    def intent(self) -> str:
        user = next(event for event in self.turn.events if event["event"] == "user")
        return str(user["parse_data"]["intent"]["name"])

    @property
    def stored(self) -> str:
        """All that would be in the store."""
        return json.dumps(self.history, ensure_ascii=False)

    def at(self) -> datetime:
        return self.context.now
