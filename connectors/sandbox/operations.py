"""What the sandbox State's services do, whatever the dialect: from an input record to an output record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.references import canonical
from connectors.sandbox.books import BOOKS, CONTACT_SERVICE, DOCUMENT_WORDS, OUTCOME_WORDS
from connectors.sandbox.filing import Conflict, Filed, Filing, NoGood, Sheet, Wanted
from connectors.sandbox.model import Case, Document, NotAllowed, NotThere
from connectors.sandbox.paperwork import STATE_WORDS
from connectors.sandbox.state import State

Record = Mapping[str, Any]

LISTS = frozenset({"details"})
"""The fields of input records that hold lists, for a dialect that does not tell."""
_MOST = 500  # cases in a page


class BadInput(ValueError):
    """The input record lacks something. ``code`` goes into the ``errorRecord``; these codes are the sandbox's own."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Office:
    """What the services work on."""

    state: State
    filing: Filing


Operation = Callable[[Office, Record], dict[str, Any]]


def services() -> dict[str, dict[str, Operation]]:
    """Operations by name, by the service's name."""
    cases = {book.service: _case_operations(book.registry) for book in BOOKS.values()}
    return {CONTACT_SERVICE: {"getNncIdentityExt": _contact}, **cases}


def refused(problem: Exception) -> BadInput | None:
    """What the State does not allow, as an error of its services; ``None`` for anything else."""
    if isinstance(problem, BadInput):
        return problem
    if isinstance(problem, NoGood):
        return BadInput(problem.code, str(problem))
    codes: tuple[tuple[type[Exception], str], ...] = (
        (Conflict, "ID_CONFLICT"),
        (NotThere, "NOT_FOUND"),
        (NotAllowed, "NOT_ALLOWED"),
    )
    code = next((code for kind, code in codes if isinstance(problem, kind)), None)
    return BadInput(code, str(problem)) if code else None


def _case_operations(registry: str) -> dict[str, Operation]:
    def bound(operation: Callable[[str, Office, Record], dict[str, Any]]) -> Operation:
        return lambda office, record: operation(registry, office, record)

    return {
        "getCases": bound(_cases),
        "getCase": bound(_case),
        "getCaseChanges": bound(_changes),
        "submitDocument": bound(_submit),
        "requestCertificate": bound(_request),
        "getCertificate": bound(_certificate),
        "getDocument": bound(_document),
    }


def _contact(office: Office, record: Record) -> dict[str, Any]:
    citizen = office.state.citizens.get(_text(record, "afm"))
    parts = ("email", "telephone", "street", "number", "zipCode", "region", "municipality", "locality")
    return {**dict.fromkeys(parts), "mobile": citizen.mobile if citizen else None}


def _cases(registry: str, office: Office, record: Record) -> dict[str, Any]:
    found = office.state.cases_of(_text(record, "afm"))
    return {"cases": [wire(case) for case in found if case.registry == registry]}


def _case(registry: str, office: Office, record: Record) -> dict[str, Any]:
    found = office.state.find(canonical(_text(record, "caseReference")))
    return {"caseRecord": wire(found) if found and found.registry == registry else None}


def _changes(registry: str, office: Office, record: Record) -> dict[str, Any]:
    page = office.state.changes(registry, _text(record, "cursor", empty=True), _limit(record))
    return {"cases": [wire(case) for case in page.cases], "cursor": page.cursor, "more": page.more}


def _submit(registry: str, office: Office, record: Record) -> dict[str, Any]:
    sheet = Sheet(_text(record, "fileName"), _text(record, "mediaType"), _bytes(record, "content"))
    reference = canonical(_text(record, "caseReference")) or ""
    handed = office.filing.submit(
        _text(record, "submissionId"), registry, reference, _text(record, "afm"), _text(record, "code"), sheet
    )
    return {
        "submissionId": handed.id,
        "protocolNumber": handed.number,
        "receivedAt": handed.file.at.isoformat(timespec="milliseconds"),
        "caseRecord": wire(office.state.case(reference)),
    }


def _request(registry: str, office: Office, record: Record) -> dict[str, Any]:
    id_, afm, word = (_text(record, name) for name in ("requestId", "afm", "certificate"))
    return {"certificateRecord": _wanted(office.filing.request(id_, registry, afm, word, _details(record)))}


def _certificate(registry: str, office: Office, record: Record) -> dict[str, Any]:
    afm = _text(record, "afm")
    try:
        wanted = office.filing.wanted(registry, _text(record, "requestId"))
    except NotThere:
        return {"certificateRecord": None}
    return {"certificateRecord": _wanted(wanted) if wanted.afm == afm else None}


def _document(registry: str, office: Office, record: Record) -> dict[str, Any]:
    afm = _text(record, "afm")
    try:
        kept = office.filing.file(_text(record, "documentId"))
    except NotThere:
        return {"documentRecord": None}
    return {"documentRecord": _kept(kept) if (kept.registry, kept.afm) == (registry, afm) else None}


# Reading input records


def _text(record: Record, name: str, *, empty: bool = False) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise BadInput("INPUT_FIELD", name)
    return value


def _limit(record: Record) -> int:
    value = record.get("limit", _MOST)
    limit = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else value
    if not isinstance(limit, int) or not 1 <= limit <= _MOST:
        raise BadInput("INPUT_LIMIT", "limit")
    return limit


def _bytes(record: Record, name: str) -> bytes:
    try:
        return base64.b64decode(_text(record, name), validate=True)
    except binascii.Error:
        raise BadInput("INPUT_FIELD", name) from None


def _details(record: Record) -> dict[str, str]:
    given = record.get("details") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadInput("INPUT_FIELD", "details")
    return {_text(one, "name"): _text(one, "value", empty=True) for one in given}


# Writing output records


def wire(case: Case) -> dict[str, Any]:
    """A case as the registry tells it: in its own words."""
    return {
        "caseReference": case.reference,
        "afm": case.afm,
        "procedure": case.kind.word,
        "title": case.title,
        "stage": case.now_at.word,
        "sequence": case.sequence,
        "updatedAt": case.updated_at.isoformat(timespec="milliseconds"),
        "expectedBy": str(case.expected_by) if case.expected_by else None,
        "note": case.note,
        "outcome": OUTCOME_WORDS[case.outcome] if case.outcome else None,
        "closed": case.closed,
        "documents": [_wire_document(document) for document in case.documents],
    }


def _wire_document(document: Document) -> dict[str, Any]:
    return {
        "code": document.code,
        "title": document.title,
        "status": DOCUMENT_WORDS[document.status],
        "reason": document.reason,
        "deadline": str(document.deadline) if document.deadline else None,
    }


def _wanted(wanted: Wanted) -> dict[str, Any]:
    return {
        "requestId": wanted.id,
        "afm": wanted.afm,
        "protocolNumber": wanted.number,
        "certificate": wanted.kind.word,
        "title": wanted.kind.word,
        "status": STATE_WORDS[wanted.status],
        "reason": wanted.reason,
        "documentId": wanted.file,
        "fields": [{"name": name, "value": value} for name, value in wanted.fields],
    }


def _kept(kept: Filed) -> dict[str, Any]:
    return {
        "documentId": kept.id,
        "afm": kept.afm,
        "fileName": kept.sheet.name,
        "mediaType": kept.sheet.media_type,
        "content": base64.b64encode(kept.sheet.content).decode("ascii"),
    }
