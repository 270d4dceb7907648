"""Who answers in a conversation: the bot, an agent, or nobody yet while it waits in the queue for one.

The owner changes by compare-and-set: of two who claim a conversation at once one wins, and the other is told who owns
it. A version counts the changes, so that nobody mistakes a conversation that was claimed and handed back for one that
nothing happened to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.tables import conversations


class OwnerKind(StrEnum):
    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


MOVES: Mapping[OwnerKind, frozenset[OwnerKind]] = MappingProxyType(
    {
        OwnerKind.BOT: frozenset({OwnerKind.QUEUE, OwnerKind.AGENT}),
        OwnerKind.QUEUE: frozenset({OwnerKind.AGENT, OwnerKind.BOT}),
        OwnerKind.AGENT: frozenset({OwnerKind.BOT, OwnerKind.QUEUE, OwnerKind.AGENT}),
    }
)
"""From an agent to an agent: to another one."""


@dataclass(frozen=True, slots=True)
class Owner:
    """``agent`` is the agent's id or e-mail address, and empty unless ``kind`` is ``AGENT``."""

    kind: OwnerKind
    agent: str = ""

    def __post_init__(self) -> None:
        if (self.kind is OwnerKind.AGENT) != bool(self.agent):
            raise ValueError("an agent has a name, and nobody else has")


BOT, QUEUE = Owner(OwnerKind.BOT), Owner(OwnerKind.QUEUE)


def agent(name: str) -> Owner:
    return Owner(OwnerKind.AGENT, name)


@dataclass(frozen=True, slots=True)
class Ownership:
    """An owner, as of the change with this number."""

    owner: Owner = BOT
    version: int = 0


class NotOwned(Exception):
    """The conversation is not owned as expected: nothing was changed. ``actual`` is who owns it."""

    def __init__(self, actual: Ownership) -> None:
        super().__init__(f"owned by {actual.owner.kind}")
        self.actual = actual


COLUMNS = (conversations.c.owner, conversations.c.agent, conversations.c.owner_version)


def ownership_of(row: Any) -> Ownership:
    """From a row that has :data:`COLUMNS`."""
    return Ownership(Owner(OwnerKind(row.owner), row.agent or ""), row.owner_version)


def check(before: Owner, after: Owner) -> None:
    """Raises ``ValueError`` for a move that is not legal, or is none."""
    if after == before or after.kind not in MOVES[before.kind]:
        raise ValueError(f"no move from {before.kind} to {after.kind}")


async def change(
    connection: AsyncConnection,
    conversation_id: int,
    expected: Ownership,
    new: Owner,
    also: Mapping[str, Any] = MappingProxyType({}),
) -> Ownership:
    """Give the conversation to ``new``, if it is owned as ``expected``; how it is owned now. ``also``: what else is
    noted of it; the owner may stay the same then, as where it goes to another desk's queue.

    Raises :class:`NotOwned` when it is not, and ``ValueError`` for a move that is not legal.
    """
    if not also or new != expected.owner:
        check(expected.owner, new)
    as_expected = (conversations.c.id == conversation_id, conversations.c.owner_version == expected.version)
    values: dict[str, Any] = {"owner": new.kind, "agent": new.agent or None, "owner_version": expected.version + 1}
    values |= also
    if (await connection.execute(update(conversations).where(*as_expected).values(**values))).rowcount == 1:
        return Ownership(new, expected.version + 1)
    raise NotOwned(await current(connection, conversation_id))


async def current(connection: AsyncConnection, conversation_id: int) -> Ownership:
    """Who owns the conversation. Raises ``LookupError`` when there is no such conversation."""
    row = (await connection.execute(select(*COLUMNS).where(conversations.c.id == conversation_id))).first()
    if row is None:
        raise LookupError("no such conversation")
    return ownership_of(row)
