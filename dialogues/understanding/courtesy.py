"""Courtesy before or after what is said: «Εντάξει. Και η δική μου;» asks, «τέσσερις! ευχαριστώ πολύ» thanks. Pure."""

from __future__ import annotations

import re
from functools import cache

from nlu.fold import fold

_BEFORE = (
    "εντάξει ενταξη καλά καλώς ωραία μάλιστα τέλεια μπράβο οκ οκέι ok okay fine great alright right good thanks "
    "thank you "
    "ευχαριστώ ευχαριστούμε πολύ σας σου γεια χαίρετε καλημέρα καλησπέρα καλησπερα hello hi hey morning evening "
    "λοιπόν α ε αχ άντε έστω well so κατάλαβα understood"
)
_ALONE = "πολύ σας σου you so right good morning evening"
"""Words of the list that are no courtesy without another."""
_KIND = "ευχαριστώ ευχαριστούμε ευχαριστω thanks thank thx thnx tnx φχρ φχρστ ευχ ευχρ fxr fxrst eyx evx efx efh cheers"
_GLAD = "ωραία τέλεια μπράβο ανακουφίστηκα ησύχασα χαίρομαι great lovely perfect relieved"
_WORD = re.compile(r"[\w']+")
_ASKS = re.compile(r"[;?\u037e]")
_MOST = 9  # words of a message that only thanks
_FEWEST = 2  # words that say something


def after_courtesy(text: str) -> str | None:
    """What follows the courtesy that a message begins with; ``None`` where there is none, or nothing follows."""
    end, kind = 0, False
    for found in _WORD.finditer(text):
        key = fold(found[0])
        if key not in _keys(_BEFORE):
            break
        end, kind = found.end(), kind or key not in _keys(_ALONE)
    rest = text[end:].lstrip(" ,.!;·-…:")
    return rest if kind and len(_WORD.findall(rest)) >= _FEWEST else None


def thanks(text: str) -> bool:
    """Does a short message thank, and ask nothing?"""
    return _says(text, _KIND)


def is_question(text: str) -> bool:
    """Has it a question mark?"""
    return bool(_ASKS.search(text))


def is_glad(text: str) -> bool:
    """Is it a short word of relief or praise that asks nothing?"""
    return _says(text, _GLAD)


def _says(text: str, words: str) -> bool:
    said = [fold(word) for word in _WORD.findall(text)]
    return len(said) <= _MOST and not _ASKS.search(text) and any(word in _keys(words) for word in said)


@cache
def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())
