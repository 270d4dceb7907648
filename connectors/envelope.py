"""What the interoperability envelope says in either dialect: the audit record, and the error record."""

from __future__ import annotations

import re
from typing import Any

from connectors.audit import AuditEntry
from connectors.wire import Declined

_CODE = re.compile(r"[A-Za-z_.-]{0,40}[0-9]{0,4}")  # too few digits for an ΑΦΜ, a number or an ΑΜΚΑ


def audit_record(audit: AuditEntry) -> dict[str, str]:
    return {
        "auditTransactionId": audit.transaction_id,
        "auditTransactionDate": audit.at.isoformat(timespec="milliseconds"),
        "auditUnit": audit.unit,
        "auditProtocol": audit.cause.protocol or audit.transaction_id,
        "auditUserId": audit.cause.user or audit.unit,
        "auditUserIp": audit.cause.address,
    }


def declined(record: Any) -> Declined | None:
    """What an ``errorRecord`` refuses with; ``None`` for one that is empty or has nothing but empty fields."""
    if not record or (isinstance(record, dict) and not any(record.values())):
        return None
    return Declined(clean_code(record.get("errorCode") if isinstance(record, dict) else None))


def clean_code(code: Any) -> str:
    """The code if it looks like one. ``errorDescr`` is never repeated: it may quote what was asked."""
    text = str(code) if code is not None else ""
    return text if text and _CODE.fullmatch(text) else "unnamed"
