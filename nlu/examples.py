"""The sentences a model is trained on: those written by hand, each also typed in other ways, some with courtesy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from nlu.clauses import sentences
from nlu.intents import TOLD
from nlu.language import detect
from nlu.letters import GREEK_LETTER
from nlu.variants import variants


class Example(NamedTuple):
    """A sentence, its intent, and the number it shares with what was made of the same written sentence."""

    text: str
    intent: str
    group: int


_SELF_CONTAINED = frozenset({"affirm", "deny", "goodbye", "greet", "out_of_scope", "thank"})
"""Intents that courtesy would turn into something else, or that are courtesy."""

_REPLIES = frozenset({"affirm", "deny"})
"""Intents that nobody tells a story before."""

_BEFORE = {
    "el": (
        "γεια σας",
        "γεια",
        "καλημέρα",
        "καλημέρα σας",
        "καλησπέρα",
        "καλησπέρα σας",
        "χαίρετε",
        "συγγνώμη",
        "παιδιά",
    ),
    "en": ("hello", "hi", "good morning", "excuse me"),
}
_AFTER = {
    "el": ("ευχαριστώ", "ευχαριστώ πολύ", "σας ευχαριστώ", "ευχαριστώ εκ των προτέρων", "παρακαλώ", "καλή σας μέρα"),
    "en": ("thanks", "thank you", "please", "thank you very much"),
}


_ASKED_ELSEWHERE = frozenset({"complaint", "goodbye", "greet", "out_of_scope", "report_document_sent", "thank"})
"""Intents whose long messages need not come to the point in their last sentence."""

_WISH_FIRST = 0.35
"""Share of the told ones whose wish comes first."""

_STORY_SENTENCES, _STORY_WORDS = 3, 20
"""From so many on, a message tells a story before its wish."""


def examples(
    written: Iterable[tuple[str, str]], *, seed: int, each: int, courtesy: float, story: float = 0.0
) -> Iterator[Example]:
    """Every written sentence, then up to ``each`` variants of it, then what stories tell as :data:`TOLD`.

    ``courtesy`` is the share of variants that get a greeting or a thank-you, ``story`` the share of the others that
    are told before or after one or two sentences of someone's story. Each sentence has dice of its own: adding one to
    the data changes nothing about the others, unless it is itself a story.
    """
    pairs = sorted(set(written))
    told = _told(pairs)
    for group, (text, intent) in enumerate(pairs):
        yield Example(text, intent, group)
        dice = _dice(seed, text)
        for _ in range(each):
            source = _as_people_put_it(text, intent, told, dice, (courtesy, story))
            yield from (Example(variant, intent, group) for variant in variants(source, dice, 1))
    for group, text in enumerate((text for texts in told.values() for text in texts), len(pairs)):
        yield from (Example(each_way, TOLD, group) for each_way in (text, *variants(text, _dice(seed, text), each - 1)))


def _dice(seed: int, text: str) -> Random:
    return Random(f"{seed}:{text}")  # noqa: S311 - no secret hangs on how a training sentence is misspelt


def _told(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """By language, the sentences of long messages that come before the last and ask nothing."""
    told: dict[str, list[str]] = {}
    for text, intent in pairs:
        said = sentences(text)
        if intent in _ASKED_ELSEWHERE or len(said) < _STORY_SENTENCES or len(text.split()) <= _STORY_WORDS:
            continue
        for sentence in said[:-1]:
            if len(sentence.split()) >= 4 and sentence[-1] not in ";?":
                told.setdefault(detect(sentence), []).append(sentence)
    return {language: list(dict.fromkeys(texts)) for language, texts in told.items()}


def _as_people_put_it(
    text: str, intent: str, told: dict[str, list[str]], dice: Random, shares: tuple[float, float]
) -> str:
    courtesy, story = shares
    fate = dice.random()
    if intent not in _SELF_CONTAINED and fate < courtesy:
        return _politely(text, dice)
    before = told.get(detect(text)) if fate > 1 - story and len(text.split()) <= _STORY_WORDS else None
    if before and intent not in _REPLIES:
        return _with_story(text, [dice.choice(before) for _ in range(dice.choice((1, 1, 2)))], dice)
    return text


def _with_story(text: str, told: list[str], dice: Random) -> str:
    """The wish after what is told, or before it: some say what they want and then explain."""
    if dice.random() < _WISH_FIRST:
        return " ".join([text if text[-1] in ".;!?" else f"{text}.", *told])
    return " ".join([*told, text])


def _politely(text: str, dice: Random) -> str:
    """A greeting before it, a thank-you after it, or both, without the full stop that would set them apart."""
    language = "el" if GREEK_LETTER.search(text) else "en"
    before, after = dice.choice(((True, False), (False, True), (True, True)))
    if before:
        text = f"{dice.choice(_BEFORE[language])}{dice.choice((' ', ', '))}{text}"
    if after:
        text = f"{text.rstrip('.;!?')}{dice.choice((' ', ', '))}{dice.choice(_AFTER[language])}"
    return text
