"""A town with a history: rows as the service leaves them, spread by chance over some days."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from casestore.database import Database
from casestore.tables import (
    cases,
    citizens,
    contact_points,
    conversations,
    handovers,
    notices,
    outbox,
    timed_facts,
    transcript,
)

REASONS = ("asked", "gave-up", "despair", "=1+1")
OWNERS = (("bot", None), ("bot", None), ("queue", None), ("agent", "anna@gov.gr"), ("agent", "nikos@gov.gr"))


async def populate(database: Database, start: datetime, days: int, seed: int, people: int = 40) -> None:
    """``people`` conversations with what was said, asked for, told and sent in so many ``days`` from ``start`` on."""
    chance, length = Random(seed), timedelta(days=days)

    def moment() -> datetime:
        return start + timedelta(seconds=chance.randrange(int(length.total_seconds())))

    async with database.write() as connection:
        afm = await connection.scalar(
            citizens.insert().values(afm_key="k", afm_sealed=b"k", created_at=start).returning(citizens.c.id)
        )
        for number in range(people):
            await connection.execute(contact_points.insert().values(**_point(number, start)))
        points = list(await connection.scalars(select(contact_points.c.id).order_by(contact_points.c.id)))
        for point in points:
            await connection.execute(conversations.insert().values(**_talk(point, moment(), chance)))
        talks = list(await connection.scalars(select(conversations.c.id)))
        for number in range(people * 6):
            author = chance.choice(["citizen", "bot", "agent"])
            line = {"conversation_id": chance.choice(talks), "key": f"l{number}", "author": author, "at": moment()}
            await connection.execute(transcript.insert().values(**line, text_sealed=b"x"))
        for number in range(people * 2):
            row = _handover(chance.choice(talks), number, moment(), chance)
            await connection.execute(handovers.insert().values(**row))
        for _ in range(people * 2):
            await connection.execute(notices.insert().values(citizen_id=afm, **_notice(moment(), chance)))
        for number in range(people):
            await connection.execute(outbox.insert().values(**_send(number, moment(), chance)))
            case, fact = _case(number, moment(), chance)
            await connection.execute(cases.insert().values(citizen_id=afm, **case))
            await connection.execute(timed_facts.insert().values(citizen_id=afm, **fact))


def _point(number: int, start: datetime) -> dict[str, Any]:
    return {"channel": "viber", "address_key": f"{number}", "address_sealed": b"x", "created_at": start}


def _talk(point: int, at: datetime, chance: Random) -> dict[str, Any]:
    (owner, agent), waits = chance.choice(OWNERS), chance.random() < 0.5
    row: dict[str, Any] = {"contact_point_id": point, "owner": owner, "agent": agent, "created_at": at, "last_at": at}
    waiting = at if owner == "queue" or (owner == "agent" and waits) else None
    row |= {"desk": chance.choice(["general", "permits"]), "waiting_since": waiting}
    return row | {"escalated_at": at if waiting and chance.random() < 0.5 else None}


def _handover(talk: int, number: int, asked: datetime, chance: Random) -> dict[str, Any]:
    later = [timedelta(minutes=chance.choice([0, 1, 7, 90, 119, 121, 600, 1439, 1500, 20_000])) for _ in range(2)]
    answered = asked + later[0] if chance.random() < 0.7 else None
    closed = (answered or asked) + later[1] if chance.random() < 0.6 else None
    row = {"conversation_id": talk, "key": f"h{number}", "reason": chance.choice(REASONS), "asked_at": asked}
    return row | {"answered_at": answered, "closed_at": closed, "claimed_at": answered}


def _notice(at: datetime, chance: Random) -> dict[str, Any]:
    state = chance.choice(["open", "told", "failed", "unknown", "skipped"])
    told = at + timedelta(minutes=chance.randrange(700)) if state in ("told", "unknown") else None
    settled = None if state == "open" else (told or at) + timedelta(minutes=1)
    row = {"reference": "r", "category": "stage", "state": state, "created_at": at, "not_before": at}
    return row | {"told_at": told, "settled_at": settled}


def _case(number: int, at: datetime, chance: Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case, and what time will say of it: that it sits, or that a paper is missing."""
    case: dict[str, Any] = {
        "registry": chance.choice(["permits", "cadastre"]),
        "reference": f"c{number}",
        "procedure": "p",
    }
    case |= {"title_sealed": b"x", "stage": "s", "sequence": 1, "note_sealed": b"x", "updated_at": at}
    case |= {"closed": chance.random() < 0.2, "gone_at": at if chance.random() < 0.2 else None}
    fact: dict[str, Any] = {
        "reference": f"c{number}",
        "kind": chance.choice(["late", "missing"]),
        "about": "s",
        "due_at": at,
    }
    return case, fact | {"step": chance.choice([1, 2, 3]), "state": chance.choice(["open", "open", "noted"])}


def _send(number: int, at: datetime, chance: Random) -> dict[str, Any]:
    state = chance.choice(["sent", "failed"])
    row: dict[str, Any] = {"key": f"o{number}", "channel": "sms", "recipient_key": "r", "kind": "reply", "state": state}
    row |= {"address_sealed": b"x", "body_sealed": b"x", "priority": 1, "attempts": 1, "doubts": 0, "status_rank": 0}
    row |= {"created_at": at, "due_at": at, "finished_at": at}
    return row | {"reason": chance.choice(["sms:30003", "in-doubt"]) if state == "failed" else None}
