"""Conversations as employees see them: lists by desk, one with its lines, counts. Reads only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.conversations.live import SHOWN_AFTER
from casestore.conversations.ownership import COLUMNS, OwnerKind, Ownership, ownership_of
from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.queues.lease import in_state
from casestore.queues.lifecycle import RANKS, OutboxState, ReceiptStatus
from casestore.queues.outbox import Kind
from casestore.staff.model import Member, Right
from casestore.tables import contact_points, conversations, handovers, outbox, transcript
from casestore.vault import SealBroken, Vault

LATELY = timedelta(days=1)
MOST = 50
_PREVIEW = 140
_TAX_NUMBER = re.compile(r"(?<!\d)\d{9}(?!\d)")
_TYPED_BACK: Mapping[str, int] = {
    "utter_erase_confirm": 6,
    "utter_erase_confirm_chat": 6,
    "utter_unlink_confirm": 6,
    "utter_certificate_confirm": 6,
    "utter_certificate_cancel_confirm": 6,
    "utter_code_sent_receipt": 4,
    "utter_code_incomplete": 4,
}
"""Answers that hold digits to be typed back, and how many."""
_DIGITS = 19  # that no number of a row has
_NAMES: Mapping[int, str] = {RANKS[status]: status.value for status in ReceiptStatus}
_NOTICES = "utter_notice"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation in a list. ``preview``: what its citizen said last. ``reason``: why a person was asked for."""

    id: int
    ownership: Ownership
    desk: str
    channel: str
    language: str
    contact_point_id: int
    last_at: datetime
    owner_since: datetime | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    escalated_at: datetime | None
    released_at: datetime | None
    reason: str | None
    asked_at: datetime | None
    preview: str = ""

    @property
    def owner(self) -> str:
        """``bot``, ``queue``, or the agent's e-mail address."""
        return self.ownership.owner.agent or str(self.ownership.owner.kind)


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the transcript. ``state``: how far it has come; ``is_notice``: news that nobody asked for."""

    sequence: int
    author: Author
    text: str
    at: datetime
    state: str
    key: str
    is_notice: bool = False


_asked = and_(handovers.c.conversation_id == conversations.c.id, handovers.c.closed_at.is_(None))
_HANDOVER = select(func.max(handovers.c.id)).where(_asked).correlate(conversations).scalar_subquery()
_COLUMNS = (
    *COLUMNS,
    conversations.c.id,
    conversations.c.desk,
    conversations.c.language,
    conversations.c.contact_point_id,
    conversations.c.last_at,
    conversations.c.owner_since,
    conversations.c.waiting_since,
    conversations.c.snoozed_until,
    conversations.c.escalated_at,
    conversations.c.released_at,
    contact_points.c.channel,
    handovers.c.reason,
    handovers.c.asked_at,
)
_BASE = (
    select(*_COLUMNS)
    .join_from(conversations, contact_points)
    .join(handovers, handovers.c.id == _HANDOVER, isouter=True)
)


class Talks:
    """Over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def page(self, view: str, who: Member, now: datetime, before: str = "", limit: int = MOST) -> list[Talk]:
        """``waiting``: who waits in the queue, the longest first; ``mine``: what ``who`` answers, who waits first;
        ``all``: what is with people or was within a day, the newest first. ``before``: :func:`cursor_of` the last of
        the page before. Raises ``ValueError`` for a view, or a cursor, that is none."""
        rows = _VIEWS[view](who, now, before).where(_desks(who)).limit(min(limit, MOST))
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
            said = await self._previews(connection, [row.id for row in found])
        return [_talk(row, said.get(row.id, "")) for row in found]

    async def find(self, conversation_id: int, who: Member, now: datetime) -> Talk | None:
        """The conversation, if ``who`` may see it."""
        one = _BASE.where(conversations.c.id == conversation_id, _desks(who), _visible(who, now))
        async with self._database.read() as connection:
            row = (await connection.execute(one)).first()
        return None if row is None else _talk(row)

    async def counts(self) -> list[tuple[str, str, str, int, int]]:
        """(desk, kind of owner, agent, how many, of how many the citizen waits): what is not the bot's."""
        group = (conversations.c.desk, conversations.c.owner, conversations.c.agent)
        counted = select(*group, func.count(), func.count(conversations.c.waiting_since)).group_by(*group)
        async with self._database.read() as connection:
            rows = await connection.execute(counted.where(_open()))
            return [(row[0], row[1], row[2] or "", row[3], row[4]) for row in rows]

    async def lines(self, conversation_id: int, before: int | None = None, limit: int = MOST) -> list[ShownLine]:
        """The newest, or those before this sequence; oldest first."""
        columns = (outbox.c.state, outbox.c.status_rank, outbox.c.attempts, outbox.c.kind)
        joined = select(transcript, *columns).join_from(
            transcript, outbox, outbox.c.key == transcript.c.key, isouter=True
        )
        of = joined.where(transcript.c.conversation_id == conversation_id)
        of = of if before is None else of.where(transcript.c.id < before)
        async with self._database.read() as connection:
            rows = (await connection.execute(of.order_by(transcript.c.id.desc()).limit(min(limit, 200)))).all()
        return [self._line(row) for row in reversed(rows)]

    async def line_of(self, key: str) -> ShownLine | None:
        """The line of this cause."""
        columns = (outbox.c.state, outbox.c.status_rank, outbox.c.attempts, outbox.c.kind)
        joined = select(transcript, *columns).join_from(
            transcript, outbox, outbox.c.key == transcript.c.key, isouter=True
        )
        async with self._database.read() as connection:
            row = (await connection.execute(joined.where(transcript.c.key == key))).first()
        return None if row is None else self._line(row)

    def _line(self, row: Any) -> ShownLine:
        notice = row.kind == Kind.CASE or (row.response or "").startswith(_NOTICES)
        text = without_digits(self._opened(row.text_sealed), row.response)
        return ShownLine(row.id, Author(row.author), text, row.at, _state(row), row.key, notice)

    async def _previews(self, connection: AsyncConnection, ids: Sequence[int]) -> dict[int, str]:
        said = and_(transcript.c.conversation_id.in_(ids), transcript.c.author == Author.CITIZEN)
        newest = select(func.max(transcript.c.id)).where(said).group_by(transcript.c.conversation_id)
        rows = select(transcript.c.conversation_id, transcript.c.text_sealed).where(transcript.c.id.in_(newest))
        return {
            row[0]: _without_numbers(self._opened(row[1]))[:_PREVIEW] for row in (await connection.execute(rows)).all()
        }

    def _opened(self, sealed: bytes) -> str:
        """One line that does not open shall not take the page with it."""
        try:
            return self._vault.open("transcript.text", sealed)
        except SealBroken:
            return "…"


