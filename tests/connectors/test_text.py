"""A registry's words without what no citizen should get: control and format characters."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.connect import VOCABULARIES
from connectors.events_cases import CaseOpened, Decided, DocumentsChanged, StageChanged
from connectors.events_certificates import CertificateIssued, CertificateRefused
from connectors.records import case_record, certificate_record
from connectors.shapes import WireCase, WireCertificate
from connectors.text import NOTE, TITLE, clean, cut
from tests.connectors.signing import event, read_known

NASTY = "Α\x1b[31m\x07Β\u202eΓ\u200bΔ\ufeff\r\nΕ\tΖ\u2028Η\u2066Θ\x85Ι\xadΚ"
FIT = "Α[31mΒΓΔ Ε Ζ ΗΘ ΙΚ"


@pytest.mark.parametrize(
    ("text", "told"), [(NASTY, FIT), ("Άδεια «οικοδομής», 2 έγγραφα", None), ("α\rβ", "α β"), ("", None)]
)
def test_what_is_taken_out(text: str, told: str | None) -> None:
    assert clean(text) == (text if told is None else told)


@given(st.text())
def test_nothing_of_it_is_left_and_nothing_else_is_touched(text: str) -> None:
    told = clean(text)
    assert not [char for char in told if unicodedata.category(char) in ("Cc", "Cf")]
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


@given(st.text(max_size=80), st.integers(2, 60))
def test_a_cut_text_is_the_beginning_of_the_whole_and_says_that_there_was_more(text: str, most: int) -> None:
    told = cut(text, most)
    assert len(told) <= most
    assert told == text if len(text) <= most else told.endswith("…") and text.startswith(told[:-1])


def test_it_is_cut_between_words_and_never_between_a_letter_and_its_accent() -> None:
    assert cut("ένα δύο τρία", 10) == "ένα δύο…"
    assert cut("αβγδα\u0301εζ", 6) == "αβγδ…"


LONG, TITLED = "λόγια " * 10_000, "Τίτλος " * 1_000
WIRE: dict[str, Any] = {
    "caseReference": "ΑΔ-2026-000123",
    "afm": "123456783",
    "procedure": LONG,
    "title": TITLED,
    "stage": LONG,
    "sequence": 1,
    "updatedAt": "2026-11-22T10:00:00Z",
    "note": LONG,
    "outcome": LONG,
    "documents": [{"code": "a", "title": TITLED, "status": LONG, "reason": LONG}],
}


def test_what_is_long_is_cut_where_it_is_taken_in() -> None:
    record = case_record(VOCABULARIES["permits"], "ΑΔ-2026-000123", WireCase.model_validate(WIRE))
    certificate = {"requestId": "r1", "afm": "123456783", "protocolNumber": "1", "certificate": "x", "title": TITLED}
    made = certificate_record(
        VOCABULARIES["kep"], WireCertificate.model_validate({**certificate, "status": LONG, "reason": LONG})
    )
    papers = {"documents": [{"code": "a", "title": TITLED, "reason": LONG}]}
    missing = read_known(event(type="gr.gov.case.document-missing", data=papers)).data
    assert isinstance(missing, DocumentsChanged)
    decided = read_known(event(type="gr.gov.case.decided", data={"outcome": LONG, "note": LONG})).data
    assert isinstance(decided, Decided)
    moved = read_known(event(data={"stage": LONG, "note": LONG})).data
    assert isinstance(moved, StageChanged)
    opened = read_known(event(type="gr.gov.case.opened", data={"title": TITLED, "stage": LONG})).data
    assert isinstance(opened, CaseOpened)
    refused = read_known(event(type="gr.gov.certificate.refused", data={"request": "r1", "reason": LONG})).data
    assert isinstance(refused, CertificateRefused)
    papers_told = (*record.documents, *missing.documents)
    notes = (record.note, made.reason, decided.note, moved.note, opened.note, refused.reason)
    for told in (*notes, *(paper.reason for paper in papers_told)):
        assert 0 < len(told) <= NOTE
        assert told.endswith("…")
    for told in (record.title, made.title, opened.title, *(paper.title for paper in papers_told)):
        assert 0 < len(told) <= TITLE
        assert told.endswith("Τίτλος…")
