"""How a case is told: which responses, filled with what. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from babel.dates import format_date

from dialogues.actions.base import ActionInput
from dialogues.actions.blocking import blocker
from dialogues.athens import ATHENS, day_of
from dialogues.catalogue import Catalogue
from dialogues.ports import CaseView, Overview
from dialogues.say import LocalizedText, Option, Say, Value
from dialogues.turn import Entity

_CLOSED = "closed"
_ENDED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "granted": ("utter_case_granted", "utter_stage_granted"),
        "refused": ("utter_case_refused", "utter_stage_refused"),
        "partly": ("utter_case_partly", "utter_stage_partly"),
        _CLOSED: ("utter_case_closed", "utter_stage_closed"),
    }
)
"""How a case that has ended is told: in full, and as a word in a list."""


_LINK = re.compile(r"https?://|www\.|[a-z0-9-]\.[a-z]{2,}\b", re.IGNORECASE)
"""What a phone makes a link of."""
_LANGUAGES = ("el", "en")
_YOURS, _THEIRS, _ENDED_ALREADY = 0, 1, 2
_HEADINGS = {_YOURS: "utter_cases_yours", _THEIRS: "utter_cases_theirs", _ENDED_ALREADY: "utter_cases_ended"}


def theirs(text: str) -> Value:
    """A registry's words as they are told: a link in them is said to be the office's."""
    return Say("utter_with_their_link", {"note": text}) if _LINK.search(text) else text


def in_order(cases: Sequence[CaseView]) -> list[CaseView]:
    """By what the citizen must do: first what waits for them, soonest deadline first; then what a service has in hand,
    then what has ended, each newest change first."""
    newest = sorted(cases, key=lambda case: case.updated_at, reverse=True)
    return sorted(newest, key=lambda case: (_group(case), (_due(case) or date.max) if not _group(case) else date.min))


def moment(at: datetime, now: datetime) -> LocalizedText:
    """A point in time as it is told: the hour in Athens, with its day unless that is today."""
    hour, day = f"{at.astimezone(ATHENS):%H:%M}", day_of(at)
    if day == day_of(now):
        return {"el": f"στις {hour}", "en": f"at {hour}"}
    days = {language: format_date(day, "d MMMM y", locale=language) for language in _LANGUAGES}
    return {"el": f"στις {days['el']}, {hour}", "en": f"on {days['en']}, {hour}"}


class CaseTeller:
    """Puts cases into responses."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def status(self, case: CaseView, now: datetime) -> Say:
        """Reference, stage, next step, expected date, and what is missing."""
        head = self._head(case)
        return Say(head.response, head.values, more=tuple(self._details(case, now)))

    def all(self, seen: Overview, now: datetime) -> Say:
        """The one view: what waits for the citizen, what for a service, what has ended, and what cannot be seen."""
        cases = in_order(seen.cases)
        values: dict[str, Value] = {"cases": self._grouped(cases), "yours": _yours(cases)}
        options = tuple(self.option(case) for case in cases)
        return Say("utter_cases", values, more=self._gaps(seen, now), options=options)

    def only(self, seen: Overview, now: datetime) -> Say:
        """The one view of one case: whole."""
        case = seen.cases[0]
        told = self.status(case, now)
        others = tuple((registry, at) for registry, at in seen.stale if registry != case.registry)
        return Say(told.response, told.values, more=(*told.more, *self._gaps(Overview((), others, seen.silent), now)))

    def none(self, seen: Overview, now: datetime) -> Say:
        """That no case is seen; where not all could be looked at, that."""
        if not seen.silent:
            return Say("utter_no_cases", more=self._gaps(seen, now))
        told = {"offices": self._offices(seen.silent)}
        return Say("utter_no_cases_seen", told, more=self._gaps(Overview((), seen.stale), now))

    def hidden(self, seen: Overview) -> tuple[Say, ...]:
        """What follows a question among several cases, where there may be more that cannot be seen."""
        return (Say("utter_cases_part_silent", {"offices": self._offices(seen.silent)}),) if seen.silent else ()

    def unseen(self, seen: Overview) -> Say:
        """That the case which is meant may be one of those that cannot be seen."""
        return Say("utter_case_unseen", {"offices": self._offices(seen.silent)})

    def missing(self, case: CaseView, now: datetime) -> Say:
        """What the citizen still owes, or that it is nothing."""
        stale = _stale(case, now)
        if not case.missing:
            return Say("utter_nothing_missing", self.names(case), more=stale)
        more = (*self.reasons(case), *stale)
        return Say("utter_missing_documents", {**self.names(case), **self._documents(case)}, more=more)

    def reasons(self, case: CaseView, code: str | None = None) -> tuple[Say, ...]:
        """Why papers are wanted, in the registry's words: of all that are missing, or of one."""
        return tuple(
            Say("utter_case_why_paper", {"papers": theirs(title), "reason": theirs(case.reasons[each])})
            for each, title, _ in case.missing
            if case.reasons.get(each) and code in (None, each)
        )

    def sent(self, case: CaseView, now: datetime) -> Say:
        """What the registry shows of the papers: what it has and what it still waits for."""
        has = tuple(_document(title, None) for title in case.received)
        titles = theirs(", ".join(case.received))
        more = (
            *([Say("utter_sent_part_received", {"documents": has, "titles": titles})] if has else ()),
            *_stale(case, now),
        )
        if not case.missing:
            return Say("utter_sent_nothing_missing", self.names(case), more=more)
        return Say("utter_sent_still_missing", {**self.names(case), **self._documents(case)}, more=more)

    def is_about(self, case: CaseView, turn: ActionInput) -> bool:
        """Does the message name the case's procedure, its certificate, or the service that handles it?"""
        kinds = [found for found in turn.entities if found.entity in ("procedure", "certificate_type")]
        named = kinds or [found for found in turn.entities if found.entity == "agency"]
        return any(self.is_of(case, entity) for entity in named)

    def is_of(self, case: CaseView, entity: Entity) -> bool:
        """Is it the case's procedure, its certificate, or the service that handles it?"""
        office = self._catalogue.offices.get(entity.value) if entity.entity == "agency" else None
        return case.procedure == entity.value or (office is not None and office.registry == case.registry)

    def is_certificate(self, case: CaseView) -> bool:
        """Was it opened to have a certificate issued?"""
        return case.procedure in self._catalogue.certificates

    def has_ended(self, case: CaseView) -> bool:
        return _end(case) is not None

    def brief(self, case: CaseView, now: datetime) -> tuple[Say, ...]:
        """Stage, expected date and what is missing, without what it means and how it is handed in."""
        stage = Say("utter_case_part_stage", {"stage": self.stage_words(case)})
        if _end(case):
            return (stage,)
        late = case.expected_by is not None and case.expected_by < day_of(now)
        name = "utter_case_part_overdue" if late else "utter_case_part_expected"
        expected = (Say(name, {"expected": case.expected_by}),) if case.expected_by else ()
        papers = ", ".join(title for _, title, _ in case.missing)
        return (stage, *expected, *((Say("utter_case_part_lacks", {"papers": papers}),) if papers else ()))

    def option(self, case: CaseView) -> Option:
        """The case as a choice; picking it says its reference."""
        return Option(Say("utter_case_choice", self.names(case)), case.reference)

    def title(self, case: CaseView) -> Value:
        procedure = self._catalogue.procedure(case.procedure)
        return procedure.title if procedure else theirs(case.title or case.procedure)

    def ask(self, case: CaseView) -> LocalizedText:
        """Who knows what is not known here."""
        return self._catalogue.facts.of(case.procedure).ask

    def _grouped(self, cases: Sequence[CaseView]) -> tuple[Say, ...]:
        """Lines, each group under what it waits for."""
        lines: list[Say] = []
        group = None
        for case in cases:
            if (found := _group(case)) != group:
                lines.append(Say(_HEADINGS[found]))
                group = found
            lines.append(self._line(case))
            if found == _YOURS and (first := blocker(case, cases)):
                lines.append(Say("utter_case_line_blocked", self.names(first)))
        return tuple(lines)

    def _line(self, case: CaseView) -> Say:
        names = {**self.names(case), "stage": self.stage_words(case)}
        if _group(case) == _YOURS:
            papers = theirs(", ".join(title for _, title, _ in case.missing))
            due = _due(case)
            response = "utter_case_line_yours_due" if due else "utter_case_line_yours"
            return Say(response, {**names, "papers": papers, **({"deadline": due} if due else {})})
        stage = None if _end(case) else self._catalogue.stage(case.procedure, case.stage)
        return Say("utter_case_line_next", {**names, "next": stage.next}) if stage else Say("utter_case_line", names)

    def _gaps(self, seen: Overview, now: datetime) -> tuple[Say, ...]:
        """What is not as it is now, registry by registry, and what cannot be seen at all."""
        stale = tuple(
            Say("utter_cases_part_stale", {"office": self._offices([registry]), "at": moment(at, now)})
            for registry, at in seen.stale
        )
        return (*stale, *self.hidden(seen))

    def _offices(self, registries: Iterable[str]) -> LocalizedText:
        """What the registries' services are called."""
        titles = [self._office(registry) for registry in registries]
        return {language: ", ".join(title[language] for title in titles) for language in _LANGUAGES}

    def _office(self, registry: str) -> LocalizedText:
        offices = self._catalogue.offices.values()
        known = next((office.title for office in offices if office.registry == registry), None)
        return known or dict.fromkeys(_LANGUAGES, registry)

    def names(self, case: CaseView) -> dict[str, Value]:
        return {"reference": case.reference, "title": self.title(case)}

    def _head(self, case: CaseView) -> Say:
        names: dict[str, Value] = {**self.names(case), "updated": case.updated_at}
        if end := _end(case):
            return Say(_ENDED[end][0], names)
        stage = self._catalogue.stage(case.procedure, case.stage)
        if stage is None:
            return Say("utter_case_status_plain", names)
        told: dict[str, Value] = {"stage": stage.title, "next": stage.next, "after": self._after(case) or stage.next}
        return Say("utter_case_status", {**self.names(case), **told})

    def _after(self, case: CaseView) -> Say | None:
        """The stage that follows, as a word; ``None`` where none does, or it is not known."""
        following = self._catalogue.facts.of(case.procedure).after(case.stage)
        stage = self._catalogue.stage(case.procedure, following) if following else None
        return Say("utter_case_part_after", {"next": stage.title}) if stage else None

    def _details(self, case: CaseView, now: datetime) -> list[Say]:
        details = [Say("utter_case_part_note", {"note": theirs(case.note)})] if case.note else []
        if _end(case) is None and case.expected_by:
            late = case.expected_by < day_of(now)
            part = "utter_case_part_overdue" if late else "utter_case_part_expected"
            details.append(Say(part, {"expected": case.expected_by}))
        if case.missing:
            details.append(Say("utter_case_part_missing", self._documents(case)))
        return [*details, *_stale(case, now)]

    def _documents(self, case: CaseView) -> dict[str, Value]:
        procedure = self._catalogue.procedure(case.procedure)
        submit: LocalizedText | Say = procedure.submit if procedure else Say("utter_submit_anywhere")
        return {"documents": tuple(_document(title, due) for _, title, due in case.missing), "submit": submit}

    def stage_words(self, case: CaseView) -> LocalizedText | Say:
        """Where it is, as a word."""
        if end := _end(case):
            return Say(_ENDED[end][1])
        stage = self._catalogue.stage(case.procedure, case.stage)
        return stage.title if stage else Say("utter_stage_unknown")


def _group(case: CaseView) -> int:
    """Whom a case waits for."""
    if _end(case):
        return _ENDED_ALREADY
    return _YOURS if case.missing else _THEIRS


def _due(case: CaseView) -> date | None:
    """When the first of its missing papers is due."""
    return min((due for _, _, due in case.missing if due), default=None)


def _yours(cases: Sequence[CaseView]) -> Say:
    """Which of them wait for the citizen, in one sentence."""
    waiting = [case.reference for case in cases if _group(case) == _YOURS]
    return Say("utter_cases_waiting", {"references": ", ".join(waiting)}) if waiting else Say("utter_cases_none_wait")


def _stale(case: CaseView, now: datetime) -> tuple[Say, ...]:
    return () if case.as_of is None else (Say("utter_case_part_stale", {"at": moment(case.as_of, now)}),)


def _end(case: CaseView) -> str | None:
    """How the case ended (a key of :data:`_ENDED`), ``None`` while it goes on."""
    if case.outcome in _ENDED:
        return case.outcome
    return _CLOSED if case.closed else None


def _document(title: str, due: date | None) -> Say:
    named = {"title": theirs(title)}
    return Say("utter_document_due", {**named, "deadline": due}) if due else Say("utter_document", named)
