"""A registry's words without what no citizen should get: control and format characters."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.connect import VOCABULARIES
from connectors.events_cases import DocumentsChanged, StageChanged
from connectors.events_certificates import CertificateIssued
from connectors.records import case_record
from connectors.shapes import WireCase
from connectors.text import clean
from tests.connectors.signing import event, read_known

NASTY = "Α\x1b[31m\x07Β\u202eΓ\u200bΔ\ufeff\r\nΕ\tΖ\u2028Η\u2066Θ\x85Ι\xadΚ"
FIT = "Α[31mΒΓΔ\nΕ Ζ\nΗΘ\nΙΚ"


@pytest.mark.parametrize(
    ("text", "told"), [(NASTY, FIT), ("Άδεια «οικοδομής», 2 έγγραφα", None), ("α\rβ", "α\nβ"), ("", None)]
)
def test_what_is_taken_out(text: str, told: str | None) -> None:
    assert clean(text) == (text if told is None else told)


@given(st.text())
def test_nothing_of_it_is_left_and_nothing_else_is_touched(text: str) -> None:
    told = clean(text)
    assert not [char for char in told if char != "\n" and unicodedata.category(char) in ("Cc", "Cf")]
    assert clean(told) == told
    assert len(told) <= len(text)


def test_in_an_answer_and_in_events() -> None:
    document: Any = {"code": "a", "title": NASTY, "status": NASTY, "reason": NASTY}
    wire: dict[str, Any] = {
        "caseReference": "ΑΔ-2026-000123",
        "afm": "123456783",
        "procedure": NASTY,
        "title": NASTY,
        "stage": NASTY,
    }
    wire |= {
        "sequence": 1,
        "updatedAt": "2026-11-22T10:00:00Z",
        "note": NASTY,
        "outcome": NASTY,
        "documents": [document],
    }
    record = case_record(VOCABULARIES["permits"], "ΑΔ-2026-000123", WireCase.model_validate(wire))
    assert (record.title, record.note) == (FIT, " · ".join([FIT] * 4))
    assert (record.documents[0].title, record.documents[0].reason) == (FIT, f"{FIT} · {FIT}")
    told = [
        read_known(event(data={"stage": NASTY, "note": NASTY})),
        read_known(event(type="gr.gov.case.document-missing", data={"documents": [{"code": "a", "title": NASTY}]})),
    ]
    assert told[0].data == StageChanged("unknown", f"{FIT} · {FIT}")
    assert isinstance(told[1].data, DocumentsChanged)
    assert told[1].data.documents[0].title == FIT
    sealed = {"title": NASTY, "fields": {NASTY: NASTY}}
    issued = read_known(event(type="gr.gov.certificate.issued", data={"request": "r1", "document": sealed})).data
    assert issued == CertificateIssued("r1", FIT, ((FIT, FIT),))
