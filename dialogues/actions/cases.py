"""The citizen's own cases. A case that is somebody else's is answered in the same words as one that does not exist."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.identity import SendTheCode, tax_number_in
from dialogues.actions.pending import reference_of, remember, wish_of
from dialogues.actions.telling import CaseTeller
from dialogues.reads import CaseView, Reads, Unavailable
from dialogues.say import Say

_IDENTIFIERS = ("case_ref", "protocol", "kaek")
_LINKING = ("afm", "code")  # the questions of linking


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
            cases = await self._reads.cases(turn.context.citizen_id)
        except Unavailable:
            return ActionOutput((Say("utter_cases_unavailable"),))
        return self.answer(turn, cases) if cases else ActionOutput((Say("utter_no_cases"),))

    @abstractmethod
    def answer(self, turn: ActionInput, cases: Sequence[CaseView]) -> ActionOutput:
        """The answer, given the citizen's cases: at least one."""

    async def _link_first(self, turn: ActionInput) -> ActionOutput:
        slots = {"pending": remember(self.intent, turn.named(*_IDENTIFIERS))}
        if tax_number_in(turn):
            sent = await self._link.run(turn)
            return ActionOutput(sent.says, {**sent.slots, **slots}, sent.effects)
        offer = () if turn.slots.get("question") in _LINKING else (Say("utter_offer_link"),)
        return ActionOutput(offer, slots)


class ListCases(OfCases):
    """All of them, with their stages."""

    name = "action_list_cases"
    intent = "list_my_cases"

    def answer(self, turn: ActionInput, cases: Sequence[CaseView]) -> ActionOutput:
        if len(cases) == 1:
            return ActionOutput((self._teller.status(cases[0], turn.context.now),), {"case": cases[0].reference})
        lines = tuple(self._teller.line(case) for case in cases)
        options = tuple(self._teller.option(case) for case in cases)
        return ActionOutput((Say("utter_cases", {"cases": lines}, options=options),), {"pending": None})


class AboutOneCase(OfCases):
    """An answer about one case: the one named, the one talked about, the only one, or the one picked after asking."""

    def answer(self, turn: ActionInput, cases: Sequence[CaseView]) -> ActionOutput:
        meant = self._meant(turn, cases)
        if len(meant) == 1:
            return ActionOutput((self.tell(meant[0], turn),), {"case": meant[0].reference, "pending": None})
        if not meant:
            return ActionOutput((Say("utter_case_not_found"),), {"pending": None})
        options = tuple(self._teller.option(case) for case in meant)
        return ActionOutput((Say("utter_which_case", options=options),), {"pending": remember(self.intent)})

    @abstractmethod
    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        """What was asked, of this case."""

    def likely(self, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        """The cases that the question makes sense for, if the citizen named none."""
        return cases

    def _meant(self, turn: ActionInput, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        """The cases that the message can mean: none when it names one that is not among them."""
        if reference := turn.named(*_IDENTIFIERS) or reference_of(turn):
            return [case for case in cases if case.reference == reference]
        if of_kind := [case for case in cases if case.procedure == turn.named("procedure")]:
            return of_kind
        talked_about = [case for case in cases if case.reference == turn.slots.get("case")]
        return talked_about or self.likely(cases) or cases


class CaseStatus(AboutOneCase):
    """Where it stands."""

    name = "action_case_status"
    intent = "ask_case_status"

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        return self._teller.status(case, turn.context.now)


class MissingDocuments(AboutOneCase):
    """Which papers it waits for."""

    name = "action_missing_documents"
    intent = "ask_missing_documents"

    def tell(self, case: CaseView, turn: ActionInput) -> Say:  # noqa: ARG002 - the papers do not depend on who asks
        return self._teller.missing(case)

    def likely(self, cases: Sequence[CaseView]) -> Sequence[CaseView]:
        return [case for case in cases if case.missing]


class CaseNamed(Action):
    """A reference and nothing asked: the answer to "which one?", or a wish to know where it stands."""

    name = "action_case_named"

    def __init__(self, wishes: Mapping[str, Action], default: Action) -> None:
        self._wishes = wishes
        self._default = default

    async def run(self, turn: ActionInput) -> ActionOutput:
        waiting = wish_of(turn) if turn.slots.get("question") == "case" else None
        return await self._wishes.get(waiting or "", self._default).run(turn)
