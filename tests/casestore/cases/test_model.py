"""What a report means for a case on record, whatever is reported in whatever order. And the phases of a comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from casestore.cases.model import Case, CaseReport, ChangeResult, StoredCase, evaluate_all
from casestore.cases.reconciliations import NEXT_PHASE, Phase
from tests.clock import START

CASE = Case("permits", "ΑΔ-2026-000123", "building-permit", "Άδεια", "review", 1, START)
CASES = st.builds(
    replace,
    st.just(CASE),
    sequence=st.integers(1, 6),
    stage=st.sampled_from(["review", "visit", "done"]),
    outcome=st.sampled_from([None, "granted", "refused"]),
    closed=st.booleans(),
)
REPORTS = st.lists(st.builds(CaseReport, st.sampled_from("ab"), CASES), max_size=12)


@given(REPORTS)
def test_a_case_only_moves_forward_and_what_is_closed_or_decided_stays(reports: list[CaseReport]) -> None:
    standing: StoredCase | None = None
    for report, change in zip(reports, evaluate_all({}, reports, {"a": 1, "b": 2}, START), strict=True):
        assert change.before == standing
        assert bool(change.reason) == (change.result is ChangeResult.REFUSED)
        if change.result is not ChangeResult.NEW:
            continue
        after = change.after.case
        assert after == report.case
        if standing is not None:
            assert after.sequence > standing.case.sequence
            assert standing.case.outcome is None or after.outcome is not None
            if standing.case.closed:
                assert (after.closed, after.stage, after.outcome) == (True, standing.case.stage, standing.case.outcome)
        standing = change.after


@given(REPORTS)
def test_the_same_reports_again_are_known(reports: list[CaseReport]) -> None:
    owners = {"a": 1, "b": 2}
    held = {c.after.case.reference: c.after for c in evaluate_all({}, reports, owners, START) if c.result == "new"}
    again = evaluate_all(held, reports, owners, START + timedelta(days=1))
    assert all(change.result is not ChangeResult.NEW for change in again)


def test_a_comparison_ends_and_nothing_follows_its_end() -> None:
    phase, seen = Phase.WAITING, [Phase.WAITING]
    while phase in NEXT_PHASE:
        phase = NEXT_PHASE[phase]
        seen.append(phase)
    assert seen == list(Phase)
    assert phase is Phase.DONE
