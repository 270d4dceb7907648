"""The sandbox State itself: citizens and cases in memory, changed only when asked, every change told.

Nothing here knows of HTTP: the services, the admin API, the clerk's page and tests all call these methods. None of
them awaits, so on one event loop each change is whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from connectors.sandbox.books import OUTCOME_WORDS
from connectors.sandbox.feed import Feed
from connectors.sandbox.model import (
    Case,
    Change,
    Citizen,
    Document,
    NotAllowed,
    NotThere,
    book_of,
    procedure_of,
    stage_of,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Cases in the order of their last change, and the cursor to ask with next."""

    cases: tuple[Case, ...]
    cursor: str
    more: bool


class State:
    """``epoch`` names this run: cursors and event ids of another run are not mistaken for this one's."""

    def __init__(self, now: Callable[[], datetime], epoch: str = "0") -> None:
        self._now = now
        self._epoch = epoch
        self.citizens: dict[str, Citizen] = {}
        self._cases: dict[str, Case] = {}
        self._of: defaultdict[str, list[str]] = defaultdict(list)
        self._feeds: defaultdict[str, Feed] = defaultdict(Feed)
        self._numbers: dict[str, int] = {}
        self._announced = 0
        self._watchers: list[Callable[[Change], None]] = []

    def now(self) -> datetime:
        return self._now()

    def watch(self, watcher: Callable[[Change], None]) -> None:
        """Called with every change from now on."""
        self._watchers.append(watcher)

    # Reading

    def case(self, reference: str) -> Case:
        """Raises :class:`NotThere`."""
        try:
            return self._cases[reference]
        except KeyError:
            raise NotThere("Δεν υπάρχει υπόθεση με αυτόν τον αριθμό.") from None

    def find(self, reference: str | None) -> Case | None:
        return self._cases.get(reference) if reference else None

    def citizen(self, afm: str) -> Citizen:
        """Raises :class:`NotThere`."""
        try:
            return self.citizens[afm]
        except KeyError:
            raise NotThere("Δεν υπάρχει πολίτης με αυτόν τον ΑΦΜ.") from None

    def cases(self) -> Iterator[Case]:
        return iter(self._cases.values())

    def cases_of(self, afm: str) -> tuple[Case, ...]:
        return tuple(self._cases[reference] for reference in self._of.get(afm, ()))

    def newest(self, registry: str) -> Iterator[Case]:
        """A registry's cases, last changed first."""
        return (self._cases[reference] for reference in self._feeds[registry].newest())

    def count(self, registry: str) -> int:
        return len(self._feeds[registry])

    def changes(self, registry: str, cursor: str, limit: int) -> Page:
        """Up to ``limit`` cases changed after ``cursor``. A cursor of another run starts from the beginning."""
        epoch, _, number = cursor.rpartition("@")
        start = int(number) if epoch == self._epoch and number.isascii() and number.isdigit() else 0
        found: list[Case] = []
        for position, reference in self._feeds[registry].after(start):
            if len(found) == limit:
                return Page(tuple(found), f"{self._epoch}@{start}", more=True)
            found.append(self._cases[reference])
            start = position
        return Page(tuple(found), f"{self._epoch}@{start}", more=False)

    # Seeding: no event

    def settle(self, citizen: Citizen) -> None:
        self.citizens[citizen.afm] = citizen

    def file(self, case: Case) -> int:
        """Put a case on the books as it is, without telling anybody; its position in the registry's feed."""
        if case.reference not in self._cases:
            self._of[case.afm].append(case.reference)
            number = int(case.reference.rsplit("-", 1)[1])
            self._numbers[case.registry] = max(number, self._numbers.get(case.registry, 0))
        self._cases[case.reference] = case
        return self._feeds[case.registry].put(case.reference)

    # Changing: each bumps the case's sequence and is told

    def open(self, registry: str, afm: str, procedure: str, title: str, expected_by: date | None = None) -> Case:
        kind, now = procedure_of(registry, procedure), self.now()
        days = sum(stage.days for stage in kind.stages)
        case = Case(
            registry=registry,
            reference=self._next_reference(registry, now.year),
            afm=self.citizen(afm).afm,
            procedure=procedure,
            title=title or kind.word,
            stage=kind.stages[0].code,
            stage_since=now,
            updated_at=now,
            expected_by=expected_by or (now + timedelta(days=days)).date(),
        )
        told = {"title": case.title, "stage": case.stage, "expected_by": str(case.expected_by)}
        return self._tell(case, "case.opened", told)

    def move(self, reference: str, stage: str, note: str = "") -> Case:
        case = self._open_case(reference)
        if stage_of(case.kind, stage).code == case.stage:
            raise NotAllowed("Η υπόθεση βρίσκεται ήδη σε αυτό το στάδιο.")
        moved = replace(self._next(case), stage=stage, stage_since=self.now(), note=note)
        return self._tell(moved, "case.stage-changed", {"stage": stage, "note": note})

    def require(self, reference: str, wanted: Iterable[Document]) -> Case:
        """Documents are missing from now on. A title left empty is taken from the procedure."""
        case = self._open_case(reference)
        missing = tuple(_named(case, document) for document in wanted)
        if not missing:
            raise NotAllowed("Δεν δηλώθηκε δικαιολογητικό.")
        changed = replace(self._next(case), documents=_merged(case.documents, missing))
        told = [
            {"code": one.code, "title": one.title, "reason": one.reason, "deadline": _text(one.deadline)}
            for one in missing
        ]
        return self._tell(changed, "case.document-missing", {"documents": told})

    def accept(self, reference: str, code: str) -> Case:
        return self._judge(reference, code, "accepted", "")

    def reject(self, reference: str, code: str, reason: str) -> Case:
        return self._judge(reference, code, "rejected", reason)

    def hand_in(self, reference: str, code: str) -> Case:
        """The citizen has submitted a document. No event: who handed it in has the answer, and so knows."""
        case = self._open_case(reference)
        paper = case.kind.paper(code)
        held = next((document for document in case.documents if document.code == code), None)
        if held is None and paper is None:
            raise NotAllowed("Το δικαιολογητικό δεν ανήκει στη διαδικασία.")
        if held is not None and held.status == "accepted":
            raise NotAllowed("Το δικαιολογητικό έχει ήδη γίνει δεκτό.")
        document = held or Document(code, paper.title if paper else code, "submitted")
        handed = replace(document, status="submitted", reason="")
        changed = replace(self._next(case), documents=_merged(case.documents, (handed,)))
        self.file(changed)
        return changed

    def decide(self, reference: str, outcome: str, note: str = "") -> Case:
        case = self._open_case(reference)
        if outcome not in OUTCOME_WORDS:
            raise NotAllowed("Η απόφαση είναι έγκριση, απόρριψη ή μερική έγκριση.")
        decided = replace(self._next(case), outcome=outcome, note=note)
        return self._tell(decided, "case.decided", {"outcome": outcome, "note": note})

    def close(self, reference: str) -> Case:
        case = self._open_case(reference)
        return self._tell(replace(self._next(case), closed=True), "case.closed", {"outcome": case.outcome})

    def set_mobile(self, afm: str, mobile: str | None) -> Citizen:
        """What ΕΜΕπ holds from now on. No event: the contact registry sends none."""
        changed = replace(self.citizen(afm), mobile=mobile)
        self.citizens[afm] = changed
        return changed

    def announce(self, registry: str, kind: str, subject: str, afm: str, data: Mapping[str, Any]) -> None:
        """Tell something that is no case's: a certificate. Each subject has one such event."""
        self._announced += 1
        change = Change(
            id=f"{registry}-{self._epoch}-r{self._announced}",
            type=f"gr.gov.{kind}",
            registry=registry,
            reference=subject,
            at=self.now(),
            data={"sequence": 1, "afm": afm, **data},
        )
        self._publish(change)

    # Inside

    def _next_reference(self, registry: str, year: int) -> str:
        number = self._numbers.get(registry, 0) + 1
        return f"{book_of(registry).prefix}-{year}-{number:06d}"

    def _open_case(self, reference: str) -> Case:
        case = self.case(reference)
        if case.closed:
            raise NotAllowed("Η υπόθεση έχει κλείσει.")
        return case

    def _next(self, case: Case) -> Case:
        return replace(case, sequence=case.sequence + 1, updated_at=self.now())

    def _judge(self, reference: str, code: str, status: str, reason: str) -> Case:
        case = self._open_case(reference)
        held = next((document for document in case.documents if document.code == code), None)
        if held is None or held.status == "accepted":
            raise NotAllowed("Το δικαιολογητικό αυτό δεν εκκρεμεί.")
        judged = replace(held, status=status, reason=reason)
        changed = replace(self._next(case), documents=_merged(case.documents, (judged,)))
        told = {"code": code} if status == "accepted" else {"code": code, "title": held.title, "reason": reason}
        return self._tell(changed, f"case.document-{status}", {"documents": [told]})

    def _tell(self, case: Case, kind: str, data: Mapping[str, Any]) -> Case:
        position = self.file(case)
        base = {"sequence": case.sequence, "afm": case.afm, "procedure": case.procedure}
        change = Change(
            id=f"{case.registry}-{self._epoch}-{position}",
            type=f"gr.gov.{kind}",
            registry=case.registry,
            reference=case.reference,
            at=case.updated_at,
            data={**base, **data},
        )
        self._publish(change)
        return case

    def _publish(self, change: Change) -> None:
        for watcher in self._watchers:
            watcher(change)


def _named(case: Case, document: Document) -> Document:
    paper = case.kind.paper(document.code)
    title = document.title or (paper.title if paper else "")
    if not title:
        raise NotAllowed("Το δικαιολογητικό δεν ανήκει στη διαδικασία και δεν έχει τίτλο.")
    return replace(document, title=title, status="missing")


def _merged(held: tuple[Document, ...], new: tuple[Document, ...]) -> tuple[Document, ...]:
    by_code = {document.code: document for document in (*held, *new)}
    return tuple(by_code.values())


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
