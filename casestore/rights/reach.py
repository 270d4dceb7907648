"""How far an erasure reaches: which contact points are emptied, and which lines of their conversations.

A telephone has more than one owner in its life, and a proof at it makes nobody the owner of what others said there:

| where | what goes |
|---|---|
| the chat in which the digits were typed back | all, but for what was said while another citizen was known there |
| another chat that is surely the citizen's, where no other was ever known | all |
| any other | what was said while this citizen was known there, and no more |
| a number that the contact registry holds for somebody else | likewise |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.people.identity import Link, changes_hands, identity_at, points_of
from casestore.tables import contact_points, conversations, transcript


@dataclass(frozen=True, slots=True)
class Reach:
    """What of one contact point goes. ``gone`` is a condition on lines of the transcript; ``whole``: the contact point
    is emptied as well, with whatever was sent to it."""

    point: int
    conversation: int | None
    gone: ColumnElement[bool]
    whole: bool


async def reaches(connection: AsyncConnection, asked_at: int, citizen_id: int | None) -> list[Reach]:
    """Of an erasure that was asked for at this contact point, by this citizen or by nobody known."""
    if citizen_id is None:
        return [await _reach(connection, asked_at, true(), whole=True)]
    standing = await identity_at(connection, asked_at)
    theirs = await points_of(connection, citizen_id, shared=False)
    own = transcript.c.citizen_id == citizen_id
    found = []
    for point in sorted({asked_at, *theirs, *await _spoke_at(connection, citizen_id)}):
        whole = not standing.shared if point == asked_at else await _surely(connection, point, theirs, citizen_id)
        found.append(
            await _reach(connection, point, or_(own, transcript.c.citizen_id.is_(None)) if whole else own, whole=whole)
        )
    return found


async def _reach(connection: AsyncConnection, point: int, lines: ColumnElement[bool], *, whole: bool) -> Reach:
    talk = await connection.scalar(select(conversations.c.id).where(conversations.c.contact_point_id == point))
    return Reach(point, talk, and_(transcript.c.conversation_id == talk, lines), whole)


async def _spoke_at(connection: AsyncConnection, citizen_id: int) -> set[int]:
    """Where anything was said while this citizen was known, also if they are known there no more."""
    spoken = select(conversations.c.contact_point_id).join(transcript).where(transcript.c.citizen_id == citizen_id)
    return set(await connection.scalars(spoken.distinct()))


async def _surely(connection: AsyncConnection, point: int, theirs: Mapping[int, Link], citizen_id: int) -> bool:
    """Is all that nobody known said there this citizen's? A number may have had others, unless it is their own."""
    link = theirs.get(point)
    if link is None:
        return False
    row = (await connection.execute(select(contact_points).where(contact_points.c.id == point))).one()
    if changes_hands(row.channel, row.address_key, link):
        return False
    of_point = conversations.c.contact_point_id == point
    others = select(transcript.c.id).join(conversations).where(of_point, transcript.c.citizen_id != citizen_id)
    return not await connection.scalar(select(exists(others)))
