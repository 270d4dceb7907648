"""The conversation itself: breaking off, changing language, not understanding, anger, asking for a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dialogues.actions.asking import asked_again, has_letters, has_offer, is_other_script, lost
from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.calling import wants_a_call
from dialogues.actions.pending import remember, wish_of
from dialogues.actions.unsure import Unsure
from dialogues.questions import FINAL
from dialogues.say import Say
from dialogues.turn import AskCallBack, Handover, SetLanguage

_OTHER: Mapping[str, str] = MappingProxyType({"el": "en", "en": "el"})
OFFER_AT, CALL_AT = 2, 3  # messages in a row that were not understood
_REASONS: Mapping[str, str] = MappingProxyType({"complaint": "complaint", "nlu_fallback": "gave-up"})
"""Why a person was offered, by what waits for the answer."""


class Cancel(Action):
    """Break off what is being done."""

    name = "action_cancel"

    async def run(self, turn: ActionInput) -> ActionOutput:
        busy = turn.slots.get("question") or turn.slots.get("pending")
        said = Say("utter_cancelled" if busy else "utter_nothing_to_cancel")
        return ActionOutput((said,), {"question": None, "pending": None, "last_choices": None, "topic": None})


class ChangeLanguage(Action):
    """Answer in the language named, else in the other one, until asked otherwise."""

    name = "action_change_language"

    async def run(self, turn: ActionInput) -> ActionOutput:
        kind, wanted = turn.preference or ("", "")
        language = wanted if kind == "language" else _OTHER[turn.context.language]
        slots = {"language": language, "language_asked_for": True}
        said = "utter_language_now" if turn.goes_on else "utter_language_changed"
        return ActionOutput((Say(said),), slots, (SetLanguage(language),))


class Fallback(Action):
    """Not understood, or not ours: what may be meant, else three offers; then a person is offered, then one is
    called."""

    name = "action_fallback"

    def __init__(self, unsure: Unsure) -> None:
        self._unsure = unsure

    async def run(self, turn: ActionInput) -> ActionOutput:
        if named := await self._unsure.named(turn):
            return ActionOutput(named.says, {**named.slots, "fallback_count": None}, named.effects)
        if turn.slots.get("about") == "called" and has_letters(turn):  # it is for whoever was called
            return ActionOutput((Say("utter_noted"),), {"fallback_count": None})
        fallback_count = (turn.slots.get("fallback_count") or 0) + 1
        slots: dict[str, Any] = {"fallback_count": fallback_count}
        if turn.slots.get("question") in FINAL and fallback_count < CALL_AT:
            return ActionOutput((Say("utter_yes_plainly"),), slots)
        asks_again = fallback_count == 1 or (fallback_count < CALL_AT and not has_letters(turn))
        if has_offer(turn) and turn.intent == "nlu_fallback" and asks_again:
            return ActionOutput((asked_again(turn, lost(turn)),), slots if has_letters(turn) else {})
        if is_other_script(turn):
            return ActionOutput((Say("utter_two_languages"),), slots)
        if fallback_count == 1 and (guess := await self._unsure.talked_about(turn)):
            return ActionOutput((guess,), slots)
        if fallback_count == 1:
            first = "utter_out_of_scope" if turn.intent == "out_of_scope" else "utter_rephrase"
            return ActionOutput((Say(first),), slots)
        if fallback_count == OFFER_AT:
            return ActionOutput((Say("utter_offer_person"),), {**slots, "pending": remember("nlu_fallback")})
        if fallback_count == CALL_AT:
            slots |= {"question": None, "pending": None}
            return ActionOutput((Say("utter_gave_up"),), slots, (Handover("gave-up"),))
        return ActionOutput((Say("utter_still_waiting"),), slots)


class Complaint(Action):
    """Anger: met with an offer the first time; the second time a person is called."""

    name = "action_complaint"

    async def run(self, turn: ActionInput) -> ActionOutput:
        anger = (turn.slots.get("anger") or 0) + 1
        if anger == 1:
            return ActionOutput((Say("utter_complaint"),), {"anger": anger, "pending": remember("complaint")})
        slots = {"anger": anger, "question": None, "pending": None}
        return ActionOutput((Say("utter_complaint_again"),), slots, (Handover("gave-up"),))


class MaybePerson(Action):
    """A person is talked about, and whether one is wanted is not said: asked."""

    name = "action_maybe_person"

    async def run(self, turn: ActionInput) -> ActionOutput:  # noqa: ARG002 - every action takes a turn
        return ActionOutput((Say("utter_maybe_person"),))


class CallPerson(Action):
    """A person is wanted, on the citizen's own wish or as the bot had offered: in the chat, or by telephone."""

    name = "action_handover"

    async def run(self, turn: ActionInput) -> ActionOutput:
        last_choices = turn.slots.get("question") == "person" and turn.intent == "affirm"
        reason = _REASONS.get(wish_of(turn) or "", "asked") if last_choices else "asked"
        slots = {"question": None, "pending": None}
        if not last_choices and wants_a_call(turn.message.text):
            return ActionOutput((), {**slots, "about": "called"}, (AskCallBack(),))
        return ActionOutput((Say("utter_handover"),), slots, (Handover(reason),))
