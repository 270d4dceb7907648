"""The REST/JSON dialect of the interoperability centre.

``POST <base>/esb/<service>RestService/<operation>`` with ``{auditRecord, <operation>InputRecord}``; the answer is
``{<operation>OutputRecord, callSequenceId, callSequenceDate, errorRecord {errorCode, errorDescr}}``.
"""

from __future__ import annotations

import base64
import json

from connectors.audit import AuditEntry
from connectors.envelope import audit_record, declined
from connectors.wire import Answer, BadStatus, Malformed, ServiceCall, WireRequest


class RestJson:
    """``bus`` is ``esb``, or ``esbpilot`` for the centre's pilot.

    ``basic`` is the user name where the service takes a name and a password (Basic) instead of a bearer token.
    """

    def __init__(self, bus: str = "esb", *, basic: str | None = None) -> None:
        self._bus = bus
        self._basic = basic

    def write(self, service: str, call: ServiceCall, audit: AuditEntry, secret: str) -> WireRequest:
        body = {"auditRecord": audit_record(audit), f"{call.operation}InputRecord": dict(call.input)}
        return WireRequest(
            path=f"/{self._bus}/{service}RestService/{call.operation}",
            headers={
                "Authorization": self._authorization(secret),
                "Content-Type": "application/json; charset=utf-8",
                "Accept": "application/json",
            },
            body=json.dumps(body, ensure_ascii=False).encode(),
        )

    def read(self, call: ServiceCall, status: int, body: bytes) -> Answer:
        if status != 200:
            raise BadStatus(status)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            raise Malformed("json") from None  # the cause holds the body
        if not isinstance(answer, dict):
            raise Malformed("json")
        if refusal := declined(answer.get("errorRecord")):
            raise refusal
        output = answer.get(f"{call.operation}OutputRecord")
        if not isinstance(output, dict):
            raise Malformed("output record")
        return Answer(output, str(answer.get("callSequenceId", ""))[:64])

    def _authorization(self, secret: str) -> str:
        if self._basic is None:
            return f"Bearer {secret}"
        return "Basic " + base64.b64encode(f"{self._basic}:{secret}".encode()).decode("ascii")
