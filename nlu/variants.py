"""Variants of a sentence as people would have typed it. Made when training, seeded, never committed.

The typist is drawn first (script, habits, shorthand, care), then the sentence is typed by that typist: one habit a
sentence. Whatever holds a digit (references, identifiers, dates) and addresses stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from nlu.greeklish import BY_SIGHT, BY_SOUND, MIXED, bare, habit, render
from nlu.letters import GREEK_LETTER

_TOKEN = re.compile(r"\S+|\s+")
_KEPT = re.compile(r"\d|@|://|^www\.")
_WORD = re.compile(r"[^\W\d_]+")

SHORTHAND = {
    "και": ("κ", "κι"), "είναι": ("ειν", "ειναι"), "που": ("π",), "πού": ("π",), "μου": ("μ",), "σου": ("σ",),
    "του": ("τ",),
    "με": ("μ",), "δεν": ("δν", "δε"), "την": ("τν", "τη"), "τον": ("τν",), "της": ("τς",), "στην": ("στν", "στη"),
    "γιατί": ("γτ", "γτι"),
    "τίποτα": ("τπτ",), "δηλαδή": ("δλδ",), "καλημέρα": ("κλμρ", "κλμ"), "καλησπέρα": ("κλσπ",), "τηλέφωνο": ("τηλ",),
    "ευχαριστώ": ("ευχ", "ευχαρ", "thanks"), "παρακαλώ": ("πρκλ", "plz"), "πιστοποιητικό": ("πιστ", "πιστοπ"),
    "βεβαίωση": ("βεβ",),
    "αίτηση": ("αιτ",), "υπόθεση": ("υποθ",), "σήμερα": ("σμρ",), "τώρα": ("τωρ",), "θέλω": ("θελ",), "μήπως": ("μηπ",),
    "ποιος": ("πιος",), "μήνυμα": ("μνμ",), "μηνύματα": ("μνμτα",), "αριθμός": ("αρ",), "κωδικός": ("κωδ",),
    "please": ("pls", "plz"), "you": ("u",), "are": ("r",), "your": ("ur",), "what": ("wat",), "because": ("cos",),
    "certificate": ("cert",), "number": ("no",), "message": ("msg",), "thanks": ("thx",), "application": ("appl",),
}  # fmt: skip

_SOUNDS = (
    ("η", "ι"), ("ι", "η"), ("υ", "ι"), ("ει", "ι"), ("οι", "ι"), ("ι", "ει"), ("ω", "ο"), ("ο", "ω"), ("αι", "ε"),
    ("ε", "αι"),
    ("υ", "η"), ("λλ", "λ"), ("σσ", "σ"), ("νν", "ν"), ("μμ", "μ"), ("λ", "λλ"), ("ευ", "εφ"), ("αυ", "αφ"),
    ("γγ", "γκ"), ("οι", "η"),
)  # fmt: skip
_ROWS = (";ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = {
    key: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i, key in enumerate(row) if key.isalpha()
}  # fmt: skip

Edit = Callable[[str, Random], str]


def variants(sentence: str, rng: Random, n: int) -> tuple[str, ...]:
    """Up to ``n`` different variants of ``sentence``, none of them the sentence itself. Pure but for ``rng``.

    Fewer come back only where so many do not exist (a sentence of one short word).
    """
    found: dict[str, None] = {}
    for _ in range(8 * n):
        if len(found) == n:
            break
        typed = _type(sentence, rng)
        if typed != sentence:
            found.setdefault(typed)
    return tuple(found)


def _type(sentence: str, rng: Random) -> str:
    """One person types the sentence."""
    if rng.random() < 0.25:
        sentence = _words(sentence, rng, _shorten)
    if rng.random() < 0.75:
        care = rng.choice((0.08, 0.2, 0.4))
        sentence = _words(sentence, rng, lambda word, dice: _misspell(word, dice) if dice.random() < care else word)
    if rng.random() < 0.12:
        sentence = _run_together(sentence, rng)
    return _script(sentence, rng).strip()


def _script(sentence: str, rng: Random) -> str:
    greek = GREEK_LETTER.search(sentence) is not None
    way = rng.random()
    if greek and way < 0.5:
        return _tokens(sentence, _renderer(rng))
    if way < 0.75:
        return _tokens(sentence, lambda token: bare(token).lower())
    return _tokens(sentence, lambda token: bare(token).upper()) if way < 0.85 else sentence


def _renderer(rng: Random) -> Callable[[str], str]:
    chosen = habit(rng.choice((BY_SIGHT, BY_SOUND, BY_SOUND, MIXED)), rng)
    return lambda token: render(token, chosen).replace(";", "?")


def _tokens(sentence: str, change: Callable[[str], str]) -> str:
    """``change`` applied to what holds no digit and is no address."""
    return "".join(token if _KEPT.search(token) else change(token) for token in _TOKEN.findall(sentence))


def _words(sentence: str, rng: Random, edit: Edit) -> str:
    return _tokens(sentence, lambda token: _WORD.sub(lambda m: edit(m[0], rng), token))


def _shorten(word: str, rng: Random) -> str:
    ways = SHORTHAND.get(word.lower())
    return rng.choice(ways) if ways and rng.random() < 0.7 else word


def _misspell(word: str, rng: Random) -> str:
    return rng.choice(_EDITS)(word, rng) if len(word) > 3 else word


def _by_sound(word: str, rng: Random) -> str:
    plain = bare(word)
    ways = [(wrong, right) for right, wrong in _SOUNDS if right in plain.lower()]
    if not ways:
        return word
    wrong, right = rng.choice(ways)
    at = rng.choice([m.start() for m in re.finditer(right, plain.lower())])
    return plain[:at] + wrong + plain[at + len(right) :]


def _neighbour(word: str, rng: Random) -> str:
    at = rng.randrange(len(word))
    near = _NEIGHBOURS.get(bare(word[at]).lower())
    return word[:at] + rng.choice(near) + word[at + 1 :] if near else word


def _missing(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word))
    return word[:at] + word[at + 1 :]


def _doubled(word: str, rng: Random) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at] + word[at:]


def _swapped(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


_EDITS: tuple[Edit, ...] = (_by_sound, _by_sound, _by_sound, _neighbour, _missing, _doubled, _swapped)


def _run_together(sentence: str, rng: Random) -> str:
    """One space between two words left out."""
    gaps = [m.start() for m in re.finditer(r"(?<=[^\W\d_]) (?=[^\W\d_]+(?:\s|$))", sentence)]
    if not gaps:
        return sentence
    at = rng.choice(gaps)
    return sentence[:at] + sentence[at + 1 :]
