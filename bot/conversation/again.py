"""The same text again and again: a machine that answers machines, or a person who asks whether something has changed.

An answer that has changed is always told. One that has not is told :data:`~bot.conversation.repeats.ANSWERS` times;
then it is said once that it is the same, and then nothing. What says itself that a machine wrote it, and our own answer
that comes back, is answered once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.channels.port import Inbound
from bot.conversation.effects import Wording
from bot.conversation.repeats import ANSWERS, before, floods, gives_up, is_machines, of_citizen, repeated, run_of
from casestore.conversations.transcript import Author, Line, Transcript
from dialogues.turn import Context, Event, Message, Turn
from dialogues.understanding.interpret import preclassify

SAME = "utter_same_answer"
_LATELY, _RUN = 16, 60
"""Lines of a conversation that are looked at: for each message, and where it comes again and again."""


class Dialogue(Wording, Protocol):
    """The dialogue floor, as the service uses it (:class:`dialogues.engine.engine.Engine`)."""

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn: ...


@dataclass(frozen=True, slots=True)
class Again:
    """``times``: how often the text came just before. ``run``: what was said since it first did, newest first.
    ``held``: why it is not even looked at: ``machine``, or ``repeat`` of which there are too many."""

    times: int
    run: tuple[Line, ...] = ()
    held: str | None = None


class Repeats:
    """Tells repeats, and what is answered to them."""

    def __init__(self, *, transcript: Transcript, dialogue: Dialogue) -> None:
        self._transcript = transcript
        self._dialogue = dialogue

    async def seen(self, message: Inbound, conversation_id: int, now: datetime) -> Again:
        """A keyword is never too much."""
        lines = (await self._transcript.lines(conversation_id, _LATELY))[::-1]
        times = repeated(message.text, now, of_citizen(lines))
        if is_machines(message.text, now, lines):
            return Again(times, held="machine")
        if preclassify(message.text, message.kinds, ()) is not None:  # a keyword, or a file without words
            return Again(0)
        if times < ANSWERS:
            return Again(times)
        run = run_of(message.text, now, (await self._transcript.lines(conversation_id, _RUN))[::-1])
        return Again(times, tuple(run), "repeat" if floods(now, run) else None)

    async def turn(self, again: Again, history: Sequence[Event], asked: Message, context: Context) -> Turn | None:
        """The turn; ``None``: it would say once more what was said often enough."""
        turn = await self._dialogue.turn(history, asked, context)
        if again.times >= ANSWERS:
            return await self._changed(turn, again, history, asked, context)
        if again.times and gives_up(turn):  # nobody is called by a machine: it is answered as it was the first time
            return await self._dialogue.turn(before(history, again.times), asked, context)
        return turn

    async def _changed(
        self, turn: Turn, again: Again, history: Sequence[Event], asked: Message, context: Context
    ) -> Turn | None:
        """Words vary where they are said again, so two answers are compared: whether this one says something of another
        kind, and whether the first one would be the same to the letter were it given now."""
        told = [line for line in again.run if line.author is Author.BOT]
        if not gives_up(turn) and not {reply.name for reply in turn.replies} <= {line.response for line in told}:
            return turn
        first = _first(again.run, history)
        if first is None:
            return None
        event = history[first]
        then = replace(
            asked, id=str(event["message_id"]), at=datetime.fromtimestamp(event["timestamp"], asked.at.tzinfo)
        )
        anew = await self._dialogue.turn(history[:first], then, context)
        same = gives_up(anew) or {reply.text for reply in anew.replies} <= {line.text for line in told}
        return None if same else anew

    def nothing_new(self, again: Again, context: Context) -> Turn:
        """That the answer is the same, where that was not said yet."""
        if again.held or any(line.response == SAME for line in again.run):
            return Turn()
        return Turn((self._dialogue.say(SAME, context.language, context.channel),))


def _first(run: Sequence[Line], history: Sequence[Event]) -> int | None:
    """Where the history has the first message of the run that was answered."""
    keys = {line.key for line in run}
    heard = ((n, event) for n, event in enumerate(history) if event.get("event") == "user")
    return next((n for n, event in heard if f"in:{event.get('message_id')}" in keys), None)
