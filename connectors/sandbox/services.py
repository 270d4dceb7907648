"""The sandbox's side of the interoperability envelope, REST/JSON: ΕΜΕπ, and one case service for all registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from aiohttp import web

from connectors.references import canonical
from connectors.sandbox.books import BOOKS, CONTACT_SERVICE, DOCUMENT_WORDS, OUTCOME_WORDS
from connectors.sandbox.model import Case, Document
from connectors.sandbox.state import State
from connectors.sandbox.tokens import TOKENS, refused

STATE = web.AppKey("state", State)
Operation = Callable[[State, Mapping[str, Any]], dict[str, Any]]

_MOST = 500  # cases in a page
_AUDIT_FIELDS = ("auditTransactionId", "auditTransactionDate", "auditUnit", "auditProtocol", "auditUserId")


class BadInput(ValueError):
    """The input record lacks something. ``code`` goes into the ``errorRecord``; these codes are the sandbox's own."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def add_services(app: web.Application) -> None:
    """``POST /esb/<service>RestService/<operation>`` for every service. The app holds ``STATE`` and ``TOKENS``."""
    sequence = count(1)
    for service, operations in _services().items():
        for name, operation in operations.items():
            app.router.add_post(f"/esb/{service}RestService/{name}", _endpoint(name, operation, sequence))


def _services() -> dict[str, dict[str, Operation]]:
    cases = {book.service: _case_operations(book.registry) for book in BOOKS.values()}
    return {CONTACT_SERVICE: {"getNncIdentityExt": _contact}, **cases}


def _case_operations(registry: str) -> dict[str, Operation]:
    def get_cases(state: State, record: Mapping[str, Any]) -> dict[str, Any]:
        afm = _text(record, "afm")
        return {"cases": [wire(case) for case in state.cases_of(afm) if case.registry == registry]}

    def get_case(state: State, record: Mapping[str, Any]) -> dict[str, Any]:
        found = state.find(canonical(_text(record, "caseReference")))
        return {"caseRecord": wire(found) if found and found.registry == registry else None}

    def get_changes(state: State, record: Mapping[str, Any]) -> dict[str, Any]:
        limit = record.get("limit", _MOST)
        if not isinstance(limit, int) or not 1 <= limit <= _MOST:
            raise BadInput("INPUT_LIMIT", "limit")
        page = state.changes(registry, _text(record, "cursor", empty=True), limit)
        return {"cases": [wire(case) for case in page.cases], "cursor": page.cursor, "more": page.more}

    return {"getCases": get_cases, "getCase": get_case, "getCaseChanges": get_changes}


def _contact(state: State, record: Mapping[str, Any]) -> dict[str, Any]:
    citizen = state.citizens.get(_text(record, "afm"))
    parts = ("email", "telephone", "street", "number", "zipCode", "region", "municipality", "locality")
    return {**dict.fromkeys(parts), "mobile": citizen.mobile if citizen else None}


def _endpoint(name: str, operation: Operation, sequence: count[int]) -> Callable[[web.Request], Any]:
    async def endpoint(request: web.Request) -> web.Response:
        if not request.app[TOKENS].good(request):
            return refused()
        state = request.app[STATE]
        try:
            output, error = operation(state, _input(name, await _json(request))), None
        except BadInput as problem:
            output, error = None, {"errorCode": problem.code, "errorDescr": str(problem)}
        return web.json_response(
            {
                f"{name}OutputRecord": output,
                "callSequenceId": next(sequence),
                "callSequenceDate": state.now().isoformat(timespec="milliseconds"),
                "errorRecord": error,
            }
        )

    return endpoint


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise BadInput("INPUT_JSON", "json") from None


def _input(name: str, body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadInput("INPUT_JSON", "json")
    audit = body.get("auditRecord")
    if not isinstance(audit, dict) or not all(audit.get(part) for part in _AUDIT_FIELDS):
        raise BadInput("AUDIT_RECORD", "auditRecord")
    record = body.get(f"{name}InputRecord")
    if not isinstance(record, dict):
        raise BadInput("INPUT_RECORD", f"{name}InputRecord")
    return record


def _text(record: Mapping[str, Any], name: str, *, empty: bool = False) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise BadInput("INPUT_FIELD", name)
    return value


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
