"""The table of what is told to whom, and what counts as a change. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from bot.channels.facts import SPOKEN
from bot.notices.facts import ALL_KINDS, KINDS, LATE, PASSED, REMINDER, facts_of
from bot.notices.policy import TABLE, deadline_of, load_policy
from bot.notices.text import NoticeText
from casestore.cases.model import Case, Document
from casestore.notices.model import Fact
from casestore.people.quiet_hours import DEFAULT_QUIET, REST_UNTIL, URGENT_QUIET
from casestore.queues.outbox import Priority
from dialogues.catalogue import load_catalogue
from dialogues.responses import phrases
from nlu.yaml_file import read_yaml
from tests.clock import START
from tests.guards.sizes import ROOT

CASE = Case("permits", "ΑΔ-2026-000123", "building-permit", "Άδεια", "completeness-check", 3, START)
PAPER = Document("topographic", "Τοπογραφικό διάγραμμα", "missing", "", date(2026, 12, 1))
TEXT = NoticeText(phrases(SPOKEN), load_catalogue())
POLICY = load_policy()


def kinds(before: Case | None, after: Case) -> list[str]:
    return [fact.kind for fact in facts_of(before, after)]


def test_what_changed_is_told_apart() -> None:
    moved = replace(CASE, sequence=4)
    assert kinds(None, CASE) == ["opened"]
    assert kinds(CASE, moved) == []
    assert kinds(CASE, replace(moved, note="Σημείωση", title="Άλλος")) == []
    assert kinds(CASE, replace(moved, stage="review")) == ["stage"]
    assert kinds(CASE, replace(moved, outcome="granted", closed=True)) == ["decided", "closed"]
    with_paper = replace(moved, documents=(PAPER,))
    assert facts_of(CASE, with_paper) == (Fact(4, "missing", ("topographic",)),)
    assert kinds(with_paper, replace(with_paper, documents=(replace(PAPER, deadline=None),))) == ["missing"]
    for status, told in (("submitted", []), ("accepted", ["accepted"]), ("rejected", ["rejected"])):
        assert kinds(with_paper, replace(with_paper, documents=(replace(PAPER, status=status),))) == told


def test_every_kind_is_told_to_who_wants_all_and_the_first_row_counts() -> None:
    for kind in ALL_KINDS:
        assert POLICY.row(kind, "building-permit", "all") is not None
    needed = [kind for kind in KINDS if POLICY.row(kind, "building-permit", "needed")]
    assert needed == ["decided", "closed", "missing", "rejected"]
    assert [kind for kind in ALL_KINDS if kind not in KINDS and POLICY.row(kind, "x", "needed")] == [PASSED, REMINDER]
    assert {POLICY.row(kind, "flood-compensation", "all").category for kind in (REMINDER, LATE)} == {"reminder"}  # type: ignore[union-attr]
    row = POLICY.row("missing", "flood-compensation", "all")
    assert row is not None
    assert row.category == "urgent"


@pytest.mark.parametrize(("days", "category"), [(0, "urgent"), (1, "urgent"), (2, "case")])
def test_a_near_deadline_makes_it_urgent(days: int, category: str) -> None:
    case = replace(CASE, documents=(replace(PAPER, deadline=(START + timedelta(days=days)).date()),))
    facts = (Fact(4, "missing", ("topographic",)),)
    told = POLICY.told(facts, case.procedure, "all")
    assert POLICY.category(told, deadline_of(case, facts), START).name == category


def test_lanes_stand_in_their_order() -> None:
    lanes = [Priority.CODE, Priority.REPLY, Priority.CASE, Priority.REMINDER, Priority.MASS]
    assert sorted(Priority) == lanes
    assert POLICY.categories["urgent"].lane is POLICY.categories["case"].lane is Priority.CASE
    assert POLICY.categories["reminder"].lane is Priority.REMINDER


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [("rows", "kind", "rumour"), ("rows", "news", "gossip"), ("rows", "category", "panic")],
)
def test_a_table_that_names_what_there_is_not_is_refused(tmp_path: Path, part: str, field: str, value: str) -> None:
    table = read_yaml(TABLE)
    table[part][0][field] = value
    file = tmp_path / "policy.yml"
    file.write_text(yaml.safe_dump(table), "utf-8")
    with pytest.raises(ValueError, match=value):
        load_policy(file)


def test_the_page_and_the_code_say_the_same_hours() -> None:
    pages = [(ROOT / "docs" / name).read_text("utf-8") for name in ("notices.md", "privacy.md")]
    for page in pages:
        assert str(DEFAULT_QUIET) in page
        assert f"until {REST_UNTIL:%H:%M}" in page
    assert str(URGENT_QUIET) in pages[0]


# --- words ---


def told(case: Case, *facts: Fact, channel: str = "sms", first: bool = False, language: str = "el") -> str:
    message = TEXT.compose(case, facts, language, channel, first=first)
    assert message is not None
    return message.reply.text


@pytest.mark.parametrize("language", ["el", "en"])
@pytest.mark.parametrize("channel", list(SPOKEN))
def test_every_kind_has_words_that_name_the_case_and_end_with_what_can_be_asked(channel: str, language: str) -> None:
    papers = tuple(replace(PAPER, code=status, status=status) for status in ("missing", "rejected", "accepted"))
    case = replace(CASE, outcome="granted", documents=papers)
    for kind in KINDS:
        fact = Fact(4, kind, ("missing", "rejected", "accepted"))
        whole = replace(case, closed=kind == "closed")
        words = told(whole, fact, channel=channel, language=language)
        assert CASE.reference in words
        assert words.rstrip('»"')[-1] in ";?"


@pytest.mark.parametrize("language", ["el", "en"])
@pytest.mark.parametrize("channel", list(SPOKEN))
@pytest.mark.parametrize(
    "fact", [Fact(4, REMINDER, ("topographic",)), Fact(4, PASSED, ("topographic",)), Fact(4, LATE, ("2026-10-01",)),
             Fact(4, LATE, ("2026-10-01", "date"))]
)  # fmt: skip
def test_what_time_brings_has_words_too(channel: str, language: str, fact: Fact) -> None:
    case = replace(CASE, documents=(PAPER,), expected_by=date(2026, 11, 1))
    words = told(case, fact, channel=channel, language=language)
    assert CASE.reference in words
    assert words.rstrip('»"')[-1] in ";?"
    assert "2026" in words
    if fact.kind in (REMINDER, PASSED):
        assert PAPER.title in words
        handed_in = replace(case, documents=(replace(PAPER, status="submitted"),))
        assert TEXT.compose(handed_in, (fact,), language, channel, first=False) is None


def test_the_lead_is_what_presses_most_and_all_is_said() -> None:
    case = replace(CASE, stage="review", documents=(PAPER,))
    facts = (Fact(4, "stage"), Fact(5, "missing", ("topographic",)))
    message = TEXT.compose(case, facts, "el", "viber", first=False)
    assert message is not None
    assert message.about == "utter_notice_missing_due"
    assert message.reply.text.index("Τοπογραφικό") < message.reply.text.index("στάδιο")
    assert [choice.value for choice in message.reply.choices] == ["Ποια χαρτιά λείπουν;", "Μέχρι πότε;"]


def test_what_holds_no_more_is_not_said() -> None:
    missing = Fact(4, "missing", ("topographic",))
    handed_in = replace(CASE, documents=(replace(PAPER, status="submitted"),))
    assert TEXT.compose(handed_in, (missing,), "el", "sms", first=False) is None
    assert TEXT.compose(replace(CASE, documents=(PAPER,), closed=True), (missing,), "el", "sms", first=False) is None


def test_nothing_of_an_office_but_the_act_is_in_it() -> None:
    case = replace(CASE, note="Εμπιστευτικό", documents=(replace(PAPER, status="rejected", reason="Υγεία"),))
    words = told(case, Fact(4, "rejected", ("topographic",)), Fact(4, "stage"), channel="viber")
    assert "Εμπιστευτικό" not in words
    assert "Υγεία" not in words


def test_many_papers_with_long_titles_stay_one_short_message() -> None:
    papers = tuple(Document(f"p{n}", "Πολύ μακρύς τίτλος " * 15, "missing") for n in range(100))
    case = replace(CASE, documents=papers)
    words = told(case, Fact(4, "missing", tuple(paper.code for paper in papers)))
    assert "+97" in words
    assert len(words) < 500
