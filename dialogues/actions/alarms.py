"""What cannot wait: the right number or word at once, a person where one is needed, and nothing asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.say import Say
from dialogues.topics import about
from dialogues.turn import Effect, Handover

_SAYS: Mapping[str, str] = MappingProxyType(
    {
        "danger": "utter_danger",
        "despair": "utter_despair",
        "grief": "utter_grief",
        "fraud": "utter_fraud",
        "breach": "utter_breach",
    }
)
_CALLS = frozenset({"despair", "breach"})
"""Alarms for which a person is called; the reason is the alarm."""

_OVER = "danger_over"
_AID = "flood-compensation"
"""The procedure that is spoken of when an emergency is over."""
VIOLENCE = "violence"
"""What of danger has numbers of its own (facet)."""
_AGAIN: Mapping[str, str] = MappingProxyType({"danger": "utter_danger_again", "despair": "utter_despair_again"})
"""What is said of the same alarm a second time. No second person is called for it."""

_OPEN = ("question", "pending")
_SHOWN = (*_OPEN, "case", "wish", "topic", "last_choices")


def alarm_answer(kind: str) -> tuple[str, tuple[Effect, ...]]:
    """The response to an alarm, and what follows from it."""
    return _SAYS[kind], (Handover(kind),) if kind in _CALLS else ()


def _again(kind: str, turn: ActionInput) -> str | None:
    """The answer where the alarm was answered already, or is of a kind that has numbers of its own."""
    if kind == "danger" and turn.facet == VIOLENCE:
        return "utter_violence"
    return _AGAIN.get(kind) if about(turn.slots) == kind else None


class Alarm(Action):
    """Answers an alarm. What was open is dropped; where another's data was shown, what was talked about is as well."""

    name = "action_alarm"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.intent == _OVER:
            return ActionOutput((Say("utter_danger_over"),), {**dict.fromkeys(_OPEN), "topic": _AID})
        kind = turn.intent if turn.intent in _SAYS else "danger"
        if again := _again(kind, turn):
            return ActionOutput((Say(again),), dict.fromkeys(_OPEN))
        dropped = dict.fromkeys(_SHOWN if kind == "breach" else _OPEN)
        response, effects = alarm_answer(kind)
        return ActionOutput((Say(response),), dropped, effects)
