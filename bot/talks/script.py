"""Talks as files: who writes on which channel, what is said turn by turn, and what a good answer has in it.

The format is explained in docs/talks.md. Patterns are regular expressions over folded text (:mod:`bot.talks.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.talks.fold import fold_pattern

_NAMED = re.compile(r"<(\w+)>")
_CASE = re.compile(r"\{(\w+)\}")
LANGUAGES = ("el", "en", "any")
MOST: Mapping[str, int] = {"sms": 420, "viber": 750}
"""Characters of an answer, unless a turn says otherwise."""


class BadTalk(ValueError):
    """The file is not as docs/talks.md says; the text names the talk and what is wrong."""


@dataclass(frozen=True, slots=True)
class MadeUpCase:
    """A case that the sandbox files before the talk, for citizen ``who``."""

    name: str
    who: str
    registry: str
    procedure: str
    title: str


@dataclass(frozen=True, slots=True)
class TalkTurn:
    """One message and what is expected of its answer. ``pause``: instead of a message, a day of silence."""

    say: str = ""
    file: str | None = None
    pause: bool = False
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    other: str | None = None
    language: str = "el"
    most: int | None = None
    may: frozenset[str] = frozenset()
    right: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation from its first message on. ``who`` is known there; ``proves``: the citizen they can prove to be.
    ``later``: it needs what does not exist yet, and is counted apart."""

    name: str
    channel: str
    who: str
    proves: str
    style: str
    kinds: tuple[str, ...]
    turns: tuple[TalkTurn, ...]
    later: str | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A file of talks, with the words that its patterns name and the cases that its talks need."""

    talks: tuple[Talk, ...]
    cases: tuple[MadeUpCase, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def pattern(self, text: str, references: Mapping[str, str]) -> re.Pattern[str]:
        """``text`` with its ``<words>`` and ``{cases}`` put in, folded and compiled. Raises :class:`BadTalk`."""
        for _ in range(5):  # words may be made of words
            text = _NAMED.sub(lambda found: f"(?:{self._word(found[1])})", text)
        text = _CASE.sub(lambda found: references.get(found[1], found[0]), text)
        try:
            return re.compile(fold_pattern(text))
        except re.error as error:
            raise BadTalk(f"{text}: {error}") from None

    def _word(self, name: str) -> str:
        if name not in self.words:
            raise BadTalk(f"<{name}>: no such word")
        return str(self.words[name])


def read(file: Path) -> Script:
    """The talks of a file. Raises :class:`BadTalk`."""
    whole = yaml.safe_load(file.read_text("utf-8"))
    if not isinstance(whole, dict) or not isinstance(whole.get("dialogues"), list):
        raise BadTalk(f"{file.name}: needs a list 'dialogues'")
    cases = tuple(MadeUpCase(name, **each) for name, each in (whole.get("cases") or {}).items())
    script = Script(tuple(map(_talk, whole["dialogues"])), cases, whole.get("words") or {})
    names = [talk.name for talk in script.talks]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BadTalk(f"{file.name}: twice: {', '.join(sorted(twice))}")
    for talk in script.talks:
        for text in _patterns(talk):
            script.pattern(text, {})
    return script


def _patterns(talk: Talk) -> Iterator[str]:
    for turn in talk.turns:
        yield from (*turn.must, *turn.never, *filter(None, [turn.other]))


def _talk(given: Mapping[str, Any]) -> Talk:
    name = str(given.get("id") or "a talk without id")
    channel, _, who = str(given.get("at", "")).partition(" ")
    if channel not in MOST or not who:
        raise BadTalk(f"{name}: 'at' must be sms or viber, and who is there")
    turns = tuple(_turn(name, turn) for turn in given.get("turns") or ())
    if not turns:
        raise BadTalk(f"{name}: no turns")
    kinds = tuple(str(given.get("kind", "")).split())
    proves = str(given.get("is", who))
    return Talk(name, channel, who, proves, str(given.get("style", "")), kinds, turns, given.get("later"))


_TURN_KEYS = {"say", "file", "pause", "must", "not", "other", "lang", "most", "same", "stock", "miss", "right"}


def _turn(name: str, given: Mapping[str, Any]) -> TalkTurn:
    if strange := set(given) - _TURN_KEYS:
        raise BadTalk(f"{name}: a turn has no {', '.join(sorted(strange))}")
    language = str(given.get("lang", "el"))
    if language not in LANGUAGES:
        raise BadTalk(f"{name}: lang is one of {', '.join(LANGUAGES)}")
    if not given.get("pause") and not given.get("file") and not str(given.get("say", "")):
        raise BadTalk(f"{name}: a turn says nothing")
    return TalkTurn(
        say=str(given.get("say", "")),
        file=given.get("file"),
        pause=bool(given.get("pause")),
        must=_listed(given.get("must")),
        never=_listed(given.get("not")),
        other=given.get("other"),
        language=language,
        most=given.get("most"),
        may=frozenset(key for key in ("same", "stock", "miss") if given.get(key) == "ok"),
        right=str(given.get("right", "")),
    )


def _listed(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
