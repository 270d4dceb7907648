"""Not understood, but something is talked about: what is known of it is told before anything else is asked."""

from __future__ import annotations

from collections.abc import Callable

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.cases import CaseStatus
from dialogues.actions.general import ServiceTeller
from dialogues.actions.telling import CaseTeller
from dialogues.ports import Overview, Reads, Unavailable
from dialogues.say import Say, Value
from dialogues.topics import about
from nlu.cues import cue_grams
from nlu.fold import fold

_LIKELY = 0.9
_OF_A_CASE = ("case", "paper", "cases", "called", "alerts")
_BESIDE = ("called", "alerts")
"""What may be talked about beside a case: what is surely no business of a public service is not of the case."""
_OF_A_SERVICE = ("service", "office")
_SURELY_NOT = 0.8
"""From this probability on a message is taken for nothing that a public service does."""


class Unsure:
    """What may have been meant by a message that nothing else understood."""

    def __init__(self, reads: Reads, teller: CaseTeller, status: CaseStatus, services: ServiceTeller) -> None:
        self._reads = reads
        self._teller = teller
        self._status = status
        self._services = services

    async def named(self, turn: ActionInput) -> ActionOutput | None:
        """The one case, or the service, whose words the message has: told whole."""
        if found := await self.case(turn):
            return found
        service = self._services.named_in(turn)
        if service is None:
            return None
        return ActionOutput((self._services.whole(service),), {"wish": "help", "topic": service.code})

    async def case(self, turn: ActionInput, *, titles_only: bool = False) -> ActionOutput | None:
        """The one case of the citizen's whose own words, or else whose matter, the message has."""
        own = await self._own(turn)
        return self._status.by_words(turn, own, titles_only=titles_only) if own else None

    async def talked_about(self, turn: ActionInput) -> Say | None:
        """What is known of the case or the service that is talked about, as a guess."""
        if about(turn.slots) == "grief":
            return Say("utter_death_record")
        if about(turn.slots) in _OF_A_SERVICE:
            service = self._services.meant_in(turn)
            values = {"title": service.title, "owner": service.owner} if service else {}
            return Say("utter_unsure_service", values) if service else None
        if about(turn.slots) not in _OF_A_CASE or (about(turn.slots) in _BESIDE and turn.confidence >= _SURELY_NOT):
            return None
        seen = await self._own(turn)
        meant = [case for case in seen.cases if case.reference == turn.slots.get("case")] if seen else []
        if not meant:
            return None
        numbered = turn.channels[turn.context.channel].numbered
        more = () if numbered else self._teller.brief(meant[0], turn.context.now)
        known: dict[str, Value] = {"ask": self._teller.ask(meant[0]), "stage": self._teller.stage_words(meant[0])}
        return Say("utter_unsure_case", {**self._teller.names(meant[0]), **known}, more=more)

    async def _own(self, turn: ActionInput) -> Overview | None:
        if turn.context.citizen_id is None:
            return None
        try:
            return await self._reads.overview(turn.context.citizen_id)
        except Unavailable:
            return None


class CaseFirst(Action):
    """A wish that is not certain, or names no more than what a case is about: the citizen's own case goes before it."""

    def __init__(
        self, action: Action, unsure: Unsure, is_sure: Callable[[ActionInput], bool], *, titles_only: bool = False
    ) -> None:
        """``is_sure``: the wish stands, whatever case's words the message has. ``titles_only``: what a case is about
        does not name it, its own words do."""
        self.name = action.name  # type: ignore[misc] # the action's own place in the rules
        self._action = action
        self._unsure = unsure
        self._is_sure = is_sure
        self._titles_only = titles_only

    async def run(self, turn: ActionInput) -> ActionOutput:
        found = None if self._is_sure(turn) else await self._unsure.case(turn, titles_only=self._titles_only)
        return found or await self._action.run(turn)


def is_likely(turn: ActionInput) -> bool:
    """Is the intent nearly certain?"""
    return turn.confidence >= _LIKELY


def names_service(turn: ActionInput) -> bool:
    """Does the message itself name a certificate or a procedure?"""
    return any(one.entity in ("certificate_type", "procedure") and one.end > one.start for one in turn.entities)


def asks_contact(turn: ActionInput) -> bool:
    """Does the message have a word by which an address, hours or a telephone are asked for?"""
    return "?contact" in cue_grams(fold(turn.message.text))
