"""Messages that only name something: «και η άλλη;», «όχι, το κτηματολόγιο», «η άδεια». What is wanted was said before.

Pure tables, like ``interpret.py``, which asks here after the classifier has spoken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from dialogues.turn import Entity
from nlu.fold import fold

KINDS = ("case_ref", "protocol", "kaek", "procedure", "agency", "certificate_type")
"""Entities that something can be about."""

_LINKS = (
    "και κι κ k επίσης όχι μα αλλά εννοώ εννοούσα ήθελα τελικά λάθος συγγνώμη τώρα αυτή αυτό αυτήν εκείνη ε "
    "and also no not but i mean sorry what about"
)
_FILLERS = (
    "ο η το οι τα του της των τον την τη στο στη στον στην από για με μου μας σε υπόθεση υπόθεσή αίτηση αίτησή αυτού "
    "τ μ ρε βρε καλέ παρακαλώ λοιπόν που έχω τρέχει τίποτα τι γίνεται μπροστά "
    "the a an of for my from one case application that this it is please"
)
_OTHER = "άλλη άλλο άλλην άλλης άλλου άλλον other another"
_CERTIFICATE = "πιστοποιητικό πιστοποιητικού βεβαίωση βεβαίωσης certificate"
_WORD = re.compile(r"\w+")
_MOST_WORDS = 24  # who says more says something

Kind = Literal["other", "certificate", "named"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message names. ``linked``: it begins with «και», «όχι» or the like, and so goes on with what was said."""

    kind: Kind
    linked: bool


def subject_of(text: str, entities: tuple[Entity, ...]) -> Subject | None:
    """The subject, if the message says nothing beside it."""
    named = [found for found in entities if found.entity in KINDS]
    outside = _without(text, named)
    said = _WORD.findall(outside.lower())
    if len(said) > _MOST_WORDS:
        return None
    words = [fold(word) for word in said]
    rest = [word for word in words if word not in _keys(_LINKS) and word not in _keys(_FILLERS)]
    kind = _kind(rest, bool(named))
    return Subject(kind, any(word in _keys(_LINKS) for word in words)) if kind else None


def _kind(rest: list[str], named: bool) -> Kind | None:
    if not rest:
        return "named" if named else None
    if named:
        return None
    if all(word in _keys(_OTHER) for word in rest):
        return "other"
    return "certificate" if all(word in _keys(_CERTIFICATE) for word in rest) else None


def _without(text: str, entities: list[Entity]) -> str:
    pieces: list[str] = []
    end = 0
    for found in sorted(entities, key=lambda each: each.start):
        pieces.append(text[end : found.start])
        end = found.end
    return " ".join((*pieces, text[end:]))


@cache
def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())
