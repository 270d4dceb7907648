"""«Διαγράψτε με»: what the law lets go goes, in one commit; what stays has nothing in it but what must be proven later.

| goes | stays, and why |
|---|---|
| what was said, the dialogue's memory, wishes, links, open hand-overs and codes' tax numbers | |
| notices with their log, what of them waits unsent; their place in mass notices | |
| files that were handed in here and what is known of them; links to the upload page | |
| calls with employees and what was noted of them; call-backs | |
| certificates that were asked for, with their papers and links | that a paper was issued, by its code, nameless |
| the content of messages that came in and went out, the address | the rows: by their ids a repeat is known |
| | words on alerts, from now on a no, at an address that is kept as a blind index: proof of them |
| | hashes of codes and links: their limits must hold (35 days, 2 days) |
| | audit: who asked which registry about whom |
| the citizen, if no registry has a case of theirs | else the cases: they are the registries' |

How far it reaches at a contact point that others used as well: :mod:`casestore.rights.reach`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, Update, and_, delete, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.audit import AuditTrail
from casestore.conversations.handovers import NOBODY_WAITS
from casestore.conversations.live import note_changed
from casestore.conversations.ownership import OwnerKind
from casestore.conversations.transcript import Author
from casestore.database import Database
from casestore.notices.timed import TimedState
from casestore.people.consents import ALERTS
from casestore.people.identity import identity_at
from casestore.queues.lifecycle import OutboxState, QueueState
from casestore.rights.reach import Reach, reaches
from casestore.staff.model import GENERAL
from casestore.tables import (
    broadcast_members,
    callbacks,
    calls,
    cases,
    certificate_checks,
    certificate_links,
    certificate_requests,
    citizens,
    codes,
    consents,
    contact_points,
    conversations,
    copies,
    dialogue_events,
    documents,
    handovers,
    inbox,
    links,
    login_links,
    notice_sends,
    notices,
    outbox,
    staff_drafts,
    staff_notes,
    timed_facts,
    transcript,
    upload_links,
    wishes,
)

EMPTY = b""
"""What a sealed column holds once its content is erased."""
_OF_POINT: tuple[Table, ...] = (wishes, copies)
_OF_CONVERSATION: tuple[Table, ...] = (documents, upload_links, certificate_links, certificate_requests)
_IN_BATCHES_OF = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of it: contact points emptied, and whether cases of the citizen stay."""

    points: int
    cases_stay: bool


