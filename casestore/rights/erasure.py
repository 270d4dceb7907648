"""«Διαγράψτε με»: what the law lets go goes, in one commit; what stays has nothing in it but what must be proven later.

| goes | stays, and why |
|---|---|
| what was said, the dialogue's memory, wishes, links, open hand-overs and codes' tax numbers | |
| the content of messages that came in and went out, the address | the rows: by their ids a repeat is known |
| | words on alerts, from now on a no, at an address that is kept as a blind index: proof of them |
| | hashes of codes and links: their limits must hold (35 days, 2 days) |
| | audit: who asked which registry about whom |
| the citizen, if no registry has a case of theirs | else the cases: they are the registries' |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, Update, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.people.consents import ALERTS
from casestore.people.identity import identity_at, points_of
from casestore.queues.lifecycle import OutboxState, QueueState
from casestore.tables import (
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
    outbox,
    transcript,
    wishes,
)

EMPTY = b""
"""What a sealed column holds once its content is erased."""
_OF_CONVERSATION: tuple[Table, ...] = (transcript, dialogue_events, handovers)
_OF_POINT: tuple[Table, ...] = (wishes, copies)
_IN_BATCHES_OF = 500  # inbox ids in one statement


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of it: contact points emptied, and whether cases of the citizen stay."""

    points: int
    cases_stay: bool


class Erasure:
    """Erases over one database."""

    def __init__(self, database: Database, audits: AuditTrail) -> None:
        self._database = database
        self._audits = audits

    async def erase(
        self,
        connection: AsyncConnection,
        contact_point_id: int,
        now: datetime,
        *,
        key: str,
        subject_key: str | None,
        everywhere: bool = True,
    ) -> Erased:
        """Erase whoever is known at this contact point, ``everywhere``; else, or where nobody is, what it holds itself.

        ``key`` names the cause. Dispatches whose key begins with it are the answer to it, and are still sent.
        ``subject_key``: about whom the audit row is, as a blind index.
        """
        citizen = (await identity_at(connection, contact_point_id)).citizen_id if everywhere else None
        points = {contact_point_id, *(await points_of(connection, citizen) if citizen is not None else ())}
        for point in sorted(points):
            await self._empty(connection, point, now, key)
        stay = citizen is not None and await self._let_go(connection, citizen, now)
        detail = "known" if citizen else "unknown"
        await self._audits.note(connection, "citizen.erased", detail, now, subject_key=subject_key)
        return Erased(len(points), stay)

    async def _empty(self, connection: AsyncConnection, point: int, now: datetime, key: str) -> None:
        conversation = await connection.scalar(
            select(conversations.c.id).where(conversations.c.contact_point_id == point)
        )
        await self._empty_inbox(connection, conversation, now)
        await self._empty_outbox(connection, point, now, key)
        for table in _OF_CONVERSATION:
            await connection.execute(delete(table).where(table.c.conversation_id == conversation))
        for table in _OF_POINT:
            await connection.execute(delete(table).where(table.c.contact_point_id == point))
        await connection.execute(self._spent(now).where(codes.c.conversation_id == conversation))
        ended = {"expires_at": now, "verifier_sealed": None}
        await connection.execute(
            update(login_links).where(login_links.c.conversation_id == conversation).values(**ended)
        )
        await connection.execute(update(conversations).where(conversations.c.id == conversation).values(language="el"))
        await connection.execute(
            update(contact_points).where(contact_points.c.id == point).values(address_sealed=EMPTY)
        )
        await self._withdraw(connection, point, now, key)

    async def _empty_inbox(self, connection: AsyncConnection, conversation: int | None, now: datetime) -> None:
        """The messages of this conversation, found by the transcript that names them. One given up ends here."""
        said = select(transcript.c.key).where(transcript.c.conversation_id == conversation)
        said = said.where(transcript.c.author == Author.CITIZEN, transcript.c.key.startswith("in:"))
        keys = (await connection.scalars(said)).all()
        ids = sorted(int(number) for key in keys if (number := key.removeprefix("in:")).isdecimal())
        for start in range(0, len(ids), _IN_BATCHES_OF):
            finished = and_(inbox.c.id.in_(ids[start : start + _IN_BATCHES_OF]), inbox.c.state != QueueState.OPEN)
            emptied = {
                "payload_sealed": EMPTY,
                "state": QueueState.DONE,
                "finished_at": func.coalesce(inbox.c.finished_at, now),
            }
            await connection.execute(update(inbox).where(finished).values(**emptied))

    async def _empty_outbox(self, connection: AsyncConnection, point: int, now: datetime, key: str) -> None:
        """What was sent, and what still waits, is emptied; nothing of it is opened again by a late receipt."""
        own_key = select(contact_points.c.address_key).where(contact_points.c.id == point).scalar_subquery()
        to_point = and_(outbox.c.recipient_key == own_key, ~outbox.c.key.startswith(f"{key}:", autoescape=True))
        await connection.execute(
            select(outbox.c.id).where(to_point).order_by(outbox.c.id).with_for_update()
        )  # as results do
        waiting = and_(to_point, outbox.c.state == OutboxState.OPEN)
        ended = {
            "state": OutboxState.SKIPPED,
            "reason": "erased",
            "finished_at": now,
            "lease_until": None,
            "claim": None,
        }
        await connection.execute(update(outbox).where(waiting).values(**ended))
        gone = {"body_sealed": EMPTY, "address_sealed": EMPTY, "expires_at": now}
        await connection.execute(update(outbox).where(to_point, func.length(outbox.c.body_sealed) > 0).values(**gone))

    async def _withdraw(self, connection: AsyncConnection, point: int, now: datetime, key: str) -> None:
        """Where a word on alerts was ever said, the newest is a no from now on."""
        said = exists().where(consents.c.contact_point_id == point)
        if await connection.scalar(select(said)):
            row = {"contact_point_id": point, "key": f"{key}:p{point}", "purpose": ALERTS, "allowed": False}
            await connection.execute(
                self._database.insert_new(consents).values(**row, source="erasure", at=now),
            )

    @staticmethod
    def _spent(now: datetime) -> Update:
        """Codes that open nothing any more and name nobody; counted they still are."""
        return update(codes).values(afm_sealed=EMPTY, used_at=func.coalesce(codes.c.used_at, now))

    async def _let_go(self, connection: AsyncConnection, citizen: int, now: datetime) -> bool:
        """Know this citizen nowhere any more. ``True`` if cases of theirs stay."""
        theirs = links.c.citizen_id == citizen
        await connection.execute(delete(links).where(theirs))
        await connection.execute(
            delete(transcript).where(transcript.c.citizen_id == citizen)
        )  # also where they unlinked
        for table in _OF_POINT:
            await connection.execute(delete(table).where(table.c.citizen_id == citizen))
        afm = select(citizens.c.afm_key).where(citizens.c.id == citizen).scalar_subquery()
        await connection.execute(self._spent(now).where(codes.c.afm_key == afm))
        of_citizen = citizens.c.id == citizen
        if await connection.scalar(select(exists().where(cases.c.citizen_id == citizen))):
            await connection.execute(update(citizens).where(of_citizen).values(contact_due_at=None))
            return True
        await connection.execute(delete(citizens).where(of_citizen))
        return False
