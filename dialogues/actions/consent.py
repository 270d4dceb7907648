"""Alerts: stopped and started by a word, at once and without a question. A wish for another channel is no consent."""

from __future__ import annotations

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.preferences import SetThePreference
from dialogues.channels import preferred
from dialogues.ports import Reads
from dialogues.say import Say
from dialogues.turn import SetConsent


class StopAlerts(Action):
    """No more alerts here. What was being talked about is dropped: whoever says stop is asked nothing more."""

    name = "action_stop_notifications"

    async def run(self, turn: ActionInput) -> ActionOutput:  # noqa: ARG002 - the same for everyone
        return ActionOutput((Say("utter_stopped"),), {"question": None, "pending": None}, (SetConsent(allowed=False),))


class StartAlerts(Action):
    """Alerts again, here. Another channel named is kept as where they are wanted, and is no consent to these."""

    name = "action_start_notifications"

    def __init__(self, reads: Reads) -> None:
        self._preference = SetThePreference(reads)

    async def run(self, turn: ActionInput) -> ActionOutput:
        kind, value = turn.preference or ("", "")
        if kind == "channel" and preferred(value)[0] != turn.context.channel:
            return await self._preference.run(turn)
        return ActionOutput((Say("utter_started"),), effects=(SetConsent(allowed=True),))
