"""One question about a case, one answer: when, what next, why, until when. Pure; the whole is told by ``telling``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from dialogues.actions.facts import ServiceFacets, meaning, told
from dialogues.actions.question import Asked as Asked
from dialogues.actions.telling import CaseTeller, theirs
from dialogues.catalogue import Catalogue, Office
from dialogues.catalogue.facts import ProcedureFacts
from dialogues.catalogue.terms import Term
from dialogues.ports import CaseView
from dialogues.say import LocalizedText, Say, Value, in_a_row
from nlu.fold import fold
from nlu.names import stem

Cell = Callable[[CaseView, "Asked"], Say]
Missing = tuple[str, str, date | None]

_WRONG = ("λάθος", "διόρθ", "wrong", "correct", "mistake", "αλλάξ")
_TAKEN = ("δεκτ", "δεχτ", "έλαβ", "λάβατε", "παρέλαβ", "πήρατε", "έφτασ", "accept", "receiv", "arriv", "got")
_TO_THE_END = ("τελει", "τελιώ", "κλείν", "κλείσ", "ολοκλ", "βγαίν", "finish", "over", "done")
_STAGES = ("στάδια", "σταδια", "βήματα", "φάσεις", "steps", "stages")
_LONG_WORD = 4  # letters: shorter words name no paper


class CaseFacets:
    """Answers about one case."""

    def __init__(self, catalogue: Catalogue, teller: CaseTeller) -> None:
        self._catalogue = catalogue
        self._teller = teller
        self._services = ServiceFacets(catalogue)
        self._cells: Mapping[str, Cell] = MappingProxyType(
            {
                "state": self._state,
                "when": self._when,
                "next": self._next,
                "why": self._why,
                "until": self._until,
                "late": self._late,
                "extension": self._late,
                "submit": lambda case, _: told(self._facts(case).submit),
                "documents": self._documents,
                "todo": self._todo,
                "pay": lambda case, _: self._pay(case),
                "object": self._object,
                "contact": lambda case, _: self._contact(case),
                "term": self._term,
                "make": self._make,
                "repeat": self._plain,
            }
        )

    def answer(self, case: CaseView, facet: str, asked: Asked) -> Say:
        """The answer; a facet that the case itself does not tell comes from the catalogue's facts."""
        if cell := self._cells.get(facet):
            return cell(case, asked)
        fact = self._facts(case).get(facet)
        return told(fact) if fact else self._teller.status(case, asked.now)

    # --- where it is, and where it goes ---

    def _state(self, case: CaseView, asked: Asked) -> Say:
        if self._teller.has_ended(case):
            return self._teller.status(case, asked.now)
        stage = self._catalogue.stage(case.procedure, case.stage)
        values: dict[str, Value] = {**self._teller.names(case), "updated": case.updated_at}
        if stage is None:
            return Say("utter_case_state_plain", values)
        waits = self._waits(case)
        return Say("utter_case_state", {**values, "stage": stage.title}, more=waits)

    def _when(self, case: CaseView, asked: Asked) -> Say:
        if asked.about == "paper" and case.missing and not asked.says(_TO_THE_END):
            return self._until(case, asked)
        values: dict[str, Value] = {"reference": case.reference, "ask": self._facts(case).ask}
        if self._teller.has_ended(case):
            return Say("utter_case_when_ended", {**values, "updated": case.updated_at})
        if case.expected_by is None:
            return Say("utter_case_when_unknown", values, more=self._waits(case))
        late = case.expected_by < asked.today
        name = "utter_case_when_overdue" if late else "utter_case_when"
        return Say(name, {**values, "expected": case.expected_by}, more=self._waits(case))

    def _next(self, case: CaseView, asked: Asked) -> Say:
        facts = self._facts(case)
        values: dict[str, Value] = {"reference": case.reference, "ask": facts.ask}
        if self._teller.has_ended(case):
            return Say("utter_case_next_ended", values)
        if asked.about == "paper" and case.missing:
            return self._todo(case, asked)
        if case.stage not in facts.order:
            return Say("utter_case_next_unknown", values)
        if asked.says(_STAGES) and (left := self._left(case)):
            return left
        if asked.before == "next" and (rest := self._later(case, asked)):
            return rest
        following = facts.after(case.stage)
        if following is None:
            return Say("utter_case_next_last", values)
        return Say(
            "utter_case_next", {"next": self._title(case, following), "means": _sentence(facts.terms[following])}
        )

    def _left(self, case: CaseView) -> Say | None:
        """How many stages are left, and which."""
        order = self._facts(case).order
        stages = [self._catalogue.stage(case.procedure, stage) for stage in order[order.index(case.stage) + 1 :]]
        titles = [stage.title for stage in stages if stage]
        return Say("utter_case_next_left", {"count": len(titles), "steps": in_a_row(titles)}) if titles else None

    def _later(self, case: CaseView, asked: Asked) -> Say | None:
        """What comes after the next stage, or after the one that is named; ``None`` where nothing does."""
        order = self._facts(case).order
        named = self._catalogue.terms.find(asked.text)
        start = order.index(case.stage) + 1
        if named is not None and named.code in order:
            start = max(start, order.index(named.code))
        later = order[start + 1 :]
        if not later:
            return Say("utter_case_next_end", {"reference": case.reference})
        titles = [self._catalogue.stage(case.procedure, stage) for stage in later]
        known = [stage.title for stage in titles if stage]
        return Say("utter_case_next_later", {"steps": in_a_row(known)}) if known else None

    def _why(self, case: CaseView, asked: Asked) -> Say:
        if case.missing:
            if lines := self._teller.reasons(case):
                return Say(lines[0].response, lines[0].values, more=lines[1:])
            if asked.about == "paper":
                return told(self._facts(case).why_paper)
            return Say("utter_case_why_waits", {"reference": case.reference, "papers": _titles(case.missing)})
        if case.outcome == "refused" and case.note:
            return self._teller.status(case, asked.now)
        return told(self._facts(case).why)

    # --- what is wanted of the citizen ---

    def _until(self, case: CaseView, asked: Asked) -> Say:
        if not case.missing:
            ends = () if self._teller.has_ended(case) else (self._when(case, asked),)
            return Say("utter_case_until_nothing", {"reference": case.reference}, more=ends)
        lines = tuple(_deadline(papers, asked.today) for papers in _by_deadline(case.missing))
        return Say(lines[0].response, lines[0].values, more=lines[1:])

    def _late(self, case: CaseView, asked: Asked) -> Say:
        facts = self._facts(case)
        longer = asked.says(("παράτα", "extension", "extend", "χρόνο", "time", "περισσότερ", "καιρό"))
        answer = told(facts.extension if longer else facts.late)
        due = min((day for _, _, day in case.missing if day), default=None)
        if due is None:
            return answer
        return Say("utter_case_part_due", {"deadline": due}, more=(answer,))

    def _documents(self, case: CaseView, asked: Asked) -> Say:
        if paper := self.paper_in(case, asked.text):
            return paper
        if case.received and asked.says(_TAKEN):
            return self._teller.sent(case, asked.now)
        return self._teller.missing(case, asked.now)

    def paper_in(self, case: CaseView, text: str) -> Say | None:
        """The paper that the question names, and how it stands."""
        for code, title, due in case.missing:
            if self._is_named(title, text):
                values: dict[str, Value] = {"papers": theirs(title), **({"deadline": due} if due else {})}
                name = "utter_case_paper_missing_due" if due else "utter_case_paper_missing"
                return Say(name, values, more=self._teller.reasons(case, code))
        return self.taken_in(case, text)

    def taken_in(self, case: CaseView, text: str) -> Say | None:
        """The paper that the text names, if the registry has it."""
        for title in case.received:
            if self._is_named(title, text):
                taken = title in case.accepted
                rest = self._rest(case)
                name = "utter_case_paper_accepted" if taken else "utter_case_paper_received"
                return Say(name, {"papers": theirs(title)}, rest)
        return None

    def names_paper(self, case: CaseView, text: str) -> bool:
        """Does the text name one of its papers, by a telling word or by what people call it?"""
        titles = (*(title for _, title, _ in case.missing), *case.received)
        return any(self._is_named(title, text) for title in titles)

    def _is_named(self, title: str, text: str) -> bool:
        said = {stem(word) for word in fold(text).split()}
        if any(stem(word) in said for word in fold(title).split() if len(word) > _LONG_WORD):
            return True
        called, meant = self._catalogue.terms.find(text), self._catalogue.terms.find(title)
        return called is not None and called == meant

    def _rest(self, case: CaseView) -> tuple[Say, ...]:
        if not case.missing:
            return (Say("utter_case_part_nothing_missing"),)
        return (Say("utter_case_part_rest_missing", {"papers": _titles(case.missing)}),)

    def _todo(self, case: CaseView, asked: Asked) -> Say:
        if self._teller.has_ended(case):
            return self._teller.status(case, asked.now)
        if not case.missing:
            return Say("utter_case_todo_nothing", {"reference": case.reference, "stage": self._title(case, case.stage)})
        due = min((day for _, _, day in case.missing if day), default=None)
        values: dict[str, Value] = {"papers": _titles(case.missing), "submit": self._submit(case)}
        return Say("utter_case_todo_due", {**values, "deadline": due}) if due else Say("utter_case_todo", values)

    # --- from the catalogue ---

    def _pay(self, case: CaseView) -> Say:
        facts = self._facts(case)
        return told(facts.payment if case.procedure == "flood-compensation" else facts.pay)

    def _object(self, case: CaseView, asked: Asked) -> Say:
        facts = self._facts(case)
        return told(facts.wrong if asked.says(_WRONG) else facts.object)

    def _contact(self, case: CaseView) -> Say:
        if service := self._catalogue.services.get(case.procedure):
            return self._services.answer(service, "contact")
        office = self._office(case)
        return self._services.answer(office, "contact") if office else told(self._facts(case).who)

    def _term(self, case: CaseView, asked: Asked) -> Say:
        term = self._catalogue.terms.find(asked.text)
        if term is None and asked.about == "paper" and case.missing:
            term = self._catalogue.terms.find(case.missing[0][1])
        return meaning(term or self._catalogue.facts.meaning(case.procedure, case.stage))

    def _make(self, case: CaseView, asked: Asked) -> Say:
        """Who makes the paper that is named or missing, which its meaning says; else who knows."""
        missing = case.missing[0][1] if case.missing else ""
        term = self._catalogue.terms.find(asked.text) or self._catalogue.terms.find(missing)
        return meaning(term) if term else told(self._facts(case).who)

    def _plain(self, case: CaseView, asked: Asked) -> Say:
        term = self._catalogue.facts.meaning(case.procedure, case.stage)
        todo = self._todo(case, asked)
        if term is None or self._teller.has_ended(case):
            return todo
        return Say("utter_case_plain", {"means": _sentence(term), "todo": todo})

    def _office(self, case: CaseView) -> Office | None:
        return next((o for o in self._catalogue.offices.values() if o.registry == case.registry), None)

    def _facts(self, case: CaseView) -> ProcedureFacts:
        return self._catalogue.facts.of(case.procedure)

    def _waits(self, case: CaseView) -> tuple[Say, ...]:
        return (Say("utter_case_part_waits"),) if case.missing else ()

    def _title(self, case: CaseView, stage: str) -> LocalizedText | Say:
        known = self._catalogue.stage(case.procedure, stage)
        return known.title if known else Say("utter_stage_unknown")

    def _submit(self, case: CaseView) -> LocalizedText | Say:
        procedure = self._catalogue.procedure(case.procedure)
        return procedure.submit if procedure else Say("utter_submit_anywhere")


def _titles(missing: Sequence[Missing]) -> Value:
    return theirs(", ".join(title for _, title, _ in missing))


def _by_deadline(missing: Sequence[Missing]) -> list[list[Missing]]:
    """Papers that are due on the same day together, the soonest first, then those without a day."""
    days = sorted({due for _, _, due in missing}, key=lambda due: due or date.max)
    return [[paper for paper in missing if paper[2] == day] for day in days]


def _deadline(papers: Sequence[Missing], today: date) -> Say:
    due = papers[0][2]
    names: dict[str, Value] = {"papers": _titles(papers)}
    if due is None:
        return Say("utter_case_until_open", names)
    left = (due - today).days
    name = "utter_case_until" if left > 0 else "utter_case_until_past" if left else "utter_case_until_today"
    return Say(name, {**names, "deadline": due, "days": left})


def _sentence(term: Term) -> LocalizedText:
    """What it means, as a sentence of its own."""
    return {language: text[:1].upper() + text[1:] for language, text in term.means.items()}
