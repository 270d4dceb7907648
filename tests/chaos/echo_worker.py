"""The worker as it is, but for two things: its dialogue echoes, since Rasa takes seconds to load, and it is in a hurry.

Leases are short, so that what a killed worker held is free again soon; and a message may be lost with its worker and be
in doubt more often than in real life, because here a worker dies every other second and a turn that a busy machine
holds up outlasts its lease: what is counted is doubles, and none shall end unanswered.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta

from bot.backoff import Backoff, RetryPolicy
from bot.commands.running import run, start
from bot.commands.work import work
from dialogues.ports import Reads
from dialogues.turn import Context, Event, Message, Reply, Turn
from tests.fakes.dialogue import EchoDialogue

IN_PARTS = "σε μέρη"
SOON = Backoff(first=0.1, most=0.5)
PACE = RetryPolicy(
    turn_lease=timedelta(seconds=2),
    turn_attempts=100,
    turn_again=SOON,
    send_lease=timedelta(seconds=4),  # longer than the phone ever takes to accept: after it, looking up finds all
    send_again=SOON,
    in_doubt=SOON,
    most_doubts=30,
    look_again=SOON,
)


class EchoInParts(EchoDialogue):
    """Answers what asks for it in two messages."""

    async def turn(self, history: Sequence[Event], message: Message, context: Context) -> Turn:
        turn = await super().turn(history, message, context)
        if IN_PARTS not in message.text:
            return turn
        [reply] = turn.replies
        return Turn((reply, Reply(f"{reply.text} bis", name=reply.name)), turn.events)


async def load(_model: str, _reads: Reads) -> EchoDialogue:
    return EchoInParts()


if __name__ == "__main__":
    sys.exit(run(work(start(), load, PACE)))
