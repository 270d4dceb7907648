"""A narrower question: routed to the case, the service, the linking or the counter itself that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.case_facets import Asked, CaseFacets
from dialogues.actions.cases import AboutOneCase
from dialogues.actions.documents import with_upload_link
from dialogues.actions.facts import ANSWERED, ServiceFacets, meaning
from dialogues.actions.general import ServiceTeller
from dialogues.actions.identity import SendTheCode
from dialogues.actions.naming import compared, shares_words
from dialogues.actions.pending import facet_of
from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import Catalogue, Office, Service
from dialogues.ports import CaseView, Overview, Reads
from dialogues.say import Say
from dialogues.topics import NOTHING, about

ALWAYS: Mapping[str, str] = MappingProxyType(
    {
        "answers": "utter_answers",
        "proxy_firm": "utter_proxy_firm",
        "proxy_how": "utter_proxy_how",
        "proxy_paper": "utter_proxy_paper",
        "erase": "utter_how_erase",
        "number": "utter_number",
        "safe": "utter_fraud_safe",
        "stays": "utter_case_stays",
        "bot": "utter_about_bot",
        "heir": "utter_heir",
        "report": "utter_report",
        "shelter": "utter_shelter",
        "abroad": "utter_abroad",
        "begin": "utter_begin",
        "binding": "utter_binding",
        "charge": "utter_fee_link",
        "genuine": "utter_genuine",
        "open": "utter_always_open",
        "warnings": "utter_warnings",
        "withdraw": "utter_withdraw",
        "noway": "utter_no_way",
        "praise": "utter_praise",
        "privacy": "utter_privacy",
        "fine": "utter_fine",
        "kept": "utter_alerts_kept",
        "later": "utter_alerts_later",
        "noted": "utter_noted",
        "remind": "utter_remind",
        "seen": "utter_unseen",
        "settled": "utter_settled",
        "told": "utter_told",
        "elsewhere": "utter_how_linked",
        "where": "utter_alerts_where",
        "wait": "utter_wait",
    }
)
"""Of the counter itself, whatever is talked about."""

_LINKING: Mapping[str, str] = MappingProxyType(
    {
        "amount": "utter_fee_link",
        "contact": "utter_next_link",
        "extension": "utter_next_link",
        "late": "utter_next_link",
        "documents": "utter_next_link",
        "fee": "utter_fee_link",
        "pay": "utter_fee_link",
        "state": "utter_next_link",
        "term": "utter_repeat_link",
        "next": "utter_next_link",
        "nocode": "utter_no_code",
        "object": "utter_why_link",
        "proxy": "utter_proxy_link",
        "repeat": "utter_repeat_link",
        "submit": "utter_next_link",
        "todo": "utter_next_link",
        "until": "utter_next_link",
        "when": "utter_next_link",
        "who": "utter_about_bot",
        "why": "utter_why_link",
    }
)
CELLS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "link": _LINKING,
        "afm": {**_LINKING, "repeat": "utter_repeat_afm", "term": "utter_repeat_afm"},
        "code": {**_LINKING, "repeat": "utter_repeat_code", "state": "utter_no_code", "contact": "utter_no_code"},
        "person": {"repeat": "utter_repeat_person", "why": "utter_repeat_person"},
        "called": dict.fromkeys(("state", "when", "next", "repeat", "who", "todo"), "utter_called_when"),
        "cases": {"repeat": "utter_repeat_choice"},
        "grief": dict.fromkeys(
            ("documents", "submit", "until", "contact", "todo", "next", "late", "who", "when", "make"),
            "utter_death_record",
        ),
        "fraud": {
            **dict.fromkeys(("contact", "submit", "todo", "who", "object", "late"), "utter_fraud_report"),
            **dict.fromkeys(("privacy", "state"), "utter_fraud_safe"),
        },
    }
)
"""What is asked while something is open: topic, facet, and the response that answers."""

PROXY = "proxy"
"""The facet, and what is talked about after its answer."""
OF_ANYTHING: Mapping[str, str] = MappingProxyType(
    {"nocode": "utter_no_code_open", "proxy": "utter_proxy_link", "repeat": "utter_repeat"}
)
"""Where nothing that is talked about has an answer of its own."""
_AWAITED = ("afm", "code", "kaek", "amka", "purpose", "order")
"""Questions beside which no person is offered."""
_OF_CASE_TOO = frozenset({"when", "next", "state", "todo"})
"""What may be asked of a case although a person was called meanwhile."""
_OF_SERVICE = frozenset({"fee", "documents", "submit", "when", "contact", "pay"})
"""What is asked of the service that was talked about although linking was offered beside it."""
_OF_CASE_ALONE = frozenset({"state", "until", "todo", "told"})
_BOTH = 2
_RATHER_NAMED = 0.6
"""Below this probability of its question, a message that names another case does no more than that."""
_NAMES = ("case_ref", "protocol", "kaek", "procedure", "agency")
_KINDS = ("procedure", "certificate_type", "agency")
_WAITING = frozenset({"until", "late", "extension", "submit", "documents", "todo", "make"})
"""Facets of what a case waits for: of several cases, those that wait are meant."""


_OF_A_PAPER = frozenset({"late", "extension"})
"""Facets that mean nothing of a case that waits for no paper."""


class AskFacet(AboutOneCase):
    """When, why, what next: of whatever is talked about."""

    name = "action_facet"
    intent = "ask_facet"

    def __init__(self, reads: Reads, teller: CaseTeller, link: SendTheCode, catalogue: Catalogue) -> None:
        super().__init__(reads, teller, link)
        self._catalogue = catalogue
        self._cases = CaseFacets(catalogue, teller)
        self._services = ServiceFacets(catalogue)
        self._named = ServiceTeller(catalogue)

    async def run(self, turn: ActionInput) -> ActionOutput:
        told = _opening_case(await self._answered(turn), turn)
        others = facet_of(turn) == PROXY and not turn.slots.get("case") and not turn.slots.get("topic")
        return replace(told, slots={**told.slots, "about": PROXY}) if others else told

    async def _answered(self, turn: ActionInput) -> ActionOutput:
        facet = facet_of(turn)
        if response := self._of_counter(turn, facet):
            return ActionOutput((Say(response),), {"facet": facet})
        if facet == "term" and (term := self._catalogue.terms.find(turn.message.text)):
            return ActionOutput((meaning(term),), {"facet": facet})
        topic = self._public(turn, facet)
        if topic is not None and facet in ANSWERED:
            answer = (self._services.answer(topic, facet),)
            return ActionOutput(_offering(answer, turn), {"facet": facet, "topic": topic.code})
        others = facet == PROXY and not turn.slots.get("case")
        if (turn.context.citizen_id is None or others) and (response := OF_ANYTHING.get(facet)):
            return ActionOutput((Say(response),), {"facet": facet})
        told = await super().run(turn)
        return ActionOutput(
            _offering(told.says, turn), {**told.slots, "facet": facet}, told.effects, listed=told.listed
        )

    def tell(self, case: CaseView, turn: ActionInput) -> Say:
        """What is asked of the case. Where it is another than the one talked about: which it is, and the whole of it
        where it was only named."""
        talked_about = turn.slots.get("case")
        named = self._teller.is_about(case, turn) or shares_words(turn.message.text, case)
        other = case.reference != talked_about and (named or talked_about is not None)
        if other and named and turn.confidence < _RATHER_NAMED:
            return self._teller.status(case, turn.context.now)
        asked = Asked(turn.message.text, turn.context.now, about(turn.slots), turn.slots.get("facet"))
        told = self._cases.answer(case, facet_of(turn), asked)
        if not other or "reference" in told.values:
            return told
        return Say("utter_case_part_which", self._teller.names(case), more=(told,))

    def answer(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        told = self._of_cases(turn, seen)
        return with_upload_link(told, seen.cases) if facet_of(turn) == "submit" else told

    def _of_cases(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """Of what is missing only a case can be asked that lacks something, unless one is named or talked about. Of two
        cases both are told: that is shorter than to ask which. Who has no case of the procedure that is named is told
        of the procedure."""
        if general := self._in_general(turn, seen):
            return general
        if facet_of(turn) == "when" and not turn.earlier and (one := compared(turn.message.text, seen.cases)):
            return super().answer(turn, replace(seen, cases=(one,)))
        if facet_of(turn) in _WAITING and not turn.earlier:
            with_it = tuple(case for case in seen.cases if self._cases.names_paper(case, turn.message.text))
            seen = replace(seen, cases=with_it) if len(with_it) == 1 else seen
        waiting = tuple(case for case in seen.cases if case.missing)
        if len(waiting) == 1 and facet_of(turn) in _OF_A_PAPER and not turn.earlier and not self._names_one(turn, seen):
            seen = replace(seen, cases=waiting)  # whichever was told last
        narrowed = waiting and facet_of(turn) in _WAITING and not turn.slots.get("case") and not turn.named(*_NAMES)
        meant = self._meant(turn, waiting if narrowed else seen.cases)
        if len(meant) == _BOTH and not seen.silent:
            first, second = (self.tell(case, turn) for case in meant)
            both = Say(first.response, first.values, more=(*first.more, second), options=first.options)
            slots = {"pending": None, "wish": self.intent, "topic": None}
            return ActionOutput((both,), slots, listed=tuple(case.reference for case in meant))
        if narrowed and len(waiting) == 1 and len(seen.cases) > 1:
            told, case = self.tell(waiting[0], turn), waiting[0]
            which = Say("utter_case_part_which", self._teller.names(case), more=(told,))
            return ActionOutput((which,), {"case": case.reference, "pending": None, "wish": self.intent, "topic": None})
        return super().answer(turn, replace(seen, cases=waiting) if narrowed else seen)

    def _names_one(self, turn: ActionInput, seen: Overview) -> bool:
        talked_about = next((case for case in seen.cases if case.reference == turn.slots.get("case")), None)
        named = turn.named(*_NAMES, "certificate_type") or any(
            shares_words(turn.message.text, case) for case in seen.cases
        )
        return bool(named) or talked_about is None or bool(talked_about.missing)

    def _in_general(self, turn: ActionInput, seen: Overview) -> ActionOutput | None:
        topic = self._named.named_in(turn) or self._catalogue.offices.get(turn.named("agency") or "")
        facet = facet_of(turn)
        if topic is None or facet not in ANSWERED or any(self._teller.is_about(case, turn) for case in seen.cases):
            return None
        return ActionOutput((self._services.answer(topic, facet),), {"topic": topic.code})

    def without_cases(self, turn: ActionInput, seen: Overview) -> ActionOutput:
        """The answer to who has no case: of the procedure, where one is named."""
        return self._in_general(turn, seen) or super().without_cases(turn, seen)

    def _of_counter(self, turn: ActionInput, facet: str) -> str | None:
        topic = about(turn.slots)
        if facet == "seen" and turn.context.citizen_id is not None:
            return "utter_seen"
        if turn.named("procedure", "certificate_type", "agency", "case_ref"):
            return ALWAYS.get(facet)
        if topic in ("link", "person") and turn.slots.get("topic") and facet in _OF_SERVICE:
            return None
        if topic == "called" and turn.slots.get("case") and facet in _OF_CASE_TOO:
            return None
        return CELLS.get(topic, {}).get(facet) or ALWAYS.get(facet)

    def _public(self, turn: ActionInput, facet: str) -> Service | Office | None:
        """The service or office that is meant, where it is one and no case of the citizen's."""
        if turn.named("case_ref", "protocol", "kaek") or facet in _OF_CASE_ALONE:
            return None
        named = self._named.named_in(turn)
        office = self._catalogue.offices.get(turn.named("agency") or turn.slots.get("topic") or "")
        if facet == "contact" and office is not None and named is None:
            return office
        if facet in _WAITING and turn.slots.get("case") and named is None and not turn.named("agency"):
            return None  # an office was asked for in between
        own = turn.slots.get("case") and not office and not turn.slots.get("topic")
        if turn.context.citizen_id is not None and (turn.named(*_KINDS) or own):
            return None  # a case of the citizen's goes before what is true of all
        remembered = about(turn.slots) in (
            "service",
            "certificate",
            "office",
            "link",
            "person",
            PROXY,
        ) and turn.slots.get("topic")
        if remembered or named is not None or office is not None:
            return self._named.meant_in(turn) or office
        return None


