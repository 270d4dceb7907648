"""Acts need the wish said: what changes consent, language, who answers or what is held. Pure tables (acts.yml), asked
after the classifier.

The classifier says what a message is about; whether it asks for the act, its words have to say. Else it becomes what
its words turn it into, or a short question back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dialogues.channels import NO_CHANNELS, ONLY, Channels
from dialogues.questions import FINAL
from dialogues.understanding.phrases import Phrases, phrases_of
from dialogues.understanding.reading import Reading
from dialogues.understanding.signs import meaning_of_signs
from nlu.fold import fold
from nlu.yaml_file import read_yaml

UNSAID: Mapping[str, str] = MappingProxyType(
    {
        "stop_notifications": "about_alerts",
        "start_notifications": "about_alerts",
        "talk_to_human": "maybe_person",
        "change_language": "nlu_fallback",
        "affirm": "nlu_fallback",
        "verify_identity": "nlu_fallback",
    }
)
"""Acts, and what a message is that is about one without asking for it. ``affirm`` is the act that a question holds."""
OFFERED = frozenset({"link", "person", "afm", "code"})
"""Questions that a short answer may put off: «γιατί;», «περίμενε», «ίσως»."""
SURE = 1.0
"""The confidence of what the words themselves tell."""
_SHORT = 120  # characters: a longer message is no keyword and no short answer
_LANGUAGES = MappingProxyType({"en": "en", "wanted_en": "en", "el": "el", "wanted_el": "el"})


@dataclass(frozen=True, slots=True)
class Tables:
    """``keywords``: with courtesy around them. ``ahead``: told without the classifier. ``turned``, ``said``: by act.
    ``short``: whole short answers. ``doubtful``: beside a yes, what leaves it open. ``refused``: numbers
    given with a denial."""

    keywords: Phrases
    ahead: Phrases
    turned: Mapping[str, Phrases]
    said: Mapping[str, Phrases]
    short: Phrases
    languages: Phrases
    refused: Phrases
    doubtful: Phrases


def keyword_in(text: str) -> str | None:
    """«ΣΤΟΠ, ευχαριστώ», «ΣΤΟΠ ΑΔ-2026-000123»: the keyword, with courtesy or a reference beside it."""
    return _tables().keywords.find(text) if len(text) <= _SHORT else None


def told_ahead(text: str) -> str | None:
    """What these words mean whatever the classifier would say: an act's denial or undoing, who is asked here."""
    return _tables().ahead.find(text)


def as_said(reading: Reading, question: str | None, channels: Channels = NO_CHANNELS) -> Reading:
    """The classifier's reading, with an act kept only if the message asks for it."""
    if signs := meaning_of_signs(reading.text):
        confidence = 0.0 if signs == "nlu_fallback" else 1.0
        return replace(reading, intent=_of_signs(signs, question), confidence=confidence, language="unknown")
    if (short := _short(reading, question)) is not None:
        return short
    tables = _tables()
    if reading.intent == "affirm" and question in FINAL and is_doubtful(reading.text):
        return replace(reading, intent="nlu_fallback", confidence=0.0)
    turned = tables.turned.get(reading.intent)
    if turned and (other := turned.find(reading.text)):
        return _meaning(reading, other, question)
    if reading.intent == "change_language":
        return _language(reading)
    if reading.intent == "start_notifications" and (channel := _channel(reading.text, channels)):
        reading = replace(reading, preference=("channel", channel))
    said = tables.said.get(reading.intent)
    if said is None or said.find(reading.text) or (reading.intent == "verify_identity" and reading.entities):
        return reading
    return replace(reading, intent=UNSAID[reading.intent], confidence=0.0)


def is_doubtful(text: str) -> bool:
    """Is the yes in it asked, quoted, denied or hung on something? A yes that cannot be taken back is said plainly."""
    return any(sign in text for sign in "?;\u037e") or _tables().doubtful.find(text) is not None


def without_refused(reading: Reading) -> Reading:
    """The reading without a tax number that is denied, refused or lost: nothing is sent for it."""
    if not reading.has("afm", "personal_number") or not _tables().refused.find(reading.text):
        return reading
    kept = tuple(found for found in reading.entities if found.entity not in ("afm", "personal_number"))
    intent = "deny" if reading.intent in ("verify_identity", "give_afm", "nlu_fallback") else reading.intent
    return replace(reading, intent=intent, entities=kept)


def language_in(text: str) -> str | None:
    """The language that the words ask for."""
    return _LANGUAGES.get(_tables().languages.find(text) or "")


def _of_signs(meaning: str, question: str | None) -> str:
    """A thumb up is a yes where one was asked for, folded hands never are; where nothing is open both thank."""
    if question is None:
        return "thank" if meaning == "affirm" else meaning
    return "nlu_fallback" if meaning == "thank" else meaning


def _short(reading: Reading, question: str | None) -> Reading | None:
    """«μπα», and answers that put a question off where one is open."""
    found = _tables().short.find(reading.text) if len(reading.text) <= _SHORT else None
    if found == "deny":
        return replace(reading, intent=found)
    return replace(reading, intent=found) if found and question in OFFERED else None


def _meaning(reading: Reading, intent: str, question: str | None) -> Reading:
    """Where nothing is open, there is nothing to explain: it is not understood."""
    lost = intent == "explain" and question not in OFFERED
    return replace(reading, intent="nlu_fallback" if lost else intent, confidence=0.0 if lost else SURE)


def _language(reading: Reading) -> Reading:
    """Which language is wished for: not the one named in «δεν ξέρω αγγλικά»."""
    if wanted := _LANGUAGES.get(_tables().languages.find(reading.text) or ""):
        return replace(reading, preference=("language", wanted))
    named = any(word in fold(reading.text).split() for word in _keys("γλώσσα γλώσσας γλώσσες language languages"))
    return reading if named else replace(reading, intent="nlu_fallback", confidence=0.0)


def _channel(text: str, channels: Channels) -> str | None:
    """The channel that a wish for alerts names, if it names one alone."""
    words = set(fold(text).split())
    named = [name for name, each in channels.items() if words & _keys(" ".join(each.said.values()))]
    only = ONLY if words & _keys("μόνο μονάχα only") else ""
    return f"{only}{named[0]}" if len(named) == 1 else None


@cache
def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


@cache
def _tables() -> Tables:
    file: Mapping[str, Any] = read_yaml(Path(__file__).with_name("acts.yml"))
    lists = file["lists"]
    said = {**file["said"], **file["sure"]}
    return Tables(
        phrases_of(file["keywords"], lists),
        phrases_of(file["ahead"], lists),
        {act: phrases_of(into, lists) for act, into in file["turned"].items()},
        {act: phrases_of({act: entries}, lists) for act, entries in said.items()},
        phrases_of(file["short"], lists),
        phrases_of(file["languages"], lists),
        phrases_of(file["refused"], lists),
        phrases_of(file["doubtful"], lists),
    )
