"""What is remembered of words that citizens typed: so many at most, and none that is longer than a word."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

LONGEST_WORD = 40  # letters: Greek and English words are shorter; what is longer is no word of either

T = TypeVar("T")


class Remembered(Generic[T]):
    """A pure function of a word that remembers its last ``most`` answers; words beyond :data:`LONGEST_WORD` never."""

    def __init__(self, look_up: Callable[[str], T], most: int) -> None:
        self._look_up = look_up
        self._kept = lru_cache(maxsize=most)(look_up)

    def __call__(self, word: str) -> T:
        return self._kept(word) if len(word) <= LONGEST_WORD else self._look_up(word)

    def __len__(self) -> int:
        return self._kept.cache_info().currsize


def remembered(most: int) -> Callable[[Callable[[str], T]], Remembered[T]]:
    """The decorator: ``@remembered(4_000)``."""
    return lambda look_up: Remembered(look_up, most)
