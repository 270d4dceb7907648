"""Alerts: stopped and started by a word, at once and without a question."""

from __future__ import annotations

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.say import Say
from dialogues.turn import SetConsent


class StopAlerts(Action):
    """No more alerts here. What was being talked about is dropped: whoever says stop is asked nothing more."""

    name = "action_stop_notifications"

    async def run(self, turn: ActionInput) -> ActionOutput:  # noqa: ARG002 - the same for everyone
        return ActionOutput((Say("utter_stopped"),), {"question": None, "pending": None}, (SetConsent(allowed=False),))


class StartAlerts(Action):
    """Alerts again."""

    name = "action_start_notifications"

    async def run(self, turn: ActionInput) -> ActionOutput:  # noqa: ARG002 - the same for everyone
        return ActionOutput((Say("utter_started"),), effects=(SetConsent(allowed=True),))
