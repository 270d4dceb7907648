"""What a speaker takes back in the same breath: «στον ΕΦΚΑ, όχι, στο κτηματολόγιο εννοώ». Pure."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from dialogues.turn import Entity
from nlu.fold import fold

_TAKES_BACK = "όχι λάθος συγγνώμη συγνώμη εννοώ εννοούσα μάλλον διορθώνω no sorry mean meant rather wrong scratch"
_PLACES = frozenset({"procedure", "agency", "certificate_type", "case_ref"})
_WORD = re.compile(r"[^\W\d_]+")
_FEW = 6  # words between what is taken back and what is meant


def corrected(text: str, entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """The entities without one that the words after it take back for another."""
    named = sorted((found for found in entities if found.entity in _PLACES), key=lambda found: found.start)
    dropped = {
        first
        for first, second in pairwise(named)
        if first.value != second.value and _takes_back(text[first.end : second.start], text[second.end :])
    }
    return tuple(found for found in entities if found not in dropped)


def _takes_back(between: str, after: str) -> bool:
    """Is there such a word between the two, or «εννοώ» right behind the second, and no «και» that joins them?"""
    said = [fold(word) for word in _WORD.findall(between)]
    behind = [fold(word) for word in _WORD.findall(after)[:1]]
    if len(said) > _FEW or fold("και") in said or "and" in said:
        return False
    return any(word in _keys() for word in said) or any(word in _meant() for word in behind)


@cache
def _keys() -> frozenset[str]:
    return frozenset(fold(word) for word in _TAKES_BACK.split())


@cache
def _meant() -> frozenset[str]:
    return frozenset(fold(word) for word in ["εννοώ", "εννοούσα"])