class OwnFirst(Action):
    """What is asked without naming of what: who has cases means them; else the wish is answered as it is."""

    def __init__(self, action: Action, facets: AskFacet, facet: str) -> None:
        self.name = action.name  # type: ignore[misc] # the action's own place in the rules
        self._action = action
        self._facets = facets
        self._facet = facet

    async def run(self, turn: ActionInput) -> ActionOutput:
        named = turn.named(*_NAMES, "certificate_type") or turn.slots.get("topic") or turn.intent == "give_topic"
        own = not named and turn.slots.get("case") and turn.context.citizen_id is not None
        return await (self._facets if own else self._action).run(replace(turn, facet=self._facet) if own else turn)


def _opening_case(told: ActionOutput, turn: ActionInput) -> ActionOutput:
    """Where nothing was talked about and cases were told of, they are what is talked about from now on."""
    opens = about(turn.slots) == NOTHING and (told.slots.get("case") or told.listed)
    return replace(told, slots={**told.slots, "about": "case"}) if opens else told


def _offering(says: tuple[Say, ...], turn: ActionInput) -> tuple[Say, ...]:
    """A person is offered unless another answer follows or a number is awaited."""
    kept = not turn.goes_on and turn.slots.get("question") not in _AWAITED
    return says if kept else tuple(map(_without_offer, says))


def _without_offer(say: Say) -> Say:
    """No person is offered while something else is asked for."""
    return replace(say, response="utter_fact") if say.response == "utter_fact_unknown" else say
