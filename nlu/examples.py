"""The sentences a model is trained on: those written by hand, each also typed in other ways, some with courtesy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from nlu.letters import GREEK_LETTER
from nlu.variants import variants


class Example(NamedTuple):
    """A sentence, its intent, and the number it shares with what was made of the same written sentence."""

    text: str
    intent: str
    group: int


_SELF_CONTAINED = frozenset({"affirm", "deny", "goodbye", "greet", "out_of_scope", "thank"})
"""Intents that courtesy would turn into something else, or that are courtesy."""

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


def examples(written: Iterable[tuple[str, str]], *, seed: int, each: int, courtesy: float) -> Iterator[Example]:
    """Every written sentence, then up to ``each`` variants of it; ``courtesy`` is the share that get such a word.

    Each sentence has dice of its own: adding one to the data changes nothing about the others.
    """
    for group, (text, intent) in enumerate(sorted(set(written))):
        yield Example(text, intent, group)
        dice = Random(f"{seed}:{text}")  # noqa: S311 - no secret hangs on how a training sentence is misspelt
        for _ in range(each):
            polite = intent not in _SELF_CONTAINED and dice.random() < courtesy
            source = _politely(text, dice) if polite else text
            yield from (Example(variant, intent, group) for variant in variants(source, dice, 1))


def _politely(text: str, dice: Random) -> str:
    """A greeting before it, a thank-you after it, or both, without the full stop that would set them apart."""
    language = "el" if GREEK_LETTER.search(text) else "en"
    before, after = dice.choice(((True, False), (False, True), (True, True)))
    if before:
        text = f"{dice.choice(_BEFORE[language])}{dice.choice((' ', ', '))}{text}"
    if after:
        text = f"{text.rstrip('.;!?')}{dice.choice((' ', ', '))}{dice.choice(_AFTER[language])}"
    return text
