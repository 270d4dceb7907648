"""The conversation itself: breaking off, changing language, not understanding, asking for a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.say import Say
from dialogues.turn import Handover, SetLanguage
from nlu.fold import fold

_OTHER: Mapping[str, str] = MappingProxyType({"el": "en", "en": "el"})
_NAMED: tuple[tuple[str, str], ...] = (("αγγλικ", "en"), ("english", "en"), ("ελληνικ", "el"), ("greek", "el"))


class Cancel(Action):
    """Break off what is being done."""

    name = "action_cancel"

    async def run(self, turn: ActionInput) -> ActionOutput:
        busy = turn.slots.get("question") or turn.slots.get("pending")
        said = Say("utter_cancelled" if busy else "utter_nothing_to_cancel")
        return ActionOutput((said,), {"question": None, "pending": None})


class ChangeLanguage(Action):
    """Answer in the language named, else in the other one, until asked otherwise."""

    name = "action_change_language"

    async def run(self, turn: ActionInput) -> ActionOutput:
        key = fold(turn.message.text)
        named = (language for stem, language in _NAMED if fold(stem) in key)
        language = next(named, _OTHER[turn.context.language])
        slots = {"language": language, "language_asked_for": True}
        return ActionOutput((Say("utter_language_changed"),), slots, (SetLanguage(language),))


class Fallback(Action):
    """Not understood, or not ours: first say so and offer three things, then offer a person."""

    name = "action_fallback"

    async def run(self, turn: ActionInput) -> ActionOutput:
        misses = (turn.slots.get("misses") or 0) + 1
        first = "utter_out_of_scope" if turn.intent == "out_of_scope" else "utter_rephrase"
        return ActionOutput((Say(first if misses == 1 else "utter_offer_person"),), {"misses": misses})


class CallPerson(Action):
    """A person is wanted: on the citizen's own wish, or because the bot had offered one."""

    name = "action_handover"

    async def run(self, turn: ActionInput) -> ActionOutput:
        offered = turn.slots.get("question") == "person"
        reason = "gave-up" if offered and turn.intent == "affirm" else "asked"
        slots = {"question": None, "pending": None}
        return ActionOutput((Say("utter_handover"),), slots, (Handover(reason),))
