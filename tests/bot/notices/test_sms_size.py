"""What an SMS of a notice costs: one part in the median, also where it is the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from statistics import median

import pytest

from bot.channels.facts import CHANNELS
from bot.notices.facts import BY_TIME, KINDS, LATE, REMINDER
from casestore.cases.model import Case, Document
from casestore.notices.model import Fact
from connectors.sandbox.books import BOOKS
from tests.bot.notices.test_policy import TEXT
from tests.clock import START

SMS = CHANNELS["sms"]


def parts(case: Case, fact: Fact, *, first: bool) -> int | None:
    message = TEXT.compose(case, (fact,), "el", "sms", first=first)
    return None if message is None else sum(SMS.parts(part) for part in SMS.compose(message.reply))


@pytest.mark.parametrize("first", [False, True])
def test_one_part_in_the_median_over_all_procedures_and_kinds(first: bool) -> None:
    sizes: list[int] = []
    for registry, book in BOOKS.items():
        for procedure in book.procedures:
            papers = tuple(Document(paper.code, paper.title, "missing") for paper in procedure.papers[:1])
            codes = tuple(paper.code for paper in papers)
            for stage in procedure.stages:
                case = Case(registry, "ΑΔ-2026-000123", procedure.code, "", stage.code, 4, START, documents=papers)
                for kind in KINDS:
                    status = kind if kind in ("rejected", "accepted") else "missing"
                    now = replace(case, outcome="granted", closed=kind == "closed")
                    now = replace(now, documents=tuple(replace(paper, status=status) for paper in papers))
                    found = parts(now, Fact(4, kind, codes), first=first)
                    sizes += [] if found is None else [found]
    assert len(sizes) > 100
    assert median(sizes) == 1
    assert max(sizes) <= 2


@pytest.mark.parametrize(
    ("kind", "first", "middle"),
    [
        (kind, first, 1 if kind == REMINDER or (kind == LATE and not first) else 2)
        for kind in BY_TIME
        for first in (False, True)
    ],
)
def test_what_time_brings_is_short_too(kind: str, middle: int, *, first: bool) -> None:
    sizes: list[int] = []
    for registry, book in BOOKS.items():
        for procedure in book.procedures:
            papers = tuple(Document(p.code, p.title, "missing", "", date(2026, 12, 15)) for p in procedure.papers[:1])
            detail = ("2026-10-12",) if kind == LATE else tuple(paper.code for paper in papers)
            for stage in procedure.stages:
                wanted = () if kind == LATE else papers
                case = Case(registry, "ΑΔ-2026-000123", procedure.code, "", stage.code, 4, START, documents=wanted)
                found = parts(case, Fact(4, kind, detail), first=first)
                sizes += [] if found is None else [found]
    assert len(sizes) > 20
    assert median(sizes) <= middle
    assert max(sizes) <= 2
