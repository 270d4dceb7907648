"""Whom a mass notice is for: one row each, kept before it is approved, unique whatever is killed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.broadcasts.model import Member, MemberState
from casestore.database import Database
from casestore.people.identity import MOBILE_CHANNEL, links_of, resolve_identity
from casestore.queues.lease import in_state
from casestore.tables import broadcast_members as members
from casestore.tables import cases, citizens, contact_points, links, notice_sends, notices
from casestore.vault import Vault, address_key

_WAITS = in_state(members.c.state, MemberState.WAITING)
_FIELDS = ("registry", "procedure", "stage")


class Members:
    """Reads and writes them over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    # Who it is for

    async def add_of_cases(
        self, connection: AsyncConnection, broadcast_id: int, which: Mapping[str, Collection[str]], now: datetime
    ) -> None:
        """Everybody with an open case of which this is so: by ``registry``, ``procedure``, ``stage``, any of the values
        given. Raises ``KeyError`` for another field."""
        unknown = which.keys() - set(_FIELDS)
        if unknown:
            raise KeyError(*unknown)
        theirs = select(cases.c.citizen_id).where(~cases.c.closed, cases.c.gone_at.is_(None))
        conditions = [cases.c[name].in_(list(values)) for name, values in which.items()]
        await self._add(connection, broadcast_id, theirs.where(*conditions), now)

    async def add_told(self, connection: AsyncConnection, broadcast_id: int, told_by: int, now: datetime) -> None:
        """Everybody whose notice of another was let through to a provider."""
        let_through = exists().where(
            notice_sends.c.notice_id == members.c.notice_id, notice_sends.c.told_at.is_not(None)
        )
        told = select(members.c.citizen_id).where(members.c.broadcast_id == told_by, let_through)
        await self._add(connection, broadcast_id, told, now)

    async def _add(self, connection: AsyncConnection, broadcast_id: int, whom: Select[Any], now: datetime) -> None:
        found = whom.where(whom.selected_columns[0].is_not(None)).distinct().subquery()
        values = [literal(broadcast_id), found.c.citizen_id, literal(MemberState.WAITING.value)]
        values.append(literal(now, members.c.due_at.type))
        rows = select(*values).order_by(found.c.citizen_id)
        names = ["broadcast_id", "citizen_id", "state", "due_at"]
        await connection.execute(self._database.insert_new(members).from_select(names, rows))

    async def add(
        self, connection: AsyncConnection, broadcast_id: int, citizens_: Collection[int], now: datetime
    ) -> None:
        """These; who is there already stays once."""
        row = {"broadcast_id": broadcast_id, "state": MemberState.WAITING, "due_at": now}
        rows = [{**row, "citizen_id": citizen} for citizen in sorted(set(citizens_))]
        await self._database.insert(connection, members, rows, new=True)

    async def add_impossible(
        self, connection: AsyncConnection, broadcast_id: int, reasons: Sequence[str], now: datetime
    ) -> None:
        """Entries of a list that stand for nobody, settled at once."""
        row = {"broadcast_id": broadcast_id, "state": MemberState.IMPOSSIBLE, "due_at": now}
        rows = [{**row, "reason": reason} for reason in reasons]
        await self._database.insert(connection, members, rows)

    async def by_afm_key(self, keys: Collection[str]) -> dict[str, int]:
        """Citizens by the blind indexes of their tax numbers."""
        async with self._database.read() as connection:
            known = select(citizens.c.afm_key, citizens.c.id).where(citizens.c.afm_key.in_(list(keys)))
            return {row.afm_key: row.id for row in await connection.execute(known)}

    async def by_afm(self, afms: Collection[str]) -> dict[str, int]:
        """Citizens by their tax numbers, those that are on record."""
        keys = {self._vault.index("afm", afm): afm for afm in afms}
        return {keys[key]: citizen for key, citizen in (await self.by_afm_key(keys)).items()}

    async def by_mobile(self, numbers: Collection[str]) -> dict[str, int]:
        """Citizens by the mobile (E.164) at which they alone are known."""
        keys = {address_key(self._vault, MOBILE_CHANNEL, number): number for number in numbers}
        of_numbers = and_(contact_points.c.channel == MOBILE_CHANNEL, contact_points.c.address_key.in_(list(keys)))
        points = select(contact_points.c.id, contact_points.c.address_key).where(of_numbers)
        async with self._database.read() as connection:
            found = {row.id: keys[row.address_key] for row in await connection.execute(points)}
            known = await links_of(connection, links.c.contact_point_id.in_(list(found)))
        standing = {point: resolve_identity(of_point) for point, of_point in known.items()}
        return {found[point]: one.speaker for point, one in standing.items() if one.speaker is not None}

    # Who is still to be told

    async def waiting(self, connection: AsyncConnection, broadcast_id: int, now: datetime, limit: int) -> list[Member]:
        """Some whose time it is and that nobody else has taken, in the order in which they were written down. They stay
        taken to the end of the transaction."""
        due = and_(members.c.broadcast_id == broadcast_id, _WAITS, members.c.due_at <= now)
        rows = select(members.c.id, members.c.citizen_id).where(due).order_by(members.c.due_at, members.c.id)
        taken = rows.limit(limit).with_for_update(skip_locked=True)
        return [Member(row.id, row.citizen_id) for row in await connection.execute(taken)]

    async def page(self, connection: AsyncConnection, broadcast_id: int, after: int, limit: int) -> list[Member]:
        """Those who wait, by id, from the one ``after``: to look at all of them once."""
        waits = and_(members.c.broadcast_id == broadcast_id, _WAITS, members.c.id > after)
        rows = select(members.c.id, members.c.citizen_id).where(waits).order_by(members.c.id).limit(limit)
        return [Member(row.id, row.citizen_id) for row in await connection.execute(rows)]

    async def made(self, connection: AsyncConnection, ids: Collection[int], reference: str) -> None:
        """The notice under this reference is theirs: one of each member's citizen, the newest."""
        theirs = and_(notices.c.citizen_id == members.c.citizen_id, notices.c.reference == reference)
        notice = select(func.max(notices.c.id)).where(theirs).scalar_subquery()
        mine = update(members).where(members.c.id.in_(list(ids)), _WAITS)
        await connection.execute(mine.values(state=MemberState.MADE, notice_id=notice))

    async def later(self, connection: AsyncConnection, due: Mapping[int, datetime]) -> None:
        """By member, when to look again: it is quiet there."""
        values = [{"b_id": member, "b_due": at} for member, at in due.items()]
        if values:
            row = update(members).where(members.c.id == bindparam("b_id"))
            await connection.execute(row.values(due_at=bindparam("b_due")), values)

    async def count(self, connection: AsyncConnection, broadcast_id: int) -> int:
        """For how many it is."""
        whom = and_(members.c.broadcast_id == broadcast_id, members.c.citizen_id.is_not(None))
        return int(await connection.scalar(select(func.count()).select_from(members).where(whom)) or 0)
