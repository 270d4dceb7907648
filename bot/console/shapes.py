"""What the JSON answers look like. Field names are a protocol: docs/console.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.conversation.hours import Hours
from casestore.conversations.ownership import OwnerKind, Ownership
from casestore.conversations.transcript import Author
from casestore.staff.notes import StaffNote
from casestore.staff.talks import ShownLine, Talk

SOON = 0.5  # of the time that an answer may take, after which it is nearly too late


def iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def owner_of(owned: Ownership) -> str:
    """``bot``, ``queue``, or the agent's e-mail address."""
    return owned.owner.agent or str(owned.owner.kind)


def talk_shape(talk: Talk, hours: Hours, now: datetime) -> dict[str, Any]:
    """A conversation in a list."""
    due = due_of(talk, hours)
    return {
        "id": talk.id,
        "version": talk.ownership.version,
        "owner": talk.owner,
        "desk": talk.desk,
        "channel": talk.channel,
        "language": talk.language,
        "waiting_since": iso(talk.waiting_since),
        "due_at": iso(due),
        "pressure": pressure(talk, due, now),
        "last_at": talk.last_at.isoformat(),
        "snoozed_until": iso(talk.snoozed_until),
        "escalated": talk.escalated_at is not None,
        "reason": talk.reason,
        "asked_at": iso(talk.asked_at),
        "preview": talk.preview,
    }


def due_of(talk: Talk, hours: Hours) -> datetime | None:
    """By when its citizen is to have an answer."""
    return None if talk.waiting_since is None else hours.after(talk.waiting_since, hours.within)


def pressure(talk: Talk, due: datetime | None, now: datetime) -> str:
    """``none``: nobody waits; ``fine``, ``soon``, ``late``."""
    if due is None or talk.waiting_since is None:
        return "none"
    if now >= due or talk.escalated_at is not None:
        return "late"
    return "soon" if now >= talk.waiting_since + (due - talk.waiting_since) * SOON else "fine"


def line_shape(line: ShownLine, names: Mapping[int, str]) -> dict[str, Any]:
    """A line of the conversation. ``name``: of the employee who wrote it."""
    return {
        "sequence": line.sequence,
        "author": str(line.author),
        "name": names.get(writer_of(line), "") if line.author is Author.AGENT else "",
        "text": line.text,
        "at": line.at.isoformat(),
        "state": line.state,
        "notice": line.is_notice,
    }


def writer_of(line: ShownLine) -> int:
    """The employee's id, from the cause of the line: ``agent:17:4:...``; 0 of other lines."""
    parts = line.key.split(":")
    return int(parts[2]) if line.author is Author.AGENT and len(parts) > 2 and parts[2].isdecimal() else 0


def note_shape(note: StaffNote) -> dict[str, Any]:
    return {"id": note.id, "author": note.author, "kind": note.kind, "text": note.text, "at": note.at.isoformat()}


def is_agents(owned: Ownership, email: str) -> bool:
    """Is it this employee's to answer?"""
    return owned.owner.kind is OwnerKind.AGENT and owned.owner.agent == email
