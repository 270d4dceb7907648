"""Answers to what a registry must be told for a certificate: a property's number, an ΑΜΚΑ, a purpose. Pure tables."""

from __future__ import annotations

import re
from dataclasses import replace

from dialogues.understanding.reading import Reading
from nlu.letters import digits_for_letters

GIVEN = "give_detail"  # the intent
_OTHER_NUMBERS = ("case_ref", "protocol", "kaek")
_LONG_ROW = re.compile(r"(?:\d[\s./\-]?){8,}")
_FOR = re.compile(r"\s*(?:για|γιά|gia|for)\b", re.IGNORECASE)
_ASKS = re.compile(r"[?;\u037e]")
_NO_WISH = ("nlu_fallback", "out_of_scope", "provide_reference")


def as_kaek(reading: Reading) -> Reading:
    """The number of a property was asked for: a long row of digits is meant as one, right or wrong."""
    given = reading.has("kaek") or _LONG_ROW.search(reading.text)
    return replace(reading, intent=GIVEN) if given and not reading.has("case_ref") else reading


def as_amka(reading: Reading) -> Reading:
    """Likewise a social security number."""
    text = digits_for_letters(reading.text)
    given = reading.has("amka") or _LONG_ROW.search(text)
    return replace(reading, intent=GIVEN) if given and not reading.has(*_OTHER_NUMBERS) else reading


def as_purpose(reading: Reading) -> Reading:
    """What it is for was asked: «για ...» is an answer, and so is whatever says nothing else that is known here."""
    meant = _FOR.match(reading.text) and not _ASKS.search(reading.text)
    return replace(reading, intent=GIVEN) if meant or reading.intent in _NO_WISH else reading
