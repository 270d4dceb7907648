"""A question that was put off: told why, or that there is time, and asked again. A person called off again."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.say import Say
from dialogues.turn import CancelHandover
from nlu.letters import GREEK_LETTER, LATIN_LETTER

_OFFERS: Mapping[str, str] = MappingProxyType({"link": "utter_link_again", "person": "utter_person_again"})
"""Questions with yes and no, and how they are asked again behind a ``{first}`` sentence. Others repeat themselves."""
_WHY: Mapping[str, str] = MappingProxyType(
    {"link": "utter_why_link", "person": "utter_why_person", "afm": "utter_why_afm", "code": "utter_why_code"}
)


def asked_again(turn: ActionInput, first: str) -> Say:
    """``first``, and the open offer behind it."""
    again = _OFFERS.get(turn.slots.get("question") or "")
    return Say(again, {"first": Say(first)}) if again else Say(first)


def has_offer(turn: ActionInput) -> bool:
    return turn.slots.get("question") in _OFFERS


def lost(turn: ActionInput) -> str:
    """What is said of a message that was not understood, before an offer is made again."""
    return "utter_not_understood" if has_letters(turn) or not _is_foreign(turn) else "utter_two_languages"


def has_letters(turn: ActionInput) -> bool:
    text = turn.message.text
    return bool(GREEK_LETTER.search(text) or LATIN_LETTER.search(text))


def is_other_script(turn: ActionInput) -> bool:
    """Words, and none in letters that are read here."""
    return not has_letters(turn) and _is_foreign(turn)


def _is_foreign(turn: ActionInput) -> bool:
    return any(char.isalpha() for char in turn.message.text)


class AskAgain(Action):
    """«γιατί;», «περίμενε», «ίσως»: neither yes nor no. The question stays open."""

    name = "action_ask_again"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.intent == "wait":
            return ActionOutput((asked_again(turn, "utter_wait"),))
        return ActionOutput((asked_again(turn, _WHY.get(turn.slots.get("question") or "", "utter_not_understood")),))


class CancelPerson(Action):
    """No person is wanted any more: an open request is closed."""

    name = "action_cancel_handover"

    async def run(self, turn: ActionInput) -> ActionOutput:
        slots = {"question": None, "pending": None} if turn.slots.get("question") == "person" else {}
        return ActionOutput((Say("utter_person_cancelled"),), slots, (CancelHandover(),))


class Reaction(Action):
    """A tapped reaction says nothing that wants an answer: none is sent, and what is open stays open."""

    name = "action_reaction"

    async def run(self, turn: ActionInput) -> ActionOutput:
        return ActionOutput(slots={"question": turn.slots.get("question")})
