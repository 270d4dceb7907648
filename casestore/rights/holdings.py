"""Everything that is held of one citizen, put together for that citizen: what it is, and a copy of it.

A contact point counts as the citizen's where they are known and nobody else as surely, and where it is no number that
the contact registry holds for another. What was said there is in their copy if it was they who were known there when it
was said: a telephone has more than one owner in its life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.people.identity import points_of
from casestore.tables import (
    audit,
    callback_attempts,
    callbacks,
    calls,
    case_events,
    cases,
    certificate_requests,
    citizens,
    codes,
    consents,
    contact_points,
    conversations,
    documents,
    handovers,
    links,
    notice_facts,
    notices,
    outbox,
    required_documents,
    staff_notes,
    timed_facts,
    transcript,
    wishes,
)
from casestore.vault import Vault

MOST = 5_000
"""Rows of a kind in one copy, the newest: more than anybody will read, and a bound on what a page may cost."""
_INNER = frozenset({"id", "key", "citizen_id", "contact_point_id", "conversation_id", "case_id", "subject_key"})
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A contact point of the citizen's: since when, and its conversation, if there is one."""

    point_id: int
    since: datetime
    conversation_id: int | None


class Holdings:
    """Reads over one database. Changes nothing."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def kinds(self, citizen_id: int) -> Mapping[str, int]:
        """How many rows there are of each kind."""
        points = await self._points(citizen_id)
        async with self._database.read() as connection:
            counts = {
                name: await connection.scalar(select(func.count()).select_from(table).where(which)) or 0
                for name, (table, which) in (await self._theirs(connection, citizen_id, points)).items()
            }
        return {"contact_points": len(points), **counts}

    async def copy(self, citizen_id: int) -> dict[str, list[Row]]:
        """All of it, by kind; plain values that JSON can hold. Raises ``LookupError`` when there is no such citizen."""
        points = await self._points(citizen_id)
        async with self._database.read() as connection:
            citizen = (await connection.execute(select(citizens).where(citizens.c.id == citizen_id))).first()
            if citizen is None:
                raise LookupError("no such citizen")
            who = {"afm": self._vault.open("citizens.afm", citizen.afm_sealed), "since": _plain(citizen.created_at)}
            found: dict[str, list[Row]] = {"citizen": [who]}
            found["contact_points"] = [await self._point(connection, citizen_id, point) for point in points]
            for name, (table, which) in (await self._theirs(connection, citizen_id, points)).items():
                newest = select(table).where(which).order_by(table.primary_key.columns[0].desc()).limit(MOST)
                rows = (await connection.execute(newest)).mappings().all()
                found[name] = [self._row(table, row) for row in reversed(rows)]
        return found

    async def _points(self, citizen_id: int) -> Sequence[ContactPoint]:
        columns = (contact_points.c.id, links.c.linked_at, conversations.c.id.label("talk"))
        joined = select(*columns).join_from(links, contact_points).join(conversations, isouter=True)
        async with self._database.read() as connection:
            ids = await points_of(connection, citizen_id, shared=False)
            theirs = and_(links.c.citizen_id == citizen_id, contact_points.c.id.in_(ids))
            rows = await connection.execute(joined.where(theirs).order_by(contact_points.c.id))
            return [ContactPoint(row.id, row.linked_at, row.talk) for row in rows]

    async def _theirs(
        self, connection: AsyncConnection, citizen_id: int, points: Sequence[ContactPoint]
    ) -> dict[str, tuple[Table, ColumnElement[bool]]]:
        """Which rows of which table, by kind."""
        afm = await connection.scalar(select(citizens.c.afm_key).where(citizens.c.id == citizen_id))
        own = select(cases.c.id).where(cases.c.citizen_id == citizen_id)
        rung = select(callbacks.c.id).where(callbacks.c.citizen_id == citizen_id)
        said = transcript.c.citizen_id == citizen_id
        return {
            "cases": (cases, cases.c.citizen_id == citizen_id),
            "case_events": (case_events, case_events.c.case_id.in_(own)),
            "documents": (required_documents, required_documents.c.case_id.in_(own)),
            "handed_in": (documents, documents.c.citizen_id == citizen_id),
            "certificates": (certificate_requests, certificate_requests.c.citizen_id == citizen_id),
            "messages": (transcript, said),
            "sends": (outbox, outbox.c.key.in_(select(transcript.c.key).where(said))),
            "wishes_for_a_person": (handovers, exists().where(said, *_same_commit(handovers))),
            "calls": (calls, calls.c.citizen_id == citizen_id),
            "call_backs": (callbacks, callbacks.c.citizen_id == citizen_id),
            "attempts_to_call": (callback_attempts, callback_attempts.c.callback_id.in_(rung)),
            "notes_of_employees": (staff_notes, or_(false(), *map(_noted, points))),
            "codes": (codes, codes.c.afm_key == afm),
            "alerts": (consents, or_(false(), *map(_since, points))),
            "notices": (notices, notices.c.citizen_id == citizen_id),
            "notice_facts": (notice_facts, notice_facts.c.citizen_id == citizen_id),
            "timed_facts": (timed_facts, timed_facts.c.citizen_id == citizen_id),
            "preferences": (wishes, wishes.c.citizen_id == citizen_id),
            "registry_calls": (audit, audit.c.subject_key == (afm or "")),
        }

    async def _point(self, connection: AsyncConnection, citizen_id: int, point: ContactPoint) -> Row:
        """A contact point as the citizen knows it: address, what is known of it, and how they are linked to it."""
        row = (await connection.execute(select(contact_points).where(contact_points.c.id == point.point_id))).one()
        linked = and_(links.c.contact_point_id == point.point_id, links.c.citizen_id == citizen_id)
        link = (await connection.execute(select(links).where(linked))).one()
        talk = (
            await connection.execute(select(conversations).where(conversations.c.id == point.conversation_id))
        ).first()
        known = {"level": link.level, "linked_by": link.source, "linked_at": _plain(link.linked_at)}
        told = {
            "channel": row.channel,
            "address": self._opened("contact_points", "address_sealed", row.address_sealed),
        }
        told |= {"reachable": row.reachable, "unreachable_reason": row.unreachable_reason, **known}
        return told | ({"language": talk.language} if talk else {})

    def _row(self, table: Table, row: Mapping[Any, Any]) -> Row:
        """Without what is only ours: row numbers, blind indexes, marks of workers. Sealed values are opened."""
        shown = {
            name: value for name, value in row.items() if name not in _INNER and name not in _OURS.get(table.name, ())
        }
        return {
            name.removesuffix("_sealed"): self._opened(table.name, name, value)
            for name, value in shown.items()
            if not name.endswith("_key")
        }

    def _opened(self, table: str, name: str, value: Any) -> Any:
        if not name.endswith("_sealed"):
            return _plain(value)
        return self._vault.open(f"{table}.{name.removesuffix('_sealed')}", value) if value else None


_OURS: Mapping[str, tuple[str, ...]] = {
    "notices": ("due_at", "not_before", "response"),
    "notice_facts": ("notice_id",),
    "timed_facts": ("notice_id", "step"),
    "audit": ("chain", "actor"),
    "handovers": ("agent",),
    "staff_notes": ("staff_id",),
    "calls": ("staff_id", "callback_id", "afm_sealed", "code_asked_at", "expires_at"),
    "callbacks": ("opened_by", "agent", "claimed_at", "next_at"),
    "callback_attempts": ("agent", "callback_id"),
    "outbox": ("address_sealed", "body_sealed", "lease_until", "claim", "doubts", "status_rank", "priority", "due_at"),
    "codes": ("afm_sealed", "call_id"),
    "documents": ("bundle", "submission", "stored_as"),
    "certificate_requests": ("request", "stored_as", "state_at", "code_key"),
}
"""What would tell a citizen nothing: in the transcript already, or how a queue works; and which employee it was."""


def _since(point: ContactPoint) -> ColumnElement[bool]:
    """What was said about alerts there from when the citizen was linked: before, the number may have been another's."""
    return and_(consents.c.contact_point_id == point.point_id, consents.c.at >= point.since)


def _noted(point: ContactPoint) -> ColumnElement[bool]:
    """What employees noted about the conversation there, likewise."""
    return and_(staff_notes.c.conversation_id == point.conversation_id, staff_notes.c.at >= point.since)


def _same_commit(table: Table) -> tuple[ColumnElement[bool], ...]:
    """A row that was written together with a line of the transcript."""
    return table.c.conversation_id == transcript.c.conversation_id, table.c.asked_at == transcript.c.at


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