@dataclass(frozen=True, slots=True)
class _Going:
    """What goes by its cause: what these lines caused; or, where ``kept`` is given, all but what those caused."""

    gone: Set[str]
    kept: Set[str] | None

    def takes(self, cause: str) -> bool:
        """``cause``: of the thing. It is a line's, or begins with one: ``in:7:0:1`` with ``in:7:0`` and ``in:7``."""
        pieces = cause.split(":")
        above = {":".join(pieces[:end]) for end in range(1, len(pieces) + 1)}
        return not above & self.kept if self.kept is not None else bool(above & self.gone)


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
        if citizen is not None:
            await self._let_go_of_notices(connection, citizen, now)
        emptied = 0
        for reach in await reaches(connection, contact_point_id, citizen):
            await self._empty_lines(connection, reach, now, key)
            if reach.whole:
                await self._empty_point(connection, reach, citizen, now, key)
                emptied += 1
        stay = citizen is not None and await self._let_go(connection, citizen, now)
        detail = "known" if citizen else "unknown"
        await self._audits.note(connection, "citizen.erased", detail, now, subject_key=subject_key)
        return Erased(emptied, stay)

    async def _empty_lines(self, connection: AsyncConnection, reach: Reach, now: datetime, key: str) -> None:
        """What was said, and what came in and went out with it."""
        lines = select(transcript.c.key, transcript.c.author).where(transcript.c.conversation_id == reach.conversation)
        gone = {row.key: row.author for row in await connection.execute(lines.where(reach.gone))}
        kept = {row.key for row in await connection.execute(lines)} - gone.keys() if reach.whole else None
        going = _Going(gone.keys(), kept)
        await self._empty_inbox(connection, [line for line, author in gone.items() if author == Author.CITIZEN], now)
        await self._empty_outbox(connection, reach.point, going, now, key)
        for table, cause in ((dialogue_events, dialogue_events.c.inbox_id), (handovers, handovers.c.key)):
            held = select(table.c.id, cause.label("cause")).where(table.c.conversation_id == reach.conversation)
            rows = (await connection.execute(held)).all()
            for ids in _batches([row.id for row in rows if going.takes(_cause(row.cause))]):
                await connection.execute(delete(table).where(table.c.id.in_(ids)))
        await connection.execute(delete(transcript).where(reach.gone))

    async def _empty_point(
        self, connection: AsyncConnection, reach: Reach, citizen: int | None, now: datetime, key: str
    ) -> None:
        """The address, and what was wished for and asked for there."""
        point, conversation = reach.point, reach.conversation
        for table in _OF_POINT:
            whose = true() if citizen is None else or_(table.c.citizen_id.is_(None), table.c.citizen_id == citizen)
            await connection.execute(delete(table).where(table.c.contact_point_id == point, whose))
        for table in _OF_CONVERSATION:
            whose = true() if citizen is None else table.c.citizen_id == citizen
            await connection.execute(delete(table).where(table.c.conversation_id == conversation, whose))
        await connection.execute(self._spent(now).where(codes.c.conversation_id == conversation))
        ended = {"expires_at": now, "verifier_sealed": None}
        await connection.execute(
            update(login_links).where(login_links.c.conversation_id == conversation).values(**ended)
        )
        for table in (staff_notes, staff_drafts, certificate_checks):
            await connection.execute(delete(table).where(table.c.conversation_id == conversation))
        if conversation is not None:
            await self._leave_people(connection, conversation, now)
        await connection.execute(
            update(contact_points).where(contact_points.c.id == point).values(address_sealed=EMPTY)
        )
        await self._withdraw(connection, point, now, key)

    async def _leave_people(self, connection: AsyncConnection, conversation: int, now: datetime) -> None:
        """Nobody waits there for a person any more, and no employee has it; their pages are told first."""
        of = conversations.c.id == conversation
        await note_changed(self._database, connection, [conversation], now)
        people = and_(of, conversations.c.owner != OwnerKind.BOT)
        values = {"owner": OwnerKind.BOT, "agent": None, "owner_version": conversations.c.owner_version + 1}
        await connection.execute(update(conversations).where(people).values(**values, **NOBODY_WAITS))
        begun_anew = {"language": "el", "released_at": None, "desk": GENERAL}
        await connection.execute(update(conversations).where(of).values(**begun_anew))

    async def _empty_inbox(self, connection: AsyncConnection, said: Sequence[str], now: datetime) -> None:
        """The messages that these lines of citizens name. One given up ends here."""
        ids = sorted(int(number) for key in said if (number := key.removeprefix("in:")).isdecimal())
        for some in _batches(ids):
            finished = and_(inbox.c.id.in_(some), inbox.c.state != QueueState.OPEN)
            emptied = {
                "payload_sealed": EMPTY,
                "state": QueueState.DONE,
                "finished_at": func.coalesce(inbox.c.finished_at, now),
            }
            await connection.execute(update(inbox).where(finished).values(**emptied))

    async def _empty_outbox(
        self, connection: AsyncConnection, point: int, going: _Going, now: datetime, key: str
    ) -> None:
        """What was sent, and what still waits, is emptied; nothing of it is opened again by a late receipt."""
        own_key = select(contact_points.c.address_key).where(contact_points.c.id == point).scalar_subquery()
        to_point = and_(outbox.c.recipient_key == own_key, ~outbox.c.key.startswith(f"{key}:", autoescape=True))
        held = select(outbox.c.id, outbox.c.key).where(to_point).order_by(outbox.c.id)
        rows = (await connection.execute(held.with_for_update())).all()  # in this order, as results do
        ended = {
            "state": OutboxState.SKIPPED,
            "reason": "erased",
            "finished_at": now,
            "lease_until": None,
            "claim": None,
        }
        gone = {"body_sealed": EMPTY, "address_sealed": EMPTY, "expires_at": now}
        for ids in _batches([row.id for row in rows if going.takes(row.key)]):
            theirs = outbox.c.id.in_(ids)
            await connection.execute(update(outbox).where(theirs, outbox.c.state == OutboxState.OPEN).values(**ended))
            await connection.execute(update(outbox).where(theirs, func.length(outbox.c.body_sealed) > 0).values(**gone))

    async def _withdraw(self, connection: AsyncConnection, point: int, now: datetime, key: str) -> None:
        """Where a word on alerts was ever said, the newest is a no from now on."""
        said = exists().where(consents.c.contact_point_id == point)
        if await connection.scalar(select(said)):
            row = {"contact_point_id": point, "key": f"{key}:p{point}", "purpose": ALERTS, "allowed": False}
            await connection.execute(
                self._database.insert_new(consents).values(**row, source="erasure", at=now),
            )

    @staticmethod
    async def _let_go_of_notices(connection: AsyncConnection, citizen: int, now: datetime) -> None:
        """Before all else: whoever works at a notice holds it before a row of the outbox."""
        theirs = select(notices.c.id).where(notices.c.citizen_id == citizen).order_by(notices.c.id)
        ids = (await connection.scalars(theirs.with_for_update())).all()
        sends = select(notice_sends.c.outbox_id).where(notice_sends.c.notice_id.in_(ids))
        waits = and_(outbox.c.id.in_(sends), outbox.c.state == OutboxState.OPEN)
        ended = {
            "state": OutboxState.SKIPPED,
            "reason": "erased",
            "finished_at": now,
            "lease_until": None,
            "claim": None,
        }
        gone = {"body_sealed": EMPTY, "address_sealed": EMPTY, "expires_at": now}
        await connection.execute(update(outbox).where(waits).values(**ended))
        await connection.execute(update(outbox).where(outbox.c.id.in_(sends)).values(**gone))
        await connection.execute(delete(notices).where(notices.c.id.in_(ids)))
        planned = update(timed_facts).where(timed_facts.c.citizen_id == citizen, timed_facts.c.state == TimedState.OPEN)
        await connection.execute(planned.values(state=TimedState.DROPPED))
        await connection.execute(delete(broadcast_members).where(broadcast_members.c.citizen_id == citizen))

    @staticmethod
    def _spent(now: datetime) -> Update:
        """Codes that open nothing any more and name nobody; counted they still are."""
        return update(codes).values(afm_sealed=EMPTY, used_at=func.coalesce(codes.c.used_at, now))

    async def _let_go(self, connection: AsyncConnection, citizen: int, now: datetime) -> bool:
        """Know this citizen nowhere any more. ``True`` if cases of theirs stay."""
        await connection.execute(delete(links).where(links.c.citizen_id == citizen))
        for table in (*_OF_POINT, *_OF_CONVERSATION, calls, callbacks):
            await connection.execute(delete(table).where(table.c.citizen_id == citizen))
        afm = select(citizens.c.afm_key).where(citizens.c.id == citizen).scalar_subquery()
        await connection.execute(self._spent(now).where(codes.c.afm_key == afm))
        of_citizen = citizens.c.id == citizen
        if await connection.scalar(select(exists().where(cases.c.citizen_id == citizen))):
            await connection.execute(update(citizens).where(of_citizen).values(contact_due_at=None))
            return True
        await connection.execute(delete(citizens).where(of_citizen))
        return False


def _cause(value: str | int) -> str:
    """A turn's events name the message by its number."""
    return value if isinstance(value, str) else f"in:{value}"


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _IN_BATCHES_OF] for start in range(0, len(ids), _IN_BATCHES_OF))
