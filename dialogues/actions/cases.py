"""The citizen's own cases. A case that is somebody else's is answered in the same words as one that does not exist."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.case_facets import CaseFacets
from dialogues.actions.general import ServiceTeller
from dialogues.actions.identity import SendTheCode, tax_number_in
from dialogues.actions.naming import compared, denied_by, each_named, named_by
from dialogues.actions.pending import reference_of, remember, wish_of
from dialogues.actions.telling import CaseTeller
from dialogues.ports import CaseView, Overview, Reads, Unavailable
from dialogues.say import Say
from nlu.fold import fold, fold_word

_IDENTIFIERS = ("case_ref", "protocol", "kaek")
_LINKING = ("afm", "code")  # the questions of linking
_TWO = 2
_KINDS = ("procedure", "agency", "certificate_type")
_CERTIFICATES = tuple(map(fold_word, ("πιστοποιητ", "βεβαίωσ", "βεβαιωσ", "certif", "αντίγραφ", "ληξιαρχ", "απόσπασμ")))
OTHER, FOLLOW_UP = "other_case", "follow_up"  # intents: not the one just talked about; the same, of something else


class OfCases(Action):
    """What every answer about cases shares: who asks, whether the cases can be seen, and what else it takes."""

    intent: ClassVar[str]
    """The wish that this action answers, by which it is taken up again."""

    def __init__(self, reads: Reads, teller: CaseTeller, link: SendTheCode) -> None:
        self._reads = reads
        self._teller = teller
        self._link = link

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None:
            return await self._link_first(turn)
        try:
            seen = await self._reads.overview(turn.context.citizen_id)
        except Unavailable:
            return ActionOutput((Say("utter_cases_unavailable"),))
        return self.answer(turn, seen) if seen.cases else self.without_cases(turn, seen)

    def without_cases(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """The answer to who has no case, as far as can be seen."""
        return ActionOutput((self._teller.none(seen, turn.context.now),))

    @abstractmethod
    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """The answer, given the citizen's cases: at least one."""

    async def _link_first(self, turn: ActionInput) -> ActionOutput:
        slots = {"pending": remember(self.intent, turn.named(*_IDENTIFIERS), facet=turn.facet)}
        if tax_number_in(turn):
            sent = await self._link.run(turn)
            return ActionOutput(sent.says, {**sent.slots, **slots}, sent.effects)
        offer = () if turn.slots.get("question") in _LINKING else (Say("utter_offer_link"),)
        return ActionOutput(offer, slots)


class ListCases(OfCases):
    """All of them: what waits for the citizen first, then what the services have in hand, then what has ended."""

    name = "action_list_cases"
    intent = "list_my_cases"

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        slots = {"wish": CaseStatus.intent, "topic": None}
        if turn.named(*_KINDS) and len(named := [c for c in seen.cases if self._teller.is_about(c, turn)]) == 1:
            seen = replace(seen, cases=tuple(named))
        if len(seen.cases) == 1:
            told = self._teller.only(seen, turn.context.now)
            return ActionOutput((told,), {"case": seen.cases[0].reference, **slots})
        return ActionOutput((self._teller.all(seen, turn.context.now),), {"pending": None, **slots})


