"""What takes away is done once digits came back that only our answer holds: a forged sender never sees them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogues.actions.base import ActionInput, ActionOutput
from dialogues.actions.pending import mark_of, remember
from dialogues.ports import Reads
from dialogues.say import Say, Value

CONFIRM_WITHIN = 600  # seconds
A_DAY = 3  # times that digits are asked for in one chat
_NOTHING: Mapping[str, Value] = MappingProxyType({})


async def ask_to_confirm(
    reads: Reads, turn: ActionInput, intent: str, response: str, values: Mapping[str, Value] = _NOTHING
) -> ActionOutput:
    """Ask for six digits before ``intent`` is carried out; ``response`` holds them as ``{code}``, beside ``values``."""
    conversation_id = turn.context.conversation_id
    if await reads.privacy.confirmations_asked(conversation_id, turn.context.now) >= A_DAY:
        return ActionOutput((Say("utter_confirm_limit"),), {"question": None, "pending": None})
    mark, digits = new_digits(reads, turn)
    return ActionOutput((Say(response, {**values, "code": digits}),), {"pending": remember(intent, mark=mark)})


def new_digits(reads: Reads, turn: ActionInput) -> tuple[str, str]:
    """A mark for this answer, and the six digits that belong to it."""
    mark = f"{turn.message.id}:{int(turn.message.at.timestamp())}:{turn.context.citizen_id or 0}"
    return mark, reads.privacy.confirmation(turn.context.conversation_id, mark)


def is_confirmed(reads: Reads, turn: ActionInput) -> bool | None:
    """Are these the digits? ``None``: nothing waits for any, or it waited too long, or whoever is known here has
    changed since they were shown."""
    mark = mark_of(turn)
    if mark is None:
        return None
    _, at, citizen = mark.split(":")
    soon = turn.message.at.timestamp() - int(at) <= CONFIRM_WITHIN
    if not soon or int(citizen) != (turn.context.citizen_id or 0):
        return None
    return turn.named("code") == reads.privacy.confirmation(turn.context.conversation_id, mark)
