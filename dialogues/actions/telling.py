"""How a case is told: which responses, filled with what. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from dialogues.actions.base import ActionInput
from dialogues.athens import day_of
from dialogues.catalogue import Catalogue
from dialogues.reads import CaseView
from dialogues.say import Option, Say, Value, Words

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


class CaseTeller:
    """Puts cases into responses."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def status(self, case: CaseView, now: datetime) -> Say:
        """Reference, stage, next step, expected date, and what is missing."""
        head = self._head(case)
        return Say(head.response, head.values, more=tuple(self._details(case, now)))

    def missing(self, case: CaseView) -> Say:
        """What the citizen still owes, or that it is nothing."""
        if not case.missing:
            return Say("utter_nothing_missing", self._names(case))
        return Say("utter_missing_documents", {**self._names(case), **self._documents(case)})

    def sent(self, case: CaseView) -> Say:
        """What the registry shows of the papers: what it has and what it still waits for."""
        has = tuple(Say("utter_document", {"title": title}) for title in case.received)
        more = (Say("utter_sent_part_received", {"documents": has}),) if has else ()
        if not case.missing:
            return Say("utter_sent_nothing_missing", self._names(case), more=more)
        return Say("utter_sent_still_missing", {**self._names(case), **self._documents(case)}, more=more)

    def is_about(self, case: CaseView, turn: ActionInput) -> bool:
        """Does the message name the case's procedure, its certificate, or the service that handles it?"""
        kinds = {found.value for found in turn.entities if found.entity in ("procedure", "certificate_type")}
        office = self._catalogue.offices.get(turn.named("agency") or "")
        return case.procedure in kinds if kinds else office is not None and case.registry == office.registry

    def is_certificate(self, case: CaseView) -> bool:
        """Was it opened to have a certificate issued?"""
        return case.procedure in self._catalogue.certificates

    def line(self, case: CaseView) -> Say:
        """One line of a list."""
        return Say("utter_case_line", {**self._names(case), "stage": self._stage_words(case)})

    def option(self, case: CaseView) -> Option:
        """The case as a choice; picking it says its reference."""
        return Option(Say("utter_case_choice", self._names(case)), case.reference)

    def title(self, case: CaseView) -> Value:
        procedure = self._catalogue.procedure(case.procedure)
        return procedure.title if procedure else case.title or case.procedure

    def _names(self, case: CaseView) -> dict[str, Value]:
        return {"reference": case.reference, "title": self.title(case)}

    def _head(self, case: CaseView) -> Say:
        names: dict[str, Value] = {**self._names(case), "updated": case.updated_at}
        if end := _end(case):
            return Say(_ENDED[end][0], names)
        stage = self._catalogue.stage(case.procedure, case.stage)
        if stage is None:
            return Say("utter_case_status_plain", names)
        return Say("utter_case_status", {**self._names(case), "stage": stage.title, "next": stage.next})

    def _details(self, case: CaseView, now: datetime) -> list[Say]:
        details = [Say("utter_case_part_note", {"note": case.note})] if case.note else []
        if _end(case) is None and case.expected_by:
            late = case.expected_by < day_of(now)
            part = "utter_case_part_overdue" if late else "utter_case_part_expected"
            details.append(Say(part, {"expected": case.expected_by}))
        if case.missing:
            details.append(Say("utter_case_part_missing", self._documents(case)))
        return details

    def _documents(self, case: CaseView) -> dict[str, Value]:
        procedure = self._catalogue.procedure(case.procedure)
        submit: Words | Say = procedure.submit if procedure else Say("utter_submit_anywhere")
        return {"documents": tuple(_document(title, due) for _, title, due in case.missing), "submit": submit}

    def _stage_words(self, case: CaseView) -> Words | Say:
        if end := _end(case):
            return Say(_ENDED[end][1])
        stage = self._catalogue.stage(case.procedure, case.stage)
        return stage.title if stage else Say("utter_stage_unknown")


def _end(case: CaseView) -> str | None:
    """How the case ended (a key of :data:`_ENDED`), ``None`` while it goes on."""
    if case.outcome in _ENDED:
        return case.outcome
    return _CLOSED if case.closed else None


def _document(title: str, due: date | None) -> Say:
    return (
        Say("utter_document_due", {"title": title, "deadline": due}) if due else Say("utter_document", {"title": title})
    )
