"""Which rows are on their way, how long at most, and what ends them. One table; the watch looks at it every minute.

Each such row is ended by its own job, long before: what is found here is a job that does not run, or a fault. Then it
is ended as the table says, and never silently: it is counted, logged, and where a citizen waits a person is called.
Where only a person can end it, it is shown until one has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, and_, select

from casestore.broadcasts.model import BroadcastState, MemberState
from casestore.calls.model import OPEN as CALLBACKS_OPEN
from casestore.cases.reconciliations import Phase
from casestore.certificates.lifecycle import RequestState
from casestore.documents.lifecycle import DocumentState
from casestore.notices.model import DOUBTFUL, NoticeState
from casestore.notices.records import LONG, SHOWN
from casestore.notices.timed import TimedState
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import RANKS, OutboxState, QueueState, ReceiptStatus
from casestore.tables import (
    broadcast_members,
    broadcasts,
    callbacks,
    calls,
    certificate_checks,
    certificate_requests,
    certificate_tasks,
    document_tasks,
    documents,
    handovers,
    inbox,
    notices,
    outbox,
    receipts,
    reconciliations,
    registry_events,
    timed_facts,
    uploads,
)
from casestore.watch.model import DAY as DAY
from casestore.watch.model import HOUR as HOUR
from casestore.watch.model import STUCK as STUCK
from casestore.watch.model import Ending as Ending
from casestore.watch.model import MovingState as MovingState

_LET_GO: Mapping[str, Any] = {"lease_until": None, "claim": None}
_DEAD: Mapping[str, Any] = {"state": QueueState.DEAD, **_LET_GO}
_open_outbox = in_state(outbox.c.state, OutboxState.OPEN)
_arrived = RANKS[ReceiptStatus.DELIVERED]
_live = select(broadcasts.c.id).where(in_state(broadcasts.c.state, BroadcastState.RUNNING, BroadcastState.PAUSED))


def _task(name: str, table: Table, since: Column[datetime], most: timedelta, by: str) -> MovingState:
    """A step of which nobody waits for the end: given up, and no longer in the way of others."""
    return MovingState(
        name, table, since, most, by, Ending.MOVED, in_state(table.c.state, QueueState.OPEN), {**_DEAD, "error": STUCK}
    )


MOVING: tuple[MovingState, ...] = (
    MovingState(
        "messages",
        inbox,
        inbox.c.received_at,
        DAY,
        "an answer, or the dead letters",
        Ending.MOVED,
        in_state(inbox.c.state, QueueState.OPEN),
        {**_DEAD, "error": STUCK},
    ),
    MovingState(
        "sends",
        outbox,
        outbox.c.due_at,
        4 * DAY,
        "the provider's answer, or their expiry",
        Ending.MOVED,
        and_(_open_outbox, outbox.c.doubts == 0, outbox.c.claim.is_(None)),
        {"state": OutboxState.SKIPPED, "reason": STUCK, **_LET_GO},
    ),
    MovingState(
        "sends-in-doubt",
        outbox,
        outbox.c.due_at,
        4 * DAY,
        "a look-up, or so many doubts",
        Ending.MOVED,
        and_(_open_outbox, (outbox.c.doubts > 0) | outbox.c.claim.is_not(None)),
        {"state": OutboxState.FAILED, "reason": "in-doubt", **_LET_GO},
    ),
    MovingState(
        "receipts",
        receipts,
        receipts.c.received_at,
        25 * HOUR,
        "the send that they are about, or a day",
        Ending.DELETED,
    ),
    MovingState(
        "events",
        registry_events,
        registry_events.c.received_at,
        DAY,
        "being applied, or the dead events",
        Ending.MOVED,
        in_state(registry_events.c.state, QueueState.OPEN),
        {**_DEAD, "result": STUCK},
    ),
    MovingState(
        "files",
        documents,
        documents.c.created_at,
        DAY,
        "their fetching and checking, or a refusal",
        Ending.REFUSED,
        in_state(documents.c.state, DocumentState.OFFERED, DocumentState.RECEIVED),
    ),
    MovingState(
        "files-unanswered",
        documents,
        documents.c.created_at,
        3 * DAY,
        "their citizen's word, or retention after two days",
        Ending.DISMISSED,
        and_(in_state(documents.c.state, DocumentState.CHECKED), documents.c.confirmed_at.is_(None)),
    ),
    MovingState(
        "uploads",
        uploads,
        uploads.c.created_at,
        2 * DAY,
        "their form, or retention after a day",
        Ending.DELETED,
    ),
    MovingState(
        "document-tasks",
        document_tasks,
        document_tasks.c.received_at,
        DAY,
        "their result, or so many attempts",
        Ending.CALLED,
        in_state(document_tasks.c.state, QueueState.OPEN),
        {**_DEAD, "error": STUCK},
    ),
    MovingState(
        "certificates-asked",
        certificate_requests,
        certificate_requests.c.state_at,
        2 * DAY,
        "their registry's answer, or so many attempts",
        Ending.FAILED,
        in_state(certificate_requests.c.state, RequestState.ASKED),
    ),
    MovingState(
        "certificates-waiting",
        certificate_requests,
        certificate_requests.c.state_at,
        60 * DAY,
        "their registry's paper or refusal",
        Ending.FAILED,
        in_state(certificate_requests.c.state, RequestState.WAITING),
    ),
    _task("certificate-tasks", certificate_tasks, certificate_tasks.c.due_at, DAY, "their next attempt"),
    _task("certificate-checks", certificate_checks, certificate_checks.c.received_at, 2 * HOUR, "their file's link"),
    MovingState(
        "notices",
        notices,
        notices.c.due_at,
        6 * HOUR,
        "an arrival, the next channel, or the end of waiting",
        Ending.SETTLED,
        in_state(notices.c.state, NoticeState.OPEN),
    ),
    MovingState(
        "timed-facts",
        timed_facts,
        timed_facts.c.due_at,
        DAY,
        "a notice, or being dropped",
        Ending.MOVED,
        in_state(timed_facts.c.state, TimedState.OPEN),
        {"state": TimedState.DROPPED},
    ),
    MovingState(
        "comparisons",
        reconciliations,
        reconciliations.c.updated_at,
        DAY,
        "their next page",
        Ending.BY_PERSON,
        reconciliations.c.phase.in_((Phase.LISTED, Phase.UNREPORTED)),
    ),
    MovingState(
        "files-not-submitted",
        documents,
        documents.c.confirmed_at,
        DAY,
        "the registry's receipt",
        Ending.BY_PERSON,
        in_state(documents.c.state, DocumentState.CHECKED),
    ),
    MovingState(
        "notices-unknown",
        notices,
        notices.c.settled_at,
        LONG,
        "a late receipt",
        Ending.BY_PERSON,
        in_state(notices.c.state, NoticeState.UNKNOWN),
        shown=SHOWN,
    ),
    MovingState(
        "sends-unknown",
        outbox,
        outbox.c.finished_at,
        DAY,
        "a late receipt",
        Ending.BY_PERSON,
        and_(
            in_state(outbox.c.state, OutboxState.FAILED),
            outbox.c.reason.in_(sorted(DOUBTFUL)),
            outbox.c.status_rank < _arrived,
        ),
        shown=SHOWN,
    ),
    MovingState(
        "mass-notices-planning",
        broadcasts,
        broadcasts.c.created_at,
        DAY,
        "the end of the plan's command",
        Ending.BY_PERSON,
        in_state(broadcasts.c.state, BroadcastState.PLANNING),
    ),
    MovingState(
        "mass-notices-waiting",
        broadcast_members,
        broadcast_members.c.due_at,
        3 * DAY,
        "their notice, or the stop of what is paused",
        Ending.BY_PERSON,
        and_(in_state(broadcast_members.c.state, MemberState.WAITING), broadcast_members.c.broadcast_id.in_(_live)),
    ),
    MovingState(
        "call-backs",
        callbacks,
        callbacks.c.asked_at,
        21 * DAY,
        "an attempt that reaches their citizen, the last that does not, or 24 staffed hours",
        Ending.UNCALLED,
        in_state(callbacks.c.state, *CALLBACKS_OPEN),
    ),
    MovingState(
        "calls",
        calls,
        calls.c.begun_at,
        DAY,
        "their employee, or half an hour",
        Ending.MOVED,
        calls.c.finished_at.is_(None),
        {"afm_sealed": None, "code_asked_at": None},
    ),
    MovingState(
        "persons-called",
        handovers,
        handovers.c.asked_at,
        DAY,
        "an employee's answer",
        Ending.BY_PERSON,
        handovers.c.closed_at.is_(None),
    ),
)
