"""The sentences of a message, and their halves. Light: the web side reads with it too."""

from __future__ import annotations

import re

_MOST_SENTENCES = 40  # read one by one: what is said so long before the end counts for nothing (``EARLIER``)
_SENTENCE_END = re.compile(r"(?<=[.!;?…\u037e])\s+|\n+")
_AND = re.compile(r"[,;]\s+|\s+(?:και|κι|κ|ke|kai|and|but|αλλά|αλλα)\s+", re.IGNORECASE)
_FEWEST = 2  # words of a clause


def sentences(text: str) -> list[str]:
    """The sentences of a message that hold a word or a number; of very many the last, and all before them as one."""
    told = [piece for piece in _SENTENCE_END.split(text) if re.search(r"\w", piece)]
    first, last = told[:-_MOST_SENTENCES], told[-_MOST_SENTENCES:]
    return [" ".join(first), *last] if first else last


def clauses(text: str) -> list[str]:
    """The sentences of a message, and their halves where a comma or an *and* parts them, of two words at least."""
    return [clause for sentence in sentences(text) for clause in _halves(sentence)]


def _halves(sentence: str) -> list[str]:
    halves = _AND.split(sentence)
    return halves if all(len(half.split()) >= _FEWEST for half in halves) else [sentence]
