"""The life cycles as data: only legal moves, final states final, and a status that never goes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column

from bot.channels.port import Remedy, Status
from casestore.columns import metadata
from casestore.queues.lifecycle import (
    QUEUE_MOVES,
    RANKS,
    RECEIPT_MOVES,
    SEND_MOVES,
    Moves,
    OutboxState,
    QueueState,
    ReceiptRemedy,
    ReceiptStatus,
    Standing,
    after_receipt,
    final,
    sources,
)
from casestore.queues.outbox import Priority

ATTEMPTS = st.sampled_from(["SM1", "SM2", "SM3"])
STATUSES = st.sampled_from(list(ReceiptStatus))


@pytest.mark.parametrize(
    ("table", "states"), [(QUEUE_MOVES, QueueState), (SEND_MOVES, OutboxState), (RECEIPT_MOVES, OutboxState)]
)
def test_a_table_names_every_state(table: Moves[StrEnum], states: type[StrEnum]) -> None:
    assert set(table) == set(states)
    assert set().union(*table.values()) <= set(states)


def test_nothing_follows_what_is_done_and_no_send_follows_what_was_sent() -> None:
    assert final(QUEUE_MOVES) == {QueueState.DONE}
    assert final(SEND_MOVES) == {OutboxState.SENT}
    assert sources(SEND_MOVES, OutboxState.FAILED) == [OutboxState.OPEN]


def test_ranks_are_what_rows_on_record_hold() -> None:
    assert {str(status): rank for status, rank in RANKS.items()} == {"sent": 1, "failed": 2, "delivered": 3, "seen": 4}
    lanes = {"CODE": 0, "REPLY": 1, "CASE": 2, "REMINDER": 3, "MASS": 4}
    assert {priority.name: int(priority) for priority in Priority} == lanes


def test_the_ports_words_are_the_stores() -> None:
    assert [str(status) for status in Status] == sorted(RANKS, key=lambda status: RANKS[status])
    assert {str(remedy) for remedy in ReceiptRemedy} <= {str(remedy) for remedy in Remedy}


@pytest.mark.parametrize(
    ("table", "states"),
    [("inbox", QueueState), ("registry_events", QueueState), ("outbox", OutboxState)],
)
def test_the_schema_is_written_with_the_same_words(table: str, states: type[StrEnum]) -> None:
    state: Column[str] = metadata.tables[table].c.state
    assert state.server_default is None or state.server_default.arg == "open"  # type: ignore[attr-defined]
    assert all(len(value) <= state.type.length for value in states)  # type: ignore[attr-defined]
    wheres = [str(index.dialect_options["sqlite"]["where"]) for index in metadata.tables[table].indexes]
    named = {where.partition("'")[2].rstrip("'") for where in wheres if where.startswith("state = ")}
    assert "open" in named
    assert named <= set(states)


@dataclass
class Sends:
    """A row of the outbox as workers and receipts move it, without a database."""

    row: Standing
    arrived: bool = False

    def claim(self, attempt: str) -> None:
        if self.row.state is OutboxState.OPEN:
            self.row = replace(self.row, attempted=True)

    def result(self, state: OutboxState, attempt: str) -> None:
        if state not in SEND_MOVES[self.row.state] or not self.row.attempted:
            return
        self.row = replace(self.row, state=state)
        if state is OutboxState.SENT:
            self.row = replace(self.row, provider_id=attempt, rank=1)

    def receipt(self, status: ReceiptStatus, attempt: str, *, retry: bool) -> None:
        before = self.row
        state = after_receipt(before, status, attempt, retry=retry)
        if state is None:
            return
        assert state in RECEIPT_MOVES[before.state]
        opened = state is OutboxState.OPEN
        rank = 0 if opened else RANKS[status]
        assert opened or rank > before.rank
        self.row = Standing(state, rank, attempt, attempted=before.attempted and not opened)
        self.arrived |= rank > RANKS[ReceiptStatus.FAILED]


STEPS = st.one_of(
    st.tuples(st.just("claim"), ATTEMPTS),
    st.tuples(st.just("result"), st.sampled_from(list(OutboxState)), ATTEMPTS),
    st.tuples(st.just("receipt"), STATUSES, ATTEMPTS, st.booleans()),
)


@given(st.lists(STEPS, max_size=30))
def test_whatever_comes_in_whatever_order_a_row_moves_only_as_it_may(steps: list[tuple[str, ...]]) -> None:
    sends = Sends(Standing(OutboxState.OPEN, 0, None, attempted=False))
    for kind, *values in steps:
        if kind == "receipt":
            status, attempt, retry = values
            sends.receipt(ReceiptStatus(status), attempt, retry=bool(retry))
        else:
            getattr(sends, kind)(*values)
        if sends.arrived:  # what arrived stays sent, whatever is told later
            assert sends.row.state is OutboxState.SENT
            assert sends.row.rank > RANKS[ReceiptStatus.FAILED]


@given(STATUSES, ATTEMPTS, st.booleans())
def test_the_same_receipt_again_changes_nothing(status: ReceiptStatus, attempt: str, retry: bool) -> None:
    sends = Sends(Standing(OutboxState.SENT, 1, attempt, attempted=True))
    sends.receipt(status, attempt, retry=retry)
    once = sends.row
    sends.receipt(status, attempt, retry=retry)
    assert sends.row == once


@given(STATUSES, ATTEMPTS)
def test_what_was_skipped_is_not_sent_again_by_a_receipt(status: ReceiptStatus, attempt: str) -> None:
    skipped = Standing(OutboxState.SKIPPED, 0, None, attempted=True)
    assert after_receipt(skipped, status, attempt, retry=True) is not OutboxState.OPEN
