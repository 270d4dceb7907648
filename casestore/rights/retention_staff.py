"""How long what employees write and do is kept."""

from __future__ import annotations

from sqlalchemy import func, select

from casestore.rights.rule import DAY, YEAR, RetentionRule
from casestore.tables import arrangements, console_events, staff, staff_drafts, staff_notes, staff_sessions

_events = console_events.alias()
_NEWEST = select(func.max(_events.c.id)).scalar_subquery()
_set = arrangements.alias()
_IN_FORCE = select(func.max(_set.c.id)).group_by(_set.c.kind)

OF_STAFF: tuple[RetentionRule, ...] = (
    RetentionRule(
        "console-events",
        console_events,
        console_events.c.at,
        3 * DAY,
        "a page that was closed longer is read anew",
        only=(console_events.c.id < _NEWEST,),  # its number is not given again
    ),
    RetentionRule("staff-drafts", staff_drafts, staff_drafts.c.at, 30 * DAY, "what was not sent by then never will be"),
    RetentionRule(
        "staff-notes", staff_notes, staff_notes.c.at, 180 * DAY, "as the transcript of the conversation they are about"
    ),
    RetentionRule(
        "staff-sessions", staff_sessions, staff_sessions.c.created_at, 90 * DAY, "who was signed in, from which device"
    ),
    RetentionRule(
        "arrangements",
        arrangements,
        arrangements.c.at,
        5 * YEAR,
        "as the audit trail: who set what; what is in force stays",
        only=(arrangements.c.id.not_in(_IN_FORCE),),
        full_scan=True,
    ),
    RetentionRule(
        "staff",
        staff,
        staff.c.disabled_at,
        5 * YEAR,
        "as the audit trail that names them",
        full_scan=True,
    ),
)
