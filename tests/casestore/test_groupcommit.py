"""Many callers, one commit: each hears of its own row, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from casestore.groupcommit import GroupCommit


class Table:
    """Keeps batches. ``bad`` rows are impossible; while ``away``, so is everything. ``hold`` keeps a commit waiting."""

    def __init__(self, bad: Sequence[int] = ()) -> None:
        self.batches: list[list[int]] = []
        self.tries = 0
        self.bad = frozenset(bad)
        self.away = False
        self.begun = asyncio.Event()
        self.hold = asyncio.Event()
        self.hold.set()

    async def write(self, rows: Sequence[int]) -> None:
        self.tries += 1
        self.begun.set()
        await self.hold.wait()
        if self.away:
            raise OperationalError("insert", None, OSError("away"))
        if self.bad & set(rows):
            raise ValueError("impossible")
        self.batches.append(list(rows))

    @property
    def rows(self) -> list[int]:
        return [row for batch in self.batches for row in batch]


async def test_what_comes_during_a_commit_shares_the_next_one() -> None:
    table = Table()
    commits = GroupCommit(table.write)
    table.hold.clear()
    first = asyncio.create_task(commits.put(0))
    await table.begun.wait()
    others = [asyncio.create_task(commits.put(n)) for n in range(1, 30)]
    await asyncio.sleep(0)
    assert not first.done()  # nobody is told before the commit
    table.hold.set()
    await asyncio.gather(first, *others)
    assert table.batches == [[0], list(range(1, 30))]


async def test_a_batch_is_bounded() -> None:
    table = Table()
    commits = GroupCommit(table.write, limit=10)
    await asyncio.gather(*(commits.put(n) for n in range(25)))
    assert [len(batch) for batch in table.batches] == [10, 10, 5]
    assert table.rows == list(range(25))


@given(st.lists(st.sets(st.integers(0, 30), max_size=8), max_size=6), st.sets(st.integers(0, 30), max_size=5))
def test_everybody_hears_of_his_own_row(waves: list[set[int]], bad: set[int]) -> None:
    async def play() -> None:
        table = Table(tuple(bad))
        commits = GroupCommit(table.write, limit=4)
        for wave in waves:
            results = await asyncio.gather(*(commits.put(row) for row in wave), return_exceptions=True)
            assert [isinstance(result, ValueError) for result in results] == [row in bad for row in wave]
        assert sorted(table.rows) == sorted(row for wave in waves for row in wave - bad)

    asyncio.run(play())


async def test_a_database_that_is_away_is_asked_once_for_all() -> None:
    table = Table()
    commits = GroupCommit(table.write)
    table.away = True
    results = await asyncio.gather(*(commits.put(n) for n in range(20)), return_exceptions=True)
    assert {type(result) for result in results} == {OperationalError}
    assert table.tries == 1
    table.away = False
    await commits.put(7)
    assert table.rows == [7]


async def test_a_caller_that_leaves_harms_nobody() -> None:
    table = Table()
    commits = GroupCommit(table.write)
    table.hold.clear()
    leaving, staying = asyncio.create_task(commits.put(1)), asyncio.create_task(commits.put(2))
    await table.begun.wait()
    leaving.cancel()
    table.hold.set()
    await staying
    assert table.rows == [1, 2]
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_nobody_waits_for_a_commit_that_was_stopped() -> None:
    table = Table()
    commits = GroupCommit(table.write, limit=1)
    table.hold.clear()
    waiting = [asyncio.create_task(commits.put(n)) for n in range(3)]
    await table.begun.wait()
    [flusher] = asyncio.all_tasks() - {asyncio.current_task(), *waiting}
    flusher.cancel()
    async with asyncio.timeout(1):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(result) for result in results} == {asyncio.CancelledError}
    table.hold.set()
    await commits.put(9)  # and it begins anew
    assert table.rows == [9]
