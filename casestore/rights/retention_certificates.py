"""How long what certificates need is kept: the paper for as long as its kind says, the record of it for two years."""

from __future__ import annotations

from sqlalchemy import exists

from casestore.queues.lifecycle import QueueState
from casestore.rights.rule import DAY, YEAR, RetentionRule
from casestore.tables import (
    certificate_checks,
    certificate_links,
    certificate_parts,
    certificate_requests,
    certificate_tasks,
)

_OVER = exists().where(
    certificate_requests.c.id == certificate_parts.c.certificate_id, certificate_requests.c.size.is_(None)
)

OF_CERTIFICATES: tuple[RetentionRule, ...] = (
    RetentionRule(
        "certificate-links",
        certificate_links,
        certificate_links.c.created_at,
        4 * DAY,
        "a link counts for three days",
        full_scan=True,
    ),
    RetentionRule(
        "certificate-tasks",
        certificate_tasks,
        certificate_tasks.c.finished_at,
        2 * DAY,
        "it is done",
        only=(certificate_tasks.c.state == QueueState.DONE,),
        full_scan=True,
    ),
    RetentionRule(
        "certificate-checks",
        certificate_checks,
        certificate_checks.c.received_at,
        2 * DAY,
        "it was told, and its provider has let the file go",
        full_scan=True,
    ),
    RetentionRule(
        "certificate-papers",
        certificate_requests,
        certificate_requests.c.kept_until,
        DAY,
        "so long it can be sent again: half a year, a year where it lasts (dialogues/catalogue/certificates.yml)",
        only=(certificate_requests.c.size.is_not(None),),
        empty=("code_sealed",),
        also={"size": None, "stored_as": None},
        full_scan=True,
    ),
    RetentionRule(
        "certificate-content",
        certificate_parts,
        certificate_parts.c.kept_at,
        DAY,
        "it goes with its paper",
        only=(_OVER,),
        full_scan=True,
    ),
    RetentionRule(
        "certificates",
        certificate_requests,
        certificate_requests.c.created_at,
        2 * YEAR,
        "proof of what was asked for, when, and under which protocol number",
        full_scan=True,
    ),
)
