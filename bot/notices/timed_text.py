"""What is said of what time brings: a paper that will be due, one that was, a case that sits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.notices.facts import BY_DATE
from bot.notices.papers import due_lines, named
from casestore.cases.model import WANTED, Case, Document
from casestore.notices.model import Fact
from dialogues.catalogue import Catalogue
from dialogues.say import Say, Value


class TimedLines:
    """The lines of such facts. Each is ``None`` where there is nothing to say any more."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def reminder(self, case: Case, papers: Sequence[Document]) -> Say | None:
        """Which are missing, until when, and how they are handed in."""
        wanted = _wanted(case, papers)
        if not wanted:
            return None
        procedure = self._catalogue.procedure(case.procedure)
        values: dict[str, Value] = {
            "documents": due_lines(wanted),
            "papers": named(wanted),
            "deadline": min(paper.deadline for paper in wanted if paper.deadline),
            "submit": procedure.submit if procedure else Say("utter_submit_anywhere"),
        }
        return Say("utter_notice_reminder", values)

    def passed(self, case: Case, papers: Sequence[Document]) -> Say | None:
        """Which did not come, and what is known of what follows."""
        wanted = _wanted(case, papers)
        if not wanted:
            return None
        late = self._catalogue.facts.of(case.procedure).late
        deadline = max(paper.deadline for paper in wanted if paper.deadline)
        return Say(
            "utter_notice_passed",
            {"papers": named(wanted), "deadline": deadline, "late": late.text, "late_short": late.short},
        )

    def late(self, case: Case, facts: Sequence[Fact]) -> Say | None:
        """Since when it is where it is; or that the day is over that its registry gave."""
        if case.closed:
            return None
        why = self._catalogue.facts.of(case.procedure).why
        stage = self._catalogue.stage(case.procedure, case.stage)
        values: dict[str, Value] = {
            "why": why.text,
            "why_short": why.short,
            "stage": stage.title if stage else Say("utter_stage_unknown"),
            "since": date.fromisoformat(facts[0].detail[0]),
        }
        if case.expected_by and BY_DATE in facts[0].detail:
            return Say("utter_notice_late_date", {**values, "expected": case.expected_by})
        return Say("utter_notice_late", values)


def _wanted(case: Case, papers: Sequence[Document]) -> list[Document]:
    return [] if case.closed else [paper for paper in papers if paper.status in WANTED and paper.deadline]
