"""What is in a registry's event, and what is kept of one that we cannot read yet."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connect import VOCABULARIES
from connectors.events import RegistryEvent, UnreadEvent, read_text
from connectors.events_cases import CaseOpened, Closed, Decided, DocumentsChanged, StageChanged
from connectors.events_certificates import CertificateIssued, CertificateRefused
from connectors.registry import RequiredDocument
from connectors.sandbox.events import cloud_event
from connectors.sandbox.filing import Filing
from connectors.sandbox.model import Change, Document
from connectors.sandbox.seed import seeded
from connectors.signatures import BadEvent
from tests.connectors.sandbox import NOW
from tests.connectors.signing import CASE, READER, event, headers_of_bytes, read, read_known

# What is in it


def test_the_whole_record() -> None:
    body = event(data={"stage": "review", "note": "Στον μηχανικό"})
    found = read(body)
    assert found == RegistryEvent(
        id="permits-0-7",
        registry="permits",
        type="gr.gov.case.stage-changed",
        subject=CASE,
        at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        sequence=4,
        afm="123456783",
        procedure="building-permit",
        data=StageChanged("review", "Στον μηχανικό"),
    )
    assert "123456783" not in repr(found)


@pytest.mark.parametrize(
    ("kind", "data", "news"),
    [
        (
            "case.opened",
            {"title": "Κατοικία", "stage": "submission", "expected_by": "2026-12-18"},
            CaseOpened("Κατοικία", "submission", date(2026, 12, 18)),
        ),
        ("case.opened", {"title": "Κατοικία", "stage": "Νέο"}, CaseOpened("Κατοικία", "unknown", None, "Νέο")),
        ("case.stage-changed", {"stage": "Νέο", "note": "Βλ."}, StageChanged("unknown", "Νέο · Βλ.")),
        (
            "case.document-missing",
            {"documents": [{"code": "gas", "title": "Καύσιμο", "reason": "Όχι", "deadline": "2026-12-04"}]},
            DocumentsChanged((RequiredDocument("gas", "Καύσιμο", "missing", "Όχι", date(2026, 12, 4)),)),
        ),
        (
            "case.document-accepted",
            {"documents": [{"code": "gas"}, {"code": "x"}]},
            DocumentsChanged((RequiredDocument("gas", "", "accepted"), RequiredDocument("x", "", "accepted"))),
        ),
        (
            "case.document-rejected",
            {"documents": [{"code": "gas", "title": "Καύσιμο", "reason": "Θολό"}]},
            DocumentsChanged((RequiredDocument("gas", "Καύσιμο", "rejected", "Θολό"),)),
        ),
        ("case.decided", {"outcome": "partly", "note": "Χωρίς υπόγειο"}, Decided("partly", "Χωρίς υπόγειο")),
        ("case.decided", {"outcome": "withdrawn"}, Decided("unknown", "withdrawn")),
        ("case.closed", {"outcome": "refused"}, Closed("refused")),
        ("case.closed", {"outcome": None}, Closed(None)),
        (
            "certificate.issued",
            {"request": "r-1", "document": {"title": "Βεβαίωση", "fields": {"Β": "2", "Α": "1"}, "id": "d-1"}},
            CertificateIssued("r-1", "Βεβαίωση", (("Β", "2"), ("Α", "1")), "d-1"),
        ),
        (
            "certificate.issued",
            {"request": "r-1", "document": {"title": "Βεβαίωση", "fields": {}}},
            CertificateIssued("r-1", "Βεβαίωση", ()),
        ),
        ("certificate.refused", {"request": "r-1", "reason": "Οφειλή"}, CertificateRefused("r-1", "Οφειλή")),
    ],
)
def test_each_type(kind: str, data: dict[str, Any], news: object) -> None:
    found = read_known(event(kind, data))
    assert found.data == news


@pytest.mark.parametrize(("typed", "known"), [("birth-certificate", "unknown"), ("building-permit-copy", None)])
def test_a_procedure_of_another_registry_is_unknown(typed: str, known: str | None) -> None:
    found = read_known(event(data={"stage": "review", "procedure": typed}))
    assert found.procedure == (known or typed)


@pytest.mark.parametrize(
    "typed", ["ad 2026/123", "Α\N{INCREMENT}-2026-000123", "\N{CYRILLIC CAPITAL LETTER A}Δ 2026 123"]
)
def test_a_reference_is_made_canonical(typed: str) -> None:
    found = read_known(event(subject=typed))
    assert found.subject == CASE


@pytest.mark.parametrize("kind", ["case.archived", "weather.changed", ""])
def test_an_event_of_a_type_that_we_do_not_know_is_kept_whole(kind: str) -> None:
    body = event(kind, {"afm": "123456783", "odd": [1]}, time=...)
    found = read(body)
    assert found == UnreadEvent("permits-0-7", "permits", f"gr.gov.{kind}", CASE, body.decode(), came_at=NOW)
    assert "123456783" not in repr(found)


def test_what_is_kept_whole_can_be_read_later() -> None:
    body = event()
    assert read_text(VOCABULARIES, "permits", body.decode(), NOW) == read(body)


def test_the_least_that_an_event_can_be() -> None:
    least = json.dumps({"specversion": "1.0", "id": "1", "source": "/registries/permits", "type": "gr.gov.other"})
    assert read(least.encode()) == UnreadEvent("1", "permits", "gr.gov.other", "1", least, came_at=NOW)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"not json", "json"),
        (b"[" * 200_000, "json"),
        (b"\xff", "json"),
        (b"[]", "json"),
        (event(specversion="2.0"), "specversion"),
        (event(specversion=...), "specversion"),
        (event(id=""), "id"),
        (event(type=""), "type"),
        (event(type="gr.gov.καιρός"), "type"),
        (event(type="gr.gov." + "x" * 128), "type"),
        (event(source="/registries/efka"), "source"),
        (event(time="χθες"), "time"),
        (event(time=5), "time"),
        (event(time=5.5), "time"),
        (event(time=True), "time"),
        (event(time="5"), "time"),
        (event(time="1764000000"), "time"),
        (event(time={}), "time"),
        (event(time="2026-11-22"), "time"),
        (event("case.document-missing", {"documents": [{"code": "a", "deadline": 0}]}), "data.documents.0.deadline"),
        (event("case.document-missing", {"documents": [{"code": "a", "deadline": "0"}]}), "data.documents.0.deadline"),
        (event("case.opened", {"title": "x", "stage": "review", "expected_by": 86400}), "data.expected_by"),
        (event(subject=...), "subject"),
        (event(subject="ΚΤ-2026-000301"), "subject"),
        (event(data={"stage": 7}), "data.stage"),
        (event(data={}), "data.stage"),
        (event(data={"stage": "review", "sequence": 0}), "data.sequence"),
        (event(data={"stage": "review", "sequence": "4"}), "data.sequence"),
        (event(data={"stage": "review", "afm": "12345678"}), "data.afm"),
        (event("case.document-missing", {"documents": []}), "data.documents"),
        (event("certificate.issued", {"request": ""}), "data.request"),
        (
            event("certificate.issued", {"request": "r", "document": {"title": "", "fields": {"123456783": 7}}}),
            "data.document",
        ),
        (event("certificate.refused", {"request": "r-1"}, subject=""), "subject"),
    ],
)
def test_what_cannot_be_read(body: bytes, field: str) -> None:
    signed = headers_of_bytes(body)
    with pytest.raises(BadEvent) as caught:
        READER.read("permits", signed, body)
    assert (caught.value.status, caught.value.reason) == (400, field)
    assert (caught.value.__cause__, caught.value.__suppress_context__ or caught.value.__context__ is None) == (
        None,
        True,
    )


def test_a_registry_that_there_is_not() -> None:
    with pytest.raises(BadEvent, match="source"):
        read(event(source="/registries/taxes"), registry="taxes")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["opened", "stage-changed", "document-missing", "decided", "closed"])
FIELDS = st.sampled_from(["stage", "title", "outcome", "documents", "expected_by", "note", "sequence", "afm"])


@settings(deadline=None)
@given(TYPES, st.dictionaries(FIELDS, JSON, max_size=3), st.dictionaries(st.sampled_from(["subject", "time"]), JSON))
def test_whatever_is_signed_is_a_record_or_a_refusal(kind: str, odd: dict[str, Any], around: dict[str, Any]) -> None:
    body = event(f"case.{kind}", odd, **around)
    outcome = result_of(body)
    if isinstance(outcome, BadEvent):
        assert "123456783" not in str(outcome)
    else:
        assert outcome.subject == CASE


def result_of(body: bytes) -> RegistryEvent | UnreadEvent | BadEvent:
    try:
        return READER.read("permits", headers_of_bytes(body), body)
    except BadEvent as refusal:
        return refusal


def test_all_that_the_sandbox_says_is_understood() -> None:
    state = seeded(lambda: NOW)
    told: list[Change] = []
    state.watch(told.append)
    filing = Filing(state)
    opened = state.open("efka", "090000069", "insurance-record-correction", "")
    state.move(opened.reference, "processing", "Σε εξέλιξη")
    state.require(opened.reference, [Document("identity-card", "", "missing", "", date(2026, 12, 4))])
    state.reject(opened.reference, "identity-card", "Θολό")
    state.accept(opened.reference, "identity-card")
    state.decide(opened.reference, "granted")
    state.close(opened.reference)
    filing.request("r-1", "efka", "090000069", "Ασφαλιστικό ιστορικό", {"amka": "01018012344"})
    filing.request("r-2", "kep", "090000069", "Πιστοποιητικό γέννησης", {})
    filing.refuse("kep", "r-2", "Δεν βρέθηκε")
    found = [read_known(cloud_event(change), change.registry) for change in told]
    assert [type(one.data).__name__ for one in found] == [
        "CaseOpened",
        "StageChanged",
        *["DocumentsChanged"] * 3,
        "Decided",
        "Closed",
        "CertificateIssued",
        "CertificateRefused",
    ]
    assert [one.sequence for one in found] == [1, 2, 3, 4, 5, 6, 7, 1, 1]
    assert all(one.procedure != "unknown" for one in found)


def test_an_event_without_a_time_happened_when_it_came() -> None:
    assert read_known(event(time=...)).at == NOW
