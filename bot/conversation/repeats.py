"""Repeats, told from what was said before: machines that answer machines, and people who ask again. Pure.

What is answered to them: :mod:`bot.conversation.again`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from casestore.conversations.transcript import Author, Line
from dialogues.turn import Event, Handover, Turn
from nlu.fold import fold
from nlu.letters import greek_codes, plain

ANSWERS = 3
"""How often the same text is answered alike."""
WITHIN = timedelta(minutes=10)
"""How soon it must come again to be the same again."""
A_MINUTE = 10
"""How often within a minute the answer is looked at again, whether it has changed."""
_ECHO = 25  # letters: what is shorter a person may well say in our words
_LONGEST_ECHO = 2000  # characters that are compared
_AUTOMATIC = (
    "αυτόματη απάντηση",
    "αυτόματο μήνυμα",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "automated response",
    "automated reply",
)


def repeated(text: str, now: datetime, earlier: Sequence[Line]) -> int:
    """How often this text came just before, with no other between. ``earlier``: what the citizen said, newest first.
    A text without a letter is a code or a choice, typed again by a person."""
    if not any(char.isalpha() for char in text):
        return 0
    same, times, after = _look(text), 0, now
    for line in earlier:
        if _look(line.text) != same or after - line.at > WITHIN:
            break
        times, after = times + 1, line.at
    return times


def of_citizen(lines: Iterable[Line]) -> list[Line]:
    return [line for line in lines if line.author is Author.CITIZEN]


def run_of(text: str, now: datetime, lines: Sequence[Line]) -> list[Line]:
    """What was said since the text first came, with no other between. ``lines`` and run: newest first."""
    run: list[Line] = []
    answers: list[Line] = []
    same, after = _look(text), now
    for line in lines:
        if line.author is not Author.CITIZEN:
            answers.append(line)
            continue
        if _look(line.text) != same or after - line.at > WITHIN:
            break
        run += [*answers, line]
        answers, after = [], line.at
    return run


def floods(now: datetime, run: Iterable[Line]) -> bool:
    """Does it come too often to be looked at each time?"""
    return sum(now - line.at < timedelta(minutes=1) for line in of_citizen(run)) >= A_MINUTE


def is_machines(text: str, now: datetime, lines: Sequence[Line]) -> bool:
    """Does a machine talk, and not for the first time? ``lines``: newest first. It says so itself, in the same words as
    just before; or it says what we said, and did just before."""
    if is_automatic(text) and repeated(text, now, of_citizen(lines)):
        return True
    if not _echoes(text, lines):
        return False
    at = next((n for n, line in enumerate(lines) if line.author is Author.CITIZEN), None)
    return at is not None and now - lines[at].at <= WITHIN and _echoes(lines[at].text, lines[at + 1 :])


def _echoes(text: str, lines: Iterable[Line]) -> bool:
    """Is it what we said: one of our answers with the choices below it, or a part of one?"""
    said = _letters(text)
    if len(said) < _ECHO:
        return False
    ours = (_letters(line.text) for line in lines if line.author is Author.BOT)
    return any(said in each or (len(each) >= _ECHO and _LISTED.fullmatch(said.removeprefix(each))) for each in ours)


def _letters(text: str) -> str:
    """As it looks, whatever of it was folded on its way out."""
    return " ".join(_WORD.findall(greek_codes(plain(text[:_LONGEST_ECHO]).text)))


_WORD = re.compile(r"\w+")
_LISTED = re.compile(r" 1 .*")


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
