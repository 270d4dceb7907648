"""What the sandbox State holds at start: five citizens with their cases, and as many more as a load test wants.

The same ``citizens`` and ``seed`` give the same State, on any machine and in any year.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from connectors.sandbox.books import BOOKS, Book, Procedure
from connectors.sandbox.model import Case, Citizen, Document, procedure_of
from connectors.sandbox.state import State

CASES_EACH = 3
_YEAR = 2026
_FIRST_NUMBER = 1000  # numbers below are the five citizens'
_DAY_ONE = datetime(_YEAR, 11, 2, 6, 30, tzinfo=UTC)

CITIZENS = (
    Citizen("123456783", "Μαρία", "Αντωνίου", "6900000001"),
    Citizen("090000045", "Γιώργος", "Βλάχος", "6900000002"),
    Citizen("090000057", "Ελένη", "Γεωργίου", "6900000003"),
    Citizen("090000069", "Δημήτρης", "Δήμου", "6900000004"),
    Citizen("090000070", "Σοφία", "Ευαγγέλου", None),
)

CIVIL_SERVANTS = (
    Citizen("090000101", "Νίκη", "Ζαφείρη", None),
    Citizen("090000113", "Πέτρος", "Ηλιάδης", None),
    Citizen("090000125", "Ρένα", "Θεοδώρου", None),
)
"""Who may log in as an agent or a supervisor. They have no cases here."""


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(_YEAR, 11, day, hour, minute, tzinfo=UTC)


def _papers(registry: str, procedure: str, **status: str) -> tuple[Document, ...]:
    """Documents by code (with ``_`` for ``-``) and status."""
    kind = procedure_of(registry, procedure)
    by_code = {name.replace("_", "-"): state for name, state in status.items()}
    return tuple(
        Document(paper.code, paper.title, by_code[paper.code]) for paper in kind.papers if paper.code in by_code
    )


def _permit() -> Case:
    return Case(
        registry="permits",
        reference="ΑΔ-2026-000123",
        afm="123456783",
        procedure="building-permit",
        title="Ανέγερση διώροφης κατοικίας, Χαλάνδρι",
        stage="completeness-check",
        stage_since=_at(18, 7, 15),
        updated_at=_at(18, 7, 15),
        sequence=2,
        expected_by=date(_YEAR, 12, 18),
        documents=_papers(
            "permits",
            "building-permit",
            title_deed="accepted",
            topographic_plan="accepted",
            coverage_plan="submitted",
            architectural_study="submitted",
            structural_study="submitted",
            energy_study="submitted",
        ),
    )


def _insurance() -> Case:
    return Case(
        registry="efka",
        reference="ΕΦ-2026-000201",
        afm="090000045",
        procedure="insurance-record-correction",
        title="Διόρθωση ημερών ασφάλισης 2009-2011",
        stage="processing",
        stage_since=_at(12, 9, 40),
        updated_at=_at(12, 9, 40),
        sequence=3,
        expected_by=date(_YEAR, 12, 11),
        documents=_papers("efka", "insurance-record-correction", insurance_stamps="accepted", identity_card="accepted"),
    )


def _parcel() -> Case:
    return Case(
        registry="cadastre",
        reference="ΚΤ-2026-000301",
        afm="090000045",
        procedure="cadastre-correction",
        title="Διόρθωση εμβαδού αγροτεμαχίου, Μαραθώνας",
        stage="completeness-check",
        stage_since=_at(16, 8, 5),
        updated_at=_at(19, 10, 20),
        sequence=3,
        expected_by=date(2027, 1, 15),
        documents=(
            *_papers("cadastre", "cadastre-correction", title_deed="accepted"),
            Document(
                "topographic-plan",
                "Τοπογραφικό διάγραμμα",
                "missing",
                "Δεν έχει συνταχθεί σε ΕΓΣΑ '87.",
                date(_YEAR, 12, 4),
            ),
        ),
    )


def _flood() -> Case:
    return Case(
        registry="civil_protection",
        reference="ΠΠ-2026-000401",
        afm="090000057",
        procedure="flood-compensation",
        title="Ζημιές κατοικίας από πλημμύρα, Βόλος",
        stage="on-site-inspection",
        stage_since=_at(17, 11, 0),
        updated_at=_at(17, 11, 0),
        sequence=4,
        expected_by=date(_YEAR, 12, 23),
        documents=_papers(
            "civil_protection",
            "flood-compensation",
            title_deed="accepted",
            sketch="accepted",
            photographs="accepted",
        ),
    )


def _birth() -> Case:
    return Case(
        registry="kep",
        reference="ΚΕ-2026-000501",
        afm="090000070",
        procedure="birth-certificate",
        title="Ληξιαρχική πράξη γέννησης",
        stage="processing",
        stage_since=_at(20, 12, 30),
        updated_at=_at(20, 12, 30),
        sequence=2,
        expected_by=date(_YEAR, 11, 27),
        documents=_papers("kep", "birth-certificate", identity_card="accepted"),
    )


def _cases() -> tuple[Case, ...]:
    return (_permit(), _insurance(), _parcel(), _flood(), _birth())


def seeded(now: Callable[[], datetime], *, citizens: int = 0, seed: int = 1, epoch: str = "0") -> State:
    """The five citizens, and ``citizens`` more with :data:`CASES_EACH` open cases each."""
    state = State(now, epoch)
    for citizen in CITIZENS:
        state.settle(citizen)
    for case in _cases():
        state.file(case)
    chance = random.Random(seed)  # noqa: S311  made-up data, not a secret
    numbers = dict.fromkeys(BOOKS, _FIRST_NUMBER)
    for citizen in _more_citizens(citizens, chance):
        state.settle(citizen)
        for book in chance.sample(tuple(BOOKS.values()), CASES_EACH):
            state.file(_made_up(citizen.afm, book, numbers[book.registry], chance))
            numbers[book.registry] += 1
    return state


_FIRST = ("Άννα", "Νίκος", "Κατερίνα", "Κώστας", "Ιωάννα", "Γιάννης", "Βασιλική", "Πέτρος")
_LAST = ("Ιωάννου", "Νικολάου", "Πέτρου", "Χρήστου", "Αλεξίου", "Μιχαήλ", "Στεφάνου", "Θωμά")


def _more_citizens(number: int, chance: random.Random) -> Iterator[Citizen]:
    """Every twentieth has no mobile in ΕΜΕπ."""
    for index in range(number):
        mobile = None if index % 20 == 19 else f"690{index + 1000:07d}"
        yield Citizen(afm_of(20_000_000 + index), chance.choice(_FIRST), chance.choice(_LAST), mobile)


def afm_of(base: int) -> str:
    """An ΑΦΜ with a right check digit, from its first eight digits."""
    digits = f"{base:08d}"
    total = sum(int(digit) * 2 ** (8 - place) for place, digit in enumerate(digits))
    return f"{digits}{total % 11 % 10}"


def _made_up(afm: str, book: Book, number: int, chance: random.Random) -> Case:
    kind = chance.choice(book.procedures)
    step = chance.randrange(len(kind.stages))
    since = _DAY_ONE + timedelta(minutes=chance.randrange(20 * 24 * 60))
    return Case(
        registry=book.registry,
        reference=f"{book.prefix}-{_YEAR}-{number:06d}",
        afm=afm,
        procedure=kind.code,
        title=kind.word,
        stage=kind.stages[step].code,
        stage_since=since,
        updated_at=since,
        sequence=step + 1,
        expected_by=(since + timedelta(days=sum(stage.days for stage in kind.stages[step:]))).date(),
        documents=_MISSING[kind.code] if chance.random() < _SHARE_MISSING else (),
    )


_SHARE_MISSING = 0.2


def _one_missing(kind: Procedure) -> tuple[Document, ...]:
    return (Document(kind.papers[-1].code, kind.papers[-1].title, "missing", "", date(_YEAR, 12, 15)),)


_MISSING = {kind.code: _one_missing(kind) for book in BOOKS.values() for kind in book.procedures}
