"""Machines that answer machines: an automatic reply that comes back to whatever we say. Pure.

The same text again and again within minutes is answered a few times and then no more, until another text comes. People
repeat themselves as well, so a keyword (ΣΤΟΠ, help) is always heard: the caller asks for those first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from casestore.conversations.transcript import Line
from dialogues.turn import Event, Handover, Turn
from nlu.fold import fold

ANSWERS = 3
"""How often the same text is answered."""
WITHIN = timedelta(minutes=10)
"""How soon it must come again to be the same again."""
_AUTOMATIC = ("αυτόματη απάντηση", "αυτόματο μήνυμα", "automatic reply", "auto-reply", "autoreply", "out of office")


def repeated(text: str, now: datetime, earlier: Sequence[Line]) -> int:
    """How often this text came just before, with no other between. ``earlier``: what the citizen said, newest first."""
    same, times, after = _look(text), 0, now
    for line in earlier:
        if _look(line.text) != same or after - line.at > WITHIN:
            break
        times, after = times + 1, line.at
    return times


def before(history: Sequence[Event], turns: int) -> list[Event]:
    """The events from before the last so many turns."""
    heard = [place for place, event in enumerate(history) if event.get("event") == "user"]
    return list(history[: heard[-turns]]) if 0 < turns <= len(heard) else list(history)


def gives_up(turn: Turn) -> bool:
    """Does the bot call a person because it does not understand?"""
    return any(isinstance(effect, Handover) and effect.reason == "gave-up" for effect in turn.effects)


def is_automatic(text: str) -> bool:
    """Does the text itself say that a machine wrote it?"""
    heard = fold(text)
    return any(said in heard for said in _automatic())


@cache
def _automatic() -> tuple[str, ...]:
    return tuple(fold(words) for words in _AUTOMATIC)


def calls_person(turn: Turn) -> bool:
    """Would a person be called? For a machine nobody is."""
    return any(isinstance(effect, Handover) for effect in turn.effects)


def _look(text: str) -> str:
    return " ".join(text.casefold().split())
