"""How long each kind of record is kept, and why. One table; :mod:`casestore.rights.purge` acts on it.

Some kinds are emptied first and deleted much later: the row without its text still keeps a repeated webhook from being
answered twice, and its key a message from being sent twice.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, exists, func, literal_column

from casestore.cases.model import CLOSED_KEPT
from casestore.notices.timed import TimedState
from casestore.people.identity import KNOWN_NUMBER
from casestore.queues.lifecycle import OutboxState, QueueState
from casestore.rights.retention_calls import OF_CALLS
from casestore.rights.retention_certificates import OF_CERTIFICATES
from casestore.rights.retention_documents import OF_DOCUMENTS
from casestore.rights.retention_staff import OF_STAFF
from casestore.rights.rule import DAY as DAY
from casestore.rights.rule import YEAR as YEAR
from casestore.rights.rule import RetentionRule as RetentionRule
from casestore.tables import (
    audit,
    broadcasts,
    cases,
    citizens,
    codes,
    consents,
    contact_points,
    conversations,
    copies,
    dialogue_events,
    handovers,
    inbox,
    links,
    login_links,
    notices,
    outbox,
    registry_events,
    timed_facts,
    transcript,
    wishes,
)


def _has(table: Table, column: str, sign: str) -> ColumnElement[bool]:
    """As the partial indexes say it: to the letter, or they are not used."""
    told: ColumnElement[bool] = and_(
        table.c.finished_at.is_not(None), func.length(table.c[column]).op(sign)(literal_column("0"))
    )
    return told


def _no(table: Table, *on: ColumnElement[bool]) -> ColumnElement[bool]:
    return ~exists().where(*on).correlate_except(table)


_DESERTED = (
    _no(links, links.c.contact_point_id == contact_points.c.id),
    _no(conversations, conversations.c.contact_point_id == contact_points.c.id),
)

RETENTION_RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        "dialogue",
        dialogue_events,
        dialogue_events.c.at,
        2 * DAY,
        "a turn looks back 24 hours",
    ),
    RetentionRule(
        "inbox-text",
        inbox,
        inbox.c.finished_at,
        2 * DAY,
        "it is answered, and its words are in the transcript",
        only=(_has(inbox, "payload_sealed", ">"), inbox.c.state == QueueState.DONE),
        empty=("payload_sealed",),
    ),
    RetentionRule(
        "inbox-dead",
        inbox,
        inbox.c.finished_at,
        30 * DAY,
        "time for an operator to put it back",
        only=(_has(inbox, "payload_sealed", ">"), inbox.c.state == QueueState.DEAD),
        empty=("payload_sealed",),
        also={"state": QueueState.DONE},
    ),
    RetentionRule(
        "inbox",
        inbox,
        inbox.c.finished_at,
        YEAR,
        "a webhook that is played again is known by its id: no provider dates its signature",
        only=(_has(inbox, "payload_sealed", "="),),
    ),
    RetentionRule(
        "outbox-text",
        outbox,
        outbox.c.finished_at,
        7 * DAY,
        "receipts come for days, and one may have it sent again",
        only=(_has(outbox, "body_sealed", ">"), outbox.c.state != OutboxState.OPEN),
        empty=("body_sealed", "address_sealed"),
        also={"expires_at": outbox.c.finished_at},  # a receipt later still opens it no more
    ),
    RetentionRule(
        "outbox",
        outbox,
        outbox.c.finished_at,
        YEAR,
        "the log of what was sent, and its keys against sending twice",
        only=(_has(outbox, "body_sealed", "="), outbox.c.state != OutboxState.OPEN),
    ),
    RetentionRule(
        "notices",
        notices,
        notices.c.settled_at,
        YEAR,
        "was the citizen told, when, and why not: as the log of what was sent",
    ),
    RetentionRule(
        "timed-facts",
        timed_facts,
        timed_facts.c.due_at,
        YEAR,
        "what was told once because time had passed is not told again",
        only=(timed_facts.c.state != TimedState.OPEN,),
        full_scan=True,
    ),
    RetentionRule(
        "broadcasts",
        broadcasts,
        broadcasts.c.created_at,
        YEAR,
        "who had many told what, and whom: as their notices",
    ),
    RetentionRule(
        "transcript",
        transcript,
        transcript.c.at,
        180 * DAY,
        "an employee who takes over, and a complaint, need what was said",
    ),
    RetentionRule("audit", audit, audit.c.at, 5 * YEAR, "accountability for every question to a registry"),
    RetentionRule(
        "codes-number",
        codes,
        codes.c.created_at,
        2 * DAY,
        "a code lives for minutes; whom it was for is needed no longer",
        only=(func.length(codes.c.afm_sealed) > 0,),
        empty=("afm_sealed",),
        also={"used_at": func.coalesce(codes.c.used_at, codes.c.expires_at)},
        full_scan=True,
    ),
    RetentionRule(
        "codes", codes, codes.c.created_at, 35 * DAY, "the limits on codes look back 30 days", full_scan=True
    ),
    RetentionRule("copies", copies, copies.c.created_at, 2 * DAY, "the limit on copies looks back a day"),
    RetentionRule(
        "login-links",
        login_links,
        login_links.c.created_at,
        2 * DAY,
        "the limits on links look back a day",
        full_scan=True,
    ),
    *OF_DOCUMENTS,
    *OF_CERTIFICATES,
    *OF_CALLS,
    *OF_STAFF,
    RetentionRule(
        "registry-event-text",
        registry_events,
        registry_events.c.finished_at,
        30 * DAY,
        "what it said is in the case; time for an operator to put one back that failed",
        only=(registry_events.c.state != QueueState.OPEN, func.length(registry_events.c.payload_sealed) > 0),
        empty=("payload_sealed",),
        also={"state": QueueState.DONE},
        full_scan=True,
    ),
    RetentionRule(
        "registry-events",
        registry_events,
        registry_events.c.finished_at,
        YEAR,
        "a repeated event is known by its id",
        only=(registry_events.c.state == QueueState.DONE,),
        full_scan=True,
    ),
    RetentionRule(
        "handovers",
        handovers,
        handovers.c.closed_at,
        180 * DAY,
        "as the transcript that they belong to",
        full_scan=True,
    ),
    RetentionRule(
        "closed-cases",
        cases,
        cases.c.updated_at,
        CLOSED_KEPT,
        "a closed case is shown for 90 days; its registry keeps it",
        only=(cases.c.closed,),
        full_scan=True,
    ),
    RetentionRule(
        "gone-cases",
        cases,
        cases.c.gone_at,
        CLOSED_KEPT,
        "its registry knows it no more",
        full_scan=True,
    ),
    RetentionRule(
        "conversations",
        conversations,
        conversations.c.last_at,
        3 * YEAR,
        "nobody has written, nobody is linked",
        only=(_no(links, links.c.contact_point_id == conversations.c.contact_point_id),),
        full_scan=True,
    ),
    RetentionRule(
        "numbers-let-go",
        contact_points,
        contact_points.c.created_at,
        30 * DAY,
        "a number that the contact registry holds for nobody any more, and that never wrote",
        only=(*_DESERTED, _no(consents, consents.c.contact_point_id == contact_points.c.id)),
        full_scan=True,
    ),
    RetentionRule(
        "contact-points",
        contact_points,
        contact_points.c.created_at,
        3 * YEAR,
        "with its words on alerts, which are proof until then",
        only=_DESERTED,
        full_scan=True,
    ),
    RetentionRule(
        "citizens",
        citizens,
        citizens.c.created_at,
        180 * DAY,
        "no registry has a case of theirs, no chat is linked, nothing was wished for",
        only=(
            _no(cases, cases.c.citizen_id == citizens.c.id),
            _no(links, links.c.citizen_id == citizens.c.id, links.c.level != KNOWN_NUMBER),
            _no(wishes, wishes.c.citizen_id == citizens.c.id),
        ),
        full_scan=True,
    ),
)
"""In this order, so that what goes with a row of another is gone when that is looked at."""
