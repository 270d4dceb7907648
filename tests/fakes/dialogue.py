"""A dialogue that understands nothing."""

from __future__ import annotations

from collections.abc import Sequence

from dialogues.turn import Context, Effect, Event, Message, Reply, Turn


class EchoDialogue:
    """Answers every message with ``re: <text>``, counting turns, and wants ``effects``; ``boom`` in the text raises.

    Remembers through its events how many turns it has seen, as the real dialogue does.
    """

    def __init__(self, *, counting: bool = True, effects: Sequence[Effect] = ()) -> None:
        self.turns = 0
        self._counting = counting
        self._effects = tuple(effects)

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        self.turns += 1
        if "boom" in message.text:
            raise RuntimeError(message.text)
        count = sum(event["event"] == "user" for event in history) + 1
        event: Event = {"event": "user", "text": message.text, "timestamp": message.at.timestamp()}
        mark = f" #{count}" if self._counting else ""
        return Turn((Reply(f"re: {message.text}{mark}", name="utter_echo"),), (event,), self._effects)

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply:
        return Reply(f"[{name} {language}] {' '.join(values.values())}".strip(), name=name)
