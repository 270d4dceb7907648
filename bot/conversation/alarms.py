"""Danger, despair and the like are answered also where nothing else is: one fixed answer, with its own allowance."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels.port import Inbound
from bot.conversation.effects import Wording
from casestore.conversations.repository import Conversation
from casestore.queues.spending import Spending
from dialogues.actions.alarms import alarm_answer
from dialogues.turn import Turn
from dialogues.understanding.alarm_phrases import ALARMS
from dialogues.understanding.interpret import preclassify
from dialogues.wording import LANGUAGES

A_DAY = 3
"""How often one contact point is told, where its messages are held."""
APART = timedelta(minutes=10)
_LONGEST = 2000  # characters that are read
_SPOKEN = {"greeklish": "el"}


class HeldAlarms:
    """What is answered to an alarm in a message that is held."""

    def __init__(self, *, spending: Spending, wording: Wording) -> None:
        self._spending = spending
        self._wording = wording

    async def answer(self, message: Inbound, conversation: Conversation, now: datetime) -> Turn | None:
        """``None``: no alarm, or told often enough. A person is called as in any turn: once, while none has come."""
        heard = preclassify(message.text[:_LONGEST], message.kinds, ())
        if heard is None or heard.intent not in ALARMS:
            return None
        told = await self._spending.alarms(conversation.recipient_key, now)
        if len(told) >= A_DAY or any(now - at < APART for at in told):
            return None
        response, effects = alarm_answer(heard.intent)
        said = _SPOKEN.get(heard.language, heard.language)
        language = said if said in LANGUAGES else conversation.language
        return Turn((self._wording.say(response, language, conversation.channel),), effects=effects)
