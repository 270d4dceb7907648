"""The REST/JSON dialect of the interoperability centre.

``POST <base>/esb/<service>RestService/<operation>`` with ``{auditRecord, <operation>InputRecord}``; the answer is
``{<operation>OutputRecord, callSequenceId, callSequenceDate, errorRecord {errorCode, errorDescr}}``.
"""

from __future__ import annotations

import json
import re
from typing import Any

from connectors.audit import AuditEntry
from connectors.ked import Answer, Ask, Declined, Malformed, WireRequest

_CODE = re.compile(r"[A-Za-z_.-]{0,40}[0-9]{0,4}")  # too few digits for an ΑΦΜ, a number or an ΑΜΚΑ


class RestJson:
    """``bus`` is ``esb``, or ``esbpilot`` for the centre's pilot."""

    def __init__(self, bus: str = "esb") -> None:
        self._bus = bus

    def write(self, service: str, ask: Ask, audit: AuditEntry, token: str) -> WireRequest:
        body = {"auditRecord": _audit_record(audit), f"{ask.operation}InputRecord": dict(ask.input)}
        return WireRequest(
            path=f"/{self._bus}/{service}RestService/{ask.operation}",
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json; charset=utf-8",
                "Accept": "application/json",
            },
            body=json.dumps(body, ensure_ascii=False).encode(),
        )

    def read(self, ask: Ask, body: bytes) -> Answer:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise Malformed("json") from None  # the cause holds the body
        if not isinstance(answer, dict):
            raise Malformed("json")
        if answer.get("errorRecord"):
            raise Declined(_error_code(answer["errorRecord"]))
        output = answer.get(f"{ask.operation}OutputRecord")
        if not isinstance(output, dict):
            raise Malformed("output record")
        return Answer(output, str(answer.get("callSequenceId", ""))[:64])


def _audit_record(audit: AuditEntry) -> dict[str, str]:
    return {
        "auditTransactionId": audit.transaction_id,
        "auditTransactionDate": audit.at.isoformat(timespec="milliseconds"),
        "auditUnit": audit.unit,
        "auditProtocol": audit.cause.protocol or audit.transaction_id,
        "auditUserId": audit.cause.user or audit.unit,
        "auditUserIp": audit.cause.address,
    }


def _error_code(record: Any) -> str:
    """The code if it looks like one. ``errorDescr`` is never repeated: it may quote what was asked."""
    code = record.get("errorCode") if isinstance(record, dict) else None
    text = str(code) if code is not None else ""
    return text if text and _CODE.fullmatch(text) else "unnamed"
