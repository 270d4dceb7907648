"""A claim takes no more than it was asked for, over all priorities together."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casestore.database import Database
from casestore.queues.outbox import Dispatch, Kind, Outbox, Priority
from casestore.vault import Vault
from tests.clock import START


@pytest.mark.parametrize(("limit", "urgent", "usual"), [(3, 2, 1), (2, 2, 0), (1, 1, 0), (4, 2, 2), (9, 2, 2)])
async def test_the_urgent_ones_use_up_the_room(
    database: Database, vault: Vault, limit: int, urgent: int, usual: int
) -> None:
    outbox = Outbox(database, vault)
    rows = [(f"c{n}", Priority.CODE) for n in range(2)] + [(f"r{n}", Priority.REPLY) for n in range(2)]
    waiting = [Dispatch(key, "viber", key, key, Kind.REPLY, priority, None, START) for key, priority in rows]
    async with database.write() as connection:
        await outbox.add(connection, waiting, START)
    taken = await outbox.claim("viber", START, "w", limit=limit, lease=timedelta(seconds=30))
    assert sorted(outbox.read(one)[1][0] for one in taken) == ["c"] * urgent + ["r"] * usual
