"""Entities of a message, by deterministic parsers with check digits and a catalogue of names.

Identifiers and references come from ``nlu.references``, dates in words from ``nlu.dates``, certificates, agencies and
procedures from ``nlu.names``. docs/greek.md lists every form that is read, and the order of readings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from nlu.dates import worded_dates
from nlu.letters import Plain, as_letters, without_loose_marks
from nlu.names import Names, default_names
from nlu.references import Reading, apart, readings

ENTITIES = (
    "case_ref", "protocol", "kaek", "afm", "amka", "personal_number", "certificate_type", "agency", "procedure",
    "code", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing named in a message. ``start`` and ``end`` index the raw text; ``confidence`` is in (0, 1].

    ``value`` is normalised: ``ΑΔ-2026-000123``, ``374365/2021``, ISO dates, bare digits, the catalogue's codes.
    """

    entity: str
    value: str
    start: int
    end: int
    confidence: float = 1.0


def extract(text: str, *, today: date | None = None, names: Names | None = None) -> tuple[Entity, ...]:
    """The best reading of every piece of ``text``, in order; spans never overlap. Never raises.

    ``today`` (in the citizen's calendar) lets «αύριο», «12 Μαρτίου» and «στις 15/3» be read as well.
    """
    chosen = apart(_ranked(text, today, names), len(text))
    return _entities(sorted(chosen, key=lambda reading: reading.start))


def candidates(text: str, *, today: date | None = None, names: Names | None = None) -> tuple[Entity, ...]:
    """Every reading, overlapping ones too, the most certain first: twelve digits may be two different things."""
    return _entities(_ranked(text, today, names))


def _ranked(text: str, today: date | None, names: Names | None) -> list[Reading]:
    copy = without_loose_marks(text)
    said = as_letters(copy.text)
    worded = (*worded_dates(said, today), *(names or default_names()).find(said))
    found = [*readings(text), *(_placed(reading, copy) for reading in worded)]
    return sorted(found, key=lambda r: (-r.confidence, r.start - r.end, r.start))


def _placed(reading: Reading, copy: Plain) -> Reading:
    start, end = copy.raw_span(reading.start, reading.end)
    return replace(reading, start=start, end=end)


def _entities(found: Iterable[Reading]) -> tuple[Entity, ...]:
    """Readings that are entities; a telephone number only keeps its digits from being read as something else."""
    return tuple(Entity(r.kind, r.value, r.start, r.end, r.confidence) for r in found if r.kind in ENTITIES)
