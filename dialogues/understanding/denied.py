"""Names that a message denies beside those that it means: «όχι για το κτηματολόγιο, για τον ΕΦΚΑ». Pure."""

from __future__ import annotations

from dataclasses import replace

from dialogues.turn import Entity
from dialogues.understanding.reading import Reading
from nlu.denied import denied_span

_KINDS = ("case_ref", "procedure", "agency", "certificate_type")


def without_denied(reading: Reading) -> Reading:
    """The reading without the names that are denied, where another is named beside them."""
    span = denied_span(reading.text)
    if span is None:
        return reading
    kept = tuple(found for found in reading.entities if not _is_within(found, span))
    return replace(reading, entities=kept) if any(found.entity in _KINDS for found in kept) else reading


def _is_within(found: Entity, span: tuple[int, int]) -> bool:
    return found.entity in _KINDS and span[0] <= found.start and found.end <= span[1]
