"""How long what citizens hand in is kept: its content for as long as it may be needed, the record of it for a year."""

from __future__ import annotations

from sqlalchemy import func

from casestore.documents.model import ASKED_FOR
from casestore.documents.upload_links import LIFETIME
from casestore.queues.lifecycle import QueueState
from casestore.rights.rule import DAY, YEAR, RetentionRule
from casestore.tables import document_parts, document_tasks, documents, upload_links, uploads

OF_DOCUMENTS: tuple[RetentionRule, ...] = (
    RetentionRule(
        "upload-links",
        upload_links,
        upload_links.c.created_at,
        2 * DAY,
        "the limit on links looks back a day",
        full_scan=True,
    ),
    RetentionRule(
        "uploads",
        uploads,
        uploads.c.created_at,
        LIFETIME,
        "what came piece by piece and whose form was never sent: its link has ended",
        full_scan=True,
    ),
    RetentionRule(
        "documents-unanswered",
        documents,
        documents.c.created_at,
        ASKED_FOR,
        "its citizen never said which paper it is",
        only=(documents.c.confirmed_at.is_(None),),
        full_scan=True,
    ),
    RetentionRule(
        "document-tasks",
        document_tasks,
        document_tasks.c.finished_at,
        2 * DAY,
        "it is done, and held the address of the file at its provider",
        only=(document_tasks.c.state == QueueState.DONE,),
        full_scan=True,
    ),
    RetentionRule(
        "document-content",
        document_parts,
        document_parts.c.kept_at,
        30 * DAY,
        "its registry has it; time for an operator where it has not",
        full_scan=True,
    ),
    RetentionRule(
        "document-files",
        documents,
        documents.c.created_at,
        30 * DAY,
        "likewise, where the content is in a folder; and the file's name",
        only=(func.length(documents.c.name_sealed) > 0,),
        empty=("name_sealed",),
        also={"stored_as": None},
        full_scan=True,
    ),
    RetentionRule(
        "documents",
        documents,
        documents.c.created_at,
        YEAR,
        "proof of what was handed in, when, and under which protocol number",
        full_scan=True,
    ),
)