class AboutOneCase(OfCases):
    """An answer about one case: the one named, the one talked about, the only one, or the one picked after asking."""

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        meant = self._meant(turn, seen.cases)
        if len(meant) == 1:
            slots = {"case": meant[0].reference, "pending": None, "wish": self.intent, "topic": None}
            return ActionOutput((self.tell(meant[0], turn),), slots)
        if not meant and seen.silent:  # it may be one of those that cannot be seen
            return ActionOutput((self._teller.unseen(seen),), {"pending": None})
        if not meant:
            missed = "utter_no_other_case" if turn.intent in (OTHER, FOLLOW_UP) else "utter_case_not_found"
            return ActionOutput((Say(missed),), {"pending": None})
        options = tuple(self._teller.option(case) for case in meant)
        response = "utter_which_of_two" if len(meant) == _TWO else "utter_which_case"
        asked = Say(response, more=self._teller.hidden(seen), options=options)
        return ActionOutput((asked,), {"pending": remember(self.intent, facet=turn.facet)})

    @abstractmethod
    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        """What was asked, of this case."""

    def likely(self, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        """The cases that the question makes sense for, if the citizen named none."""
        return cases

    def _meant(self, turn: ActionInput, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        """The cases that the message can mean: none when it names one that is not among them."""
        if turn.intent == OTHER:
            if earlier := _earlier(turn, cases):
                return earlier
            others = [case for case in cases if case.reference != turn.slots.get("case")]
            return self.likely(others) or others
        if reference := turn.named(*_IDENTIFIERS) or reference_of(turn):
            return [case for case in cases if case.reference == reference]
        if by_own_words := named_by(turn.message.text, cases):
            return by_own_words
        if of_kind := [case for case in cases if self._teller.is_about(case, turn)]:
            return of_kind
        if earlier := _earlier(turn, cases):
            return earlier
        if turn.intent == FOLLOW_UP and turn.named(*_KINDS):
            return []
        talked_about = [case for case in cases if case.reference == turn.slots.get("case")]
        return talked_about or self.likely(cases) or cases


def _earlier(turn: ActionInput, cases: Sequence[CaseView]) -> Sequence[CaseView]:
    """The case that «το προηγούμενο» or «το πρώτο» means."""
    return [case for case in cases if case.reference == turn.earlier]


class CaseStatus(AboutOneCase):
    """Where it stands."""

    name = "action_case_status"
    intent = "ask_case_status"

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """A line each of several that are named each by itself; the one that ends first, or last, if that is asked."""
        if not turn.earlier and (one := compared(turn.message.text, seen.cases)):
            return super().answer(turn, replace(seen, cases=(one,)))
        several = self._each(turn, seen.cases)
        if len(several) < _TWO:
            return super().answer(turn, seen)
        told = self._teller.all(replace(seen, cases=tuple(several)), turn.context.now)
        slots = {"pending": None, "wish": self.intent, "topic": None}
        return ActionOutput((told,), slots, listed=tuple(case.reference for case in several))

    def _each(self, turn: ActionInput, cases: Sequence[CaseView]) -> list[CaseView]:
        named = each_named(turn.message.text, cases)
        for entity in turn.entities:
            found = [case for case in cases if self._teller.is_of(case, entity)]
            named += found if len(found) == 1 else []
        return [case for case in cases if case in named]

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        return self._teller.status(case, turn.context.now)

    def by_words(self, turn: ActionInput, seen: Overview, *, titles_only: bool = False) -> ActionOutput | None:
        """The status of the one case whose own words, or else whose matter, the message has."""
        text = turn.message.text
        named: Sequence[CaseView] = named_by(text, seen.cases)
        if not named and not titles_only:
            named = [c for c in seen.cases if self._teller.is_about(c, turn)] or _earlier(turn, seen.cases)
        if len(self._each(turn, seen.cases)) >= _TWO and not titles_only:
            return self.answer(turn, seen)
        if len(named) != 1:
            return None
        told = self.answer(turn, replace(seen, cases=tuple(named)))
        denied = denied_by(text, seen.cases)
        return replace(told, listed=(denied.reference, named[0].reference)) if denied else told


class MissingDocuments(AboutOneCase):
    """Which papers a case waits for; what a procedure takes in general, where no case of the citizen's is meant."""

    name = "action_missing_documents"
    intent = "ask_missing_documents"

    def __init__(self, reads: Reads, teller: CaseTeller, link: SendTheCode, services: ServiceTeller) -> None:
        super().__init__(reads, teller, link)
        self._services = services

    async def run(self, turn: ActionInput) -> ActionOutput:
        own = await super().run(turn)
        if turn.context.citizen_id is not None or not (general := self._in_general(turn)):
            return own
        return ActionOutput((*general.says, *own.says), {**own.slots, **general.slots}, own.effects)

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        own = any(self._teller.is_about(case, turn) for case in seen.cases)
        return (None if own else self._in_general(turn)) or super().answer(turn, seen)

    def without_cases(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        return self._in_general(turn) or super().without_cases(turn, seen)

    def _in_general(self, turn: ActionInput) -> ActionOutput | None:
        """The papers of the procedure that the message names; ``None`` when it names none, or a case."""
        service = None if turn.named(*_IDENTIFIERS) else self._services.meant_in(turn)
        if service is None:
            return None
        return ActionOutput((self._services.papers(service),), {"wish": "help", "topic": service.code})

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        return self._teller.missing(case, turn.context.now)

    def likely(self, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        return [case for case in cases if case.missing]


class DocumentSent(AboutOneCase):
    """A paper was sent: what the registry shows of it, and nothing beyond that."""

    name = "action_document_sent"
    intent = "report_document_sent"

    def __init__(self, reads: Reads, teller: CaseTeller, link: SendTheCode, papers: CaseFacets) -> None:
        super().__init__(reads, teller, link)
        self._papers = papers

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        named = self._papers.taken_in(case, turn.message.text)
        return named or self._teller.sent(case, turn.context.now)

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """What is sent is what was missing, whichever case was talked about; a paper that is named tells the case."""
        with_it = tuple(case for case in seen.cases if self._papers.names_paper(case, turn.message.text))
        if len(with_it) == 1:
            return super().answer(turn, replace(seen, cases=with_it))
        waiting = self.likely(seen.cases)
        open_ = not turn.named(*_IDENTIFIERS, *_KINDS) and turn.intent == self.intent
        return super().answer(turn, replace(seen, cases=tuple(waiting)) if waiting and open_ else seen)

    def likely(self, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        return [case for case in cases if case.missing]


class CertificateStatus(AboutOneCase):
    """Where a certificate is that was asked for: one for which a case is on record, else a person is offered. Who has
    cases and speaks of no certificate means one of the cases."""

    name = "action_certificate_status"
    intent = "certificate_status"

    def __init__(self, reads: Reads, teller: CaseTeller, link: SendTheCode, status: CaseStatus) -> None:
        super().__init__(reads, teller, link)
        self._status = status

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        wanted = turn.named("certificate_type")
        issued = tuple(c for c in seen.cases if self._teller.is_certificate(c) and wanted in (None, c.procedure))
        if not issued and wanted is None and turn.intent == self.intent and not says_certificate(turn):
            return self._status.answer(turn, seen)
        of_certificates = replace(seen, cases=issued)
        return super().answer(turn, of_certificates) if issued else self.without_cases(turn, of_certificates)

    def without_cases(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        if seen.silent:
            return super().without_cases(turn, seen)
        return ActionOutput((Say("utter_no_certificate"),), {"pending": None, "wish": self.intent})

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        return self._teller.status(case, turn.context.now)


def says_certificate(turn: ActionInput) -> bool:
    """Does the message have a word for a certificate?"""
    return any(word.startswith(_CERTIFICATES) for word in fold(turn.message.text).split())


class CaseNamed(Action):
    """A reference and nothing asked: the answer to "which one?", or a wish to know where it stands."""

    name = "action_case_named"

    def __init__(self, wishes: Mapping[str, Action], default: Action) -> None:
        self._wishes = wishes
        self._default = default

    async def run(self, turn: ActionInput) -> ActionOutput:
        waiting = wish_of(turn) if turn.slots.get("question") == "case" else None
        return await self._wishes.get(waiting or "", self._default).run(turn)
