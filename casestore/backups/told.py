"""What was told since a backup is not told again: the registries tell of those changes once more."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.backups.since import FactKey, Since, TimedKey, ToldFact
from casestore.database import Database
from casestore.notices.model import NoticeState
from casestore.notices.timed import TimedState
from casestore.tables import citizens, notice_facts, notices, timed_facts


async def carry_told(connection: AsyncConnection, database: Database, since: Since) -> int:
    """Note the changes that were told, and the reminders; how many."""
    known = {row.afm_key: row.id for row in await connection.execute(select(citizens.c.afm_key, citizens.c.id))}
    return await _changes(connection, database, since, known) + await _reminders(connection, since, known)


async def _changes(connection: AsyncConnection, database: Database, since: Since, known: dict[str, int]) -> int:
    """Each in a notice like the one that told of it. A citizen who is not on record yet is put there."""
    theirs = (citizens.c.afm_key, notice_facts.c.reference, notice_facts.c.sequence, notice_facts.c.kind)
    rows = await connection.execute(select(*theirs).join_from(notice_facts, citizens))
    noted: set[FactKey] = {(row[0], row[1], row[2], row[3]) for row in rows}
    new = [fact for fact in since.told if fact.key not in noted]
    made: dict[int, int] = {}
    for fact in new:
        afm_key, reference, sequence, kind = fact.key
        if afm_key not in known:
            row = {"afm_key": afm_key, "afm_sealed": fact.sealed, "created_at": fact.at, "contact_due_at": fact.at}
            inserted = citizens.insert().values(**row).returning(citizens.c.id)
            known[afm_key] = int((await connection.execute(inserted)).scalar_one())
        number = fact.notice["id"]
        if number not in made:
            made[number] = await _notice(connection, known[afm_key], fact)
        values = {"notice_id": made[number], "citizen_id": known[afm_key], "reference": reference}
        values |= {"sequence": sequence, "kind": kind, "detail": fact.detail, "at": fact.at}
        await connection.execute(database.insert_new(notice_facts).values(**values))
    return len(new)


async def _notice(connection: AsyncConnection, citizen: int, fact: ToldFact) -> int:
    """One whose end was not known there is not known here."""
    row = {name: value for name, value in fact.notice.items() if name != "id"}
    if row["state"] == NoticeState.OPEN:
        row["state"] = NoticeState.UNKNOWN
    row |= {"citizen_id": citizen, "reference": fact.key[1], "not_before": row["created_at"]}
    inserted = notices.insert().values(**row, settled_at=row["told_at"]).returning(notices.c.id)
    return int((await connection.execute(inserted)).scalar_one())


async def _reminders(connection: AsyncConnection, since: Since, known: dict[str, int]) -> int:
    columns = (citizens.c.afm_key, *(timed_facts.c[name] for name in ("reference", "kind", "about", "step")))
    rows = await connection.execute(
        select(*columns, timed_facts.c.id, timed_facts.c.state).join_from(timed_facts, citizens)
    )
    there: dict[TimedKey, tuple[int, str]] = {
        (row[0], row[1], row[2], row[3], row[4]): (row[5], row[6]) for row in rows
    }
    count = 0
    for key, due_at in since.timed.items():
        afm_key, reference, kind, about, step = key
        number, state = there.get(key, (0, ""))
        if state == TimedState.NOTED or afm_key not in known:
            continue
        if number:
            mine = update(timed_facts).where(timed_facts.c.id == number)
            await connection.execute(mine.values(state=TimedState.NOTED))
        else:
            row = {"citizen_id": known[afm_key], "reference": reference, "kind": kind, "about": about, "step": step}
            row |= {"state": TimedState.NOTED, "due_at": due_at}
            await connection.execute(timed_facts.insert().values(**row))
        count += 1
    return count
