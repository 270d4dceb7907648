"""The sandbox State: what it holds, how it changes, what it says to those who ask wrongly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gr import vat

from connectors.sandbox.advance import advance
from connectors.sandbox.model import Change, Document, NotAllowed, NotThere
from connectors.sandbox.seed import CASES_EACH, seeded
from connectors.sandbox.state import State
from tests.connectors.sandbox import NOW, Clock
from tests.examples import examples

A_CASE, B_CASE = "ΑΔ-2026-000123", "ΚΤ-2026-000301"


def state() -> State:
    return seeded(lambda: NOW)


# What it holds


@pytest.mark.parametrize(
    ("afm", "mobile", "cases"),
    [
        ("123456783", "6900000001", {"ΑΔ-2026-000123": "completeness-check"}),
        ("090000045", "6900000002", {"ΕΦ-2026-000201": "processing", "ΚΤ-2026-000301": "completeness-check"}),
        ("090000057", "6900000003", {"ΠΠ-2026-000401": "on-site-inspection"}),
        ("090000069", "6900000004", {}),
        ("090000070", None, {"ΚΕ-2026-000501": "processing"}),
    ],
)
def test_the_five_citizens(afm: str, mobile: str | None, cases: dict[str, str]) -> None:
    held = state()
    assert held.citizen(afm).mobile == mobile
    assert {case.reference: case.stage for case in held.cases_of(afm)} == cases
    waiting = [case.reference for case in held.cases_of(afm) if case.waits]
    assert waiting == (["ΚΤ-2026-000301"] if afm == "090000045" else [])


def test_the_same_seed_gives_the_same_state() -> None:
    one, other, third = (seeded(lambda: NOW, citizens=40, seed=seed) for seed in (1, 1, 2))
    assert list(one.cases()) == list(other.cases())
    assert one.citizens == other.citizens
    assert list(one.cases()) != list(third.cases())


def test_as_many_citizens_as_wanted() -> None:
    many = seeded(lambda: NOW, citizens=200)
    assert len(many.citizens) == 205
    assert sum(1 for _ in many.cases()) == 200 * CASES_EACH + 5
    assert all(vat.is_valid(afm) for afm in many.citizens)
    mobiles = [citizen.mobile for citizen in many.citizens.values() if citizen.mobile]
    assert len(set(mobiles)) == len(mobiles) == 194
    assert all(many.cases_of(afm) for afm in many.citizens if afm != "090000069")


# How it changes


def told_by(held: State) -> list[Change]:
    changes: list[Change] = []
    held.watch(changes.append)
    return changes


def test_each_change_counts_and_is_told() -> None:
    held = state()
    told = told_by(held)
    held.move(A_CASE, "pre-approval", "Στον μηχανικό")
    held.require(A_CASE, [Document("fee-receipts", "", "missing", "Δεν υποβλήθηκαν")])
    held.reject(A_CASE, "fee-receipts", "Δυσανάγνωστο")
    held.accept(A_CASE, "fee-receipts")
    held.decide(A_CASE, "granted")
    held.close(A_CASE)
    assert [(change.type.removeprefix("gr.gov.case."), change.data["sequence"]) for change in told] == [
        ("stage-changed", 3),
        ("document-missing", 4),
        ("document-rejected", 5),
        ("document-accepted", 6),
        ("decided", 7),
        ("closed", 8),
    ]
    assert len({change.id for change in told}) == 6
    missing = {"code": "fee-receipts", "title": "ΑΠΥ αμοιβών μηχανικών", "reason": "Δεν υποβλήθηκαν", "deadline": None}
    assert told[1].data["documents"] == [missing]
    assert told[5].data["outcome"] == "granted"


def test_a_new_case_gets_the_next_number() -> None:
    held = state()
    told = told_by(held)
    case = held.open("permits", "090000069", "building-permit", "")
    assert (case.reference, case.stage, case.sequence) == ("ΑΔ-2026-000124", "submission", 1)
    assert case.title == "Οικοδομική άδεια με προέγκριση"
    assert told[0].data["expected_by"] == "2026-12-30"
    assert held.open("permits", "090000069", "building-permit", "").reference == "ΑΔ-2026-000125"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda held: held.move(A_CASE, "completeness-check"), NotAllowed),
        (lambda held: held.move(A_CASE, "on-site-inspection"), NotAllowed),
        (lambda held: held.move("ΑΔ-2026-999999", "review"), NotThere),
        (lambda held: held.require(A_CASE, []), NotAllowed),
        (lambda held: held.require(A_CASE, [Document("no-such-paper", "", "missing")]), NotAllowed),
        (lambda held: held.accept(A_CASE, "title-deed"), NotAllowed),
        (lambda held: held.reject(A_CASE, "gas", ""), NotAllowed),
        (lambda held: held.decide(A_CASE, "perhaps"), NotAllowed),
        (lambda held: held.open("permits", "999999999", "building-permit", ""), NotThere),
        (lambda held: held.open("permits", "123456783", "birth-certificate", ""), NotThere),
        (lambda held: held.open("taxes", "123456783", "building-permit", ""), NotThere),
        (lambda held: held.set_mobile("999999999", None), NotThere),
    ],
)
def test_what_makes_no_sense_changes_nothing(change: Any, error: type[Exception]) -> None:
    held = state()
    told, before = told_by(held), list(held.cases())
    with pytest.raises(error):
        change(held)
    assert told == []
    assert list(held.cases()) == before


def test_a_closed_case_changes_no_more() -> None:
    held = state()
    held.close(B_CASE)
    changes: tuple[Callable[[], object], ...] = (
        lambda: held.move(B_CASE, "registration"),
        lambda: held.accept(B_CASE, "topographic-plan"),
        lambda: held.decide(B_CASE, "granted"),
        lambda: held.close(B_CASE),
    )
    for change in changes:
        with pytest.raises(NotAllowed):
            change()


# The feed


@settings(max_examples=examples(60))
@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 4))
def test_a_poller_sees_every_case_as_it_last_was(steps: list[int], limit: int) -> None:
    """Changes come between the pages; whoever keeps the cursor misses nothing."""
    held = State(lambda: NOW, "run")
    for citizen in state().citizens.values():
        held.settle(citizen)
    seen: dict[str, int] = {}
    cursor = ""
    for step in steps:
        references = [case.reference for case in held.cases()]
        if step < 2:
            held.open("kep", "090000069", "birth-certificate", "")
        elif step < 5 and references:
            case = held.case(references[step % len(references)])
            held.move(case.reference, "issuance" if case.stage != "issuance" else "processing")
        else:
            page = held.changes("kep", cursor, limit)
            seen |= {case.reference: case.sequence for case in page.cases}
            cursor = page.cursor
    more = True
    while more:
        page = held.changes("kep", cursor, limit)
        assert len(page.cases) <= limit
        seen |= {case.reference: case.sequence for case in page.cases}
        cursor, more = page.cursor, page.more
    assert seen == {case.reference: case.sequence for case in held.cases()}


@pytest.mark.parametrize("cursor", ["", "other@3", "nonsense", "run@-1", "run@²", "run@"])
def test_a_cursor_that_is_not_of_this_run_starts_from_the_beginning(cursor: str) -> None:
    held = seeded(lambda: NOW, epoch="run")
    assert [case.reference for case in held.changes("permits", cursor, 9).cases] == [A_CASE]


def test_a_cursor_beyond_the_end_finds_nothing() -> None:
    assert seeded(lambda: NOW, epoch="run").changes("permits", "run@99", 9).cases == ()


# By themselves


def test_cases_advance_when_their_time_has_come() -> None:
    clock = Clock()
    held = seeded(clock.now)
    day_a_second = 86_400.0
    assert advance(held, NOW, day_a_second) == []
    clock.seconds = 4.9
    assert advance(held, NOW, day_a_second) == ["ΚΕ-2026-000501"]  # three days; the permit's check takes five
    clock.seconds = 5.0
    assert advance(held, NOW, day_a_second) == [A_CASE]
    for _ in range(200):
        clock.seconds += 5.0
        advance(held, NOW, day_a_second)
    assert held.case(A_CASE).outcome == "granted"
    assert [case.reference for case in held.cases() if not case.closed] == [B_CASE]  # waits for its citizen
    assert held.case(B_CASE).updated_at < NOW - timedelta(days=1)