def without_digits(text: str, response: str | None) -> str:
    """What a citizen is to type back is theirs alone: who reads it could finish what another began at their number."""
    digits = _TYPED_BACK.get(response or "")
    return text if digits is None else re.sub(rf"(?<![\d-])\d{{{digits}}}(?![\d-])", "•" * digits, text)


def _without_numbers(text: str) -> str:
    """A list is read by many and noted by nobody: what may be a tax number has only its end."""
    return _TAX_NUMBER.sub(lambda found: "•••••" + found[0][-4:], text)


def cursor_of(view: str, talk: Talk) -> str:
    """Where the next page begins."""
    at = talk.waiting_since if view == "waiting" else talk.last_at
    return f"{(at or talk.last_at).isoformat()}~{talk.id}"


def place_of(before: str) -> tuple[datetime, int]:
    """What such a cursor says. Raises ``ValueError``."""
    at, _, number = before.partition("~")
    parsed = datetime.fromisoformat(at)
    if parsed.tzinfo is None or not (number.isascii() and number.isdecimal() and len(number) < _DIGITS):
        raise ValueError("no cursor of ours")
    try:
        return parsed.astimezone(UTC), int(number)
    except OverflowError:
        raise ValueError("no cursor of ours") from None


def _open() -> ColumnElement[bool]:
    return conversations.c.owner != OwnerKind.BOT


def _waiting(_who: Member, _now: datetime, before: str) -> Select[Any]:
    place = tuple_(conversations.c.waiting_since, conversations.c.id)
    rows = _BASE.where(_open(), in_state(conversations.c.owner, OwnerKind.QUEUE))
    rows = rows.where(place > place_of(before)) if before else rows
    return rows.order_by(conversations.c.waiting_since, conversations.c.id)


def _mine(who: Member, _now: datetime, _before: str) -> Select[Any]:
    rows = _BASE.where(_open(), in_state(conversations.c.owner, OwnerKind.AGENT), conversations.c.agent == who.email)
    waits = func.coalesce(conversations.c.waiting_since, conversations.c.last_at)
    put_away, idle = conversations.c.snoozed_until.is_not(None), conversations.c.waiting_since.is_(None)
    return rows.order_by(put_away, idle, waits, conversations.c.id)


def _all(who: Member, now: datetime, before: str) -> Select[Any]:
    rows = _BASE.where(_visible(who, now))
    place = tuple_(conversations.c.last_at, conversations.c.id)
    rows = rows.where(place < place_of(before)) if before else rows
    return rows.order_by(conversations.c.last_at.desc(), conversations.c.id.desc())


_VIEWS = {"waiting": _waiting, "mine": _mine, "all": _all}
VIEWS = tuple(_VIEWS)


def _visible(who: Member, now: datetime) -> ColumnElement[bool]:
    """With people, or lately so; whoever oversees sees what the bot answers as well."""
    seen = or_(_open(), conversations.c.released_at > now - SHOWN_AFTER)
    return or_(seen, conversations.c.last_at > now - LATELY) if who.may(Right.OVERSEE) else seen


def _desks(who: Member) -> ColumnElement[bool]:
    if who.may(Right.OVERSEE):
        return true()
    if not who.may(Right.ANSWER):
        return false()
    return or_(conversations.c.desk.in_(sorted(who.desks)), conversations.c.agent == who.email)


def _talk(row: Any, preview: str = "") -> Talk:
    return Talk(
        row.id,
        ownership_of(row),
        row.desk,
        row.channel,
        row.language,
        row.contact_point_id,
        row.last_at,
        row.owner_since,
        row.waiting_since,
        row.snoozed_until,
        row.escalated_at,
        row.released_at,
        row.reason,
        row.asked_at,
        preview,
    )


def _state(row: Any) -> str:
    """``received`` of what a citizen said; of what we said how far it has come."""
    if row.author == Author.CITIZEN:
        return "received"
    if row.state == OutboxState.SENT:
        return _NAMES.get(row.status_rank, "sent")
    if row.state == OutboxState.OPEN:
        return "sending" if row.attempts else "waiting"
    return {None: "told", OutboxState.SKIPPED: "withdrawn"}.get(row.state, str(row.state))
