"""What is to be said, before it is put into words. Plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

LocalizedText = Mapping[str, str]
"""The same words in each language: ``{"el": ..., "en": ...}``."""


@dataclass(frozen=True, slots=True)
class Say:
    """A response by name, with what fills its placeholders.

    ``more`` are responses whose texts follow, each on a line of its own, in the same message. ``options`` are
    offered besides the choices that the response itself has.
    """

    response: str
    values: Mapping[str, Value] = field(default_factory=dict)
    more: tuple[Say, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A choice whose title is worded like everything else; ``says`` is what picking it says."""

    title: Say
    says: str


Value = str | int | date | datetime | LocalizedText | Say | tuple[Say, ...]
"""What fills a placeholder. Dates and words of two languages are put into the citizen's by the wording, a
:class:`Say` becomes its text, and several of them become lines."""


def in_a_row(titles: Sequence[LocalizedText]) -> LocalizedText:
    """Titles in a row, none of them with a capital: they stand inside a sentence."""
    tongues = titles[0] if titles else ()
    return {tongue: ", ".join(title[tongue][0].lower() + title[tongue][1:] for title in titles) for tongue in tongues}
