"""The tables of the case store. Columns that end in ``_sealed`` hold :class:`casestore.vault.Vault` output,
columns that end in ``_key`` its blind indexes. Times are UTC.
"""

from __future__ import annotations

from casestore.columns import metadata
from casestore.tables.affairs import case_events, cases, cursors, required_documents
from casestore.tables.house import audit, meta
from casestore.tables.people import citizens, codes, consents, contact_points, links
from casestore.tables.queues import inbox, outbox, receipts
from casestore.tables.talk import conversations, dialogue_events, handovers, transcript

__all__ = [
    "audit",
    "case_events",
    "cases",
    "citizens",
    "codes",
    "consents",
    "contact_points",
    "conversations",
    "cursors",
    "dialogue_events",
    "handovers",
    "inbox",
    "links",
    "meta",
    "metadata",
    "outbox",
    "receipts",
    "required_documents",
    "transcript",
]
