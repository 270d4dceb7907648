"""A ``work`` process whose dialogue is never asked: for what is measured behind the dialogue."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bot.channels.facts import SPOKEN
from bot.commands.running import run, start
from bot.commands.work import work
from bot.conversation.turn_handler import Dialogue
from dialogues.ports import Reads
from dialogues.responses import Phrases, phrases
from dialogues.turn import Context, Event, Message, Turn


class Silent:
    """Answers nothing."""

    def __init__(self, speak: Phrases) -> None:
        self.say = speak.say

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        return Turn()


async def silent(_model: str, _reads: Reads) -> Dialogue:
    return Silent(phrases(SPOKEN))


if __name__ == "__main__":
    sys.exit(run(work(start(), silent)))
