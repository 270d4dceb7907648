"""The tables of the case store. Columns that end in ``_sealed`` hold :class:`casestore.vault.Vault` output,
columns that end in ``_key`` its blind indexes. Times are UTC.
"""

from __future__ import annotations

from casestore.columns import metadata
from casestore.tables.broadcasts import broadcast_members, broadcast_texts, broadcasts
from casestore.tables.calls import callback_attempts, callbacks, calls
from casestore.tables.cases import (
    case_events,
    cases,
    cursors,
    reconciliations,
    registry_events,
    required_documents,
)
from casestore.tables.certificate_requests import (
    certificate_checks,
    certificate_links,
    certificate_parts,
    certificate_requests,
    certificate_tasks,
)
from casestore.tables.certificates import certificates
from casestore.tables.conversations import conversations, copies, dialogue_events, handovers, transcript, wishes
from casestore.tables.documents import (
    document_parts,
    document_tasks,
    documents,
    upload_links,
    upload_pieces,
    uploads,
)
from casestore.tables.notices import notice_facts, notice_log, notice_sends, notices, timed_facts
from casestore.tables.people import citizens, codes, consents, contact_points, links, login_links
from casestore.tables.queues import inbox, outbox, receipts
from casestore.tables.staff import (
    arrangements,
    console_events,
    staff,
    staff_desks,
    staff_drafts,
    staff_notes,
    staff_sessions,
)
from casestore.tables.system import audit, meta

__all__ = [
    "arrangements",
    "audit",
    "broadcast_members",
    "broadcast_texts",
    "broadcasts",
    "callback_attempts",
    "callbacks",
    "calls",
    "case_events",
    "cases",
    "certificate_checks",
    "certificate_links",
    "certificate_parts",
    "certificate_requests",
    "certificate_tasks",
    "certificates",
    "citizens",
    "codes",
    "consents",
    "console_events",
    "contact_points",
    "conversations",
    "copies",
    "cursors",
    "dialogue_events",
    "document_parts",
    "document_tasks",
    "documents",
    "handovers",
    "inbox",
    "links",
    "login_links",
    "meta",
    "metadata",
    "notice_facts",
    "notice_log",
    "notice_sends",
    "notices",
    "outbox",
    "receipts",
    "reconciliations",
    "registry_events",
    "required_documents",
    "staff",
    "staff_desks",
    "staff_drafts",
    "staff_notes",
    "staff_sessions",
    "timed_facts",
    "transcript",
    "upload_links",
    "upload_pieces",
    "uploads",
    "wishes",
]
