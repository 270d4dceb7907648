"""Nothing secret is kept, and what is kept stands where its entities say."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from dialogues.turn import Entity
from dialogues.understanding.redaction import SECRET, redact

KINDS = (*sorted(SECRET), "case_ref", "date", "procedure")


def test_a_secret_leaves_its_kind() -> None:
    text = "ο ΑΦΜ μου είναι 123456783 για την ΑΔ-2026-000123"
    found = (Entity("afm", "123456783", 16, 25), Entity("case_ref", "ΑΔ-2026-000123", 34, 48))
    kept, entities = redact(text, found)
    assert kept == "ο ΑΦΜ μου είναι [afm] για την ΑΔ-2026-000123"
    assert entities == (Entity("afm", "", 16, 21), Entity("case_ref", "ΑΔ-2026-000123", 30, 44))


def test_long_numbers_that_nobody_recognised_go_too() -> None:
    assert redact("πάρτε με στο 697 000 0001 μετά τις 5", ()) == ("πάρτε με στο [number] μετά τις 5", ())


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, tuple[Entity, ...]]:
    """A text made of pieces, some of which are entities."""
    text, found = "", []
    for piece in draw(st.lists(st.text("αβγ 0123456789-.", min_size=1, max_size=12), max_size=6)):
        kind = draw(st.sampled_from((None, *KINDS)))
        if kind:
            found.append(Entity(kind, piece, len(text), len(text) + len(piece)))
        text += piece
    return text, tuple(found)


@given(messages())
def test_spans_point_into_what_is_kept(message: tuple[str, tuple[Entity, ...]]) -> None:
    text, entities = redact(*message)
    for entity in entities:
        shown = text[entity.start : entity.end]
        assert shown == (f"[{entity.entity}]" if entity.entity in SECRET else entity.value)
        assert not (entity.entity in SECRET and entity.value)
    outside = list(text)
    for entity in entities:
        outside[entity.start : entity.end] = " " * (entity.end - entity.start)
    assert not re.search(r"\d{4}", "".join(outside))
