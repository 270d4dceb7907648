"""A narrower question as it was put."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from dialogues.athens import day_of
from nlu.fold import fold


class Asked:
    """The question: its words, when it was asked, what was talked about, and what had been asked before it."""

    def __init__(self, text: str, now: datetime, about: str, before: str | None = None) -> None:
        self.text = text
        self.now = now
        self.about = about
        self.before = before

    @property
    def today(self) -> date:
        return day_of(self.now)

    def says(self, beginnings: Sequence[str]) -> bool:
        """Does it hold a word that begins so?"""
        begins = tuple(map(fold, beginnings))
        return any(word.startswith(begins) for word in fold(self.text).split())
