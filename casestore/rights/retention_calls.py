"""How long calls of employees and call-backs are kept."""

from __future__ import annotations

from casestore.rights.rule import DAY, YEAR, RetentionRule
from casestore.tables import callbacks, calls

OF_CALLS: tuple[RetentionRule, ...] = (
    RetentionRule(
        "calls-unproven",
        calls,
        calls.c.begun_at,
        2 * DAY,
        "nobody had proven who they were; the limits on look-ups look back a day",
        only=(calls.c.finished_at.is_not(None), calls.c.citizen_id.is_(None)),
    ),
    RetentionRule(
        "calls",
        calls,
        calls.c.begun_at,
        180 * DAY,
        "as the transcript: what was asked on the telephone, and what was answered",
        only=(calls.c.finished_at.is_not(None),),
    ),
    RetentionRule(
        "callbacks",
        callbacks,
        callbacks.c.finished_at,
        YEAR,
        "was the citizen rung up, when, and why not: as notices",
        full_scan=True,
    ),
)
