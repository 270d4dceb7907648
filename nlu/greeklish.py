"""Greek in Latin letters, as people type it: by sight (η=h, ω=w, θ=8), by sound (η=i, ω=o, θ=th), and mixed.

Used when training and in tests only. A habit is one writer's: every letter is written the same way through a text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import product
from random import Random

Options = Mapping[str, tuple[str, ...]]
Habit = Mapping[str, str]

_SHARED: Options = {
    "α": ("a",), "γ": ("g",), "δ": ("d",), "ε": ("e",), "ζ": ("z",), "ι": ("i",), "κ": ("k",), "λ": ("l",), "μ": ("m",),
    "ν": ("n",), "ο": ("o",), "π": ("p",), "ρ": ("r",), "σ": ("s",), "ς": ("s",), "τ": ("t",), "φ": ("f",),
    "ψ": ("ps",),
}  # fmt: skip

BY_SIGHT: Options = {
    **_SHARED, "β": ("b", "v"), "η": ("h",), "θ": ("8", "th"), "ξ": ("3", "ks"), "υ": ("u", "y"), "χ": ("x",),
    "ω": ("w",),
}  # fmt: skip

BY_SOUND: Options = {
    **_SHARED, "β": ("v",), "η": ("i",), "θ": ("th",), "ξ": ("ks", "x"), "υ": ("i",), "χ": ("h", "ch", "x"),
    "ω": ("o",),
    "ου": ("ou", "u"), "αι": ("e", "ai"), "ει": ("i", "ei"), "οι": ("i", "oi"), "αυ": ("af", "au"), "ευ": ("ef", "eu"),
    "γγ": ("g", "ng"), "γκ": ("g", "gk"), "γχ": ("gh", "nx"), "^μπ": ("b", "mp"), "^ντ": ("d", "nt"), "μπ": ("mp",),
    "ντ": ("nt", "d"),
    "^για": ("gia", "ya"),
}  # fmt: skip

MIXED: Options = {
    **_SHARED, "β": ("v", "b"), "η": ("i", "h"), "θ": ("8", "th"), "ξ": ("ks", "x", "3"), "υ": ("y", "u", "i"),
    "χ": ("x", "h", "ch"), "ω": ("o", "w"), "ου": ("ou",), "αι": ("ai", "e"), "ει": ("ei", "i"), "οι": ("oi", "i"),
    "αυ": ("au", "af", "ay"), "ευ": ("eu", "ef", "ey"), "γγ": ("gg", "g"), "γκ": ("gk", "g"), "^μπ": ("mp",),
    "ντ": ("nt",),
}  # fmt: skip


@lru_cache(maxsize=1 << 15)  # of words, mostly
def bare(text: str) -> str:
    """``text`` without accents; «ϊ» loses its mark as well."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def habit(options: Options, rng: Random) -> Habit:
    """One writer's choice for every letter."""
    return {letters: rng.choice(ways) for letters, ways in options.items()}


def render(text: str, habit: Habit) -> str:
    """``text`` in small Latin letters; what the habit does not know (digits, Latin letters, punctuation) stays."""
    text = bare(text).lower()
    out: list[str] = []
    at = 0
    while at < len(text):
        start = at == 0 or not text[at - 1].isalpha()
        size, latin = _longest(text, at, start, habit)
        out.append(latin)
        at += size
    return "".join(out)


def _longest(text: str, at: int, start: bool, habit: Habit) -> tuple[int, str]:
    for size in (3, 2, 1):
        letters = text[at : at + size]
        latin = habit.get("^" + letters) if start else None
        latin = latin or habit.get(letters)
        if latin and len(letters) == size:
            return size, latin
    return 1, text[at]


def spellings(word: str, options: Options) -> Iterable[str]:
    """Every way to write ``word`` by a table of options, each letter the same throughout the word."""
    plain = bare(word).lower()
    used = [letters for letters in options if letters.lstrip("^") in plain]
    for ways in product(*(options[letters] for letters in used)):
        yield render(plain, dict(zip(used, ways, strict=True)))
