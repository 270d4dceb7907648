"""Whatever may be answered to a narrower question: of cases of every kind, and of what else may be talked about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from dialogues.actions.case_facets import Asked, CaseFacets
from dialogues.actions.facets import ALWAYS, CELLS, OF_ANYTHING
from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import load_catalogue
from dialogues.ports import CaseView
from dialogues.say import Say
from tests.dialogues.fakes import BIRTH, CADASTRE, FLOOD, INSURANCE, NOW, PERMIT

_FACETS = (
    "state", "when", "next", "why", "until", "late", "extension", "submit", "documents", "todo", "pay", "object",
    "contact", "term", "repeat", "who", "fee", "amount", "proxy",
)  # fmt: skip
_DAYS = (date(2026, 12, 1), NOW.date(), date(2026, 1, 1), None)
_TEXTS = ("ok", "Χαρτί 0;", "Χαρτί 3;", "ο τίτλος ιδιοκτησίας;", "το τοπογραφικό;", "λάθος", "παράταση")


def followups_told() -> list[Say]:
    """Each cell of the tables, and each of a case's answers, at least once."""
    catalogue = load_catalogue()
    cells = CaseFacets(catalogue, CaseTeller(catalogue))
    asked = [Asked(text, NOW, topic) for text in _TEXTS for topic in ("case", "paper")]
    asked += [Asked(text, NOW, "case", "next") for text in ("και μετά;", "και μετά την έκδοση;")]
    asked.append(Asked("πόσα στάδια μένουν;", NOW, "case"))
    told = [Say("utter_case_part_which", CaseTeller(catalogue).names(PERMIT))]
    told += [cells.answer(case, facet, each) for case in _cases() for facet in _FACETS for each in asked]
    named = {*ALWAYS.values(), *OF_ANYTHING.values(), *(name for cell in CELLS.values() for name in cell.values())}
    return [*told, *map(Say, sorted(named))]


def _cases() -> list[CaseView]:
    papers = tuple((f"{number}", f"Χαρτί {number}", day) for number, day in enumerate(_DAYS))
    taken = replace(PERMIT, received=("Τοπογραφικό διάγραμμα", "Τίτλος ιδιοκτησίας"), accepted=("Τίτλος ιδιοκτησίας",))
    of_permit = [
        {"stage": "issuance"},
        {"stage": "?"},
        {"missing": papers},
        {"missing": papers[3:]},
        {"missing": papers, "reasons": {"1": "δεν είναι υπογεγραμμένο"}},
        {"expected_by": None},
    ]
    changed = [replace(PERMIT, **change) for change in of_permit]  # type: ignore[arg-type] # each of its own kind
    return [PERMIT, INSURANCE, CADASTRE, FLOOD, BIRTH, taken, replace(taken, missing=papers), *changed]
