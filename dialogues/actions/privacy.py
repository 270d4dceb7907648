"""What is held of a citizen: told, given as a copy, erased. Whose it is must be proven for all but the last."""

from __future__ import annotations

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.identity import PROVEN
from dialogues.actions.pending import reference_of, remember, wish_of
from dialogues.ports import Reads
from dialogues.say import Say
from dialogues.turn import Erase, SendCopy

CONFIRM_WITHIN = 600  # seconds
_LINES = (
    ("messages", "utter_held_messages"),
    ("contact_points", "utter_held_contact_points"),
    ("cases", "utter_held_cases"),
    ("alerts", "utter_held_alerts"),
    ("preferences", "utter_held_preferences"),
    ("codes", "utter_held_codes"),
    ("registry_calls", "utter_held_calls"),
)
"""Kinds that are told, in this order, each with what it is kept for. The copy has all."""


class MyData(Action):
    """What is held, by kind and why. Who is not proven is told which kinds exist, and how to prove it."""

    name = "action_my_data"
    intent = "my_data"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or turn.context.level < PROVEN:
            return ActionOutput((Say("utter_my_data_prove"),), {"pending": remember(self.intent)})
        held = await self._reads.privacy.held(turn.context.citizen_id)
        lines = tuple(Say(name, {"count": held[kind]}) for kind, name in _LINES if held.get(kind))
        said = Say("utter_my_data", {"held": (Say("utter_held_tax_number"), *lines)})
        return ActionOutput((said,), {"question": None, "pending": None})


class CopyMyData(Action):
    """A copy. The link to it comes as a message of its own, made when the turn is committed."""

    name = "action_my_data_copy"
    intent = "my_data_copy"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or turn.context.level < PROVEN:
            return ActionOutput((Say("utter_my_data_prove"),), {"pending": remember(self.intent)})
        return ActionOutput((), {"question": None, "pending": None}, (SendCopy(),))


class DeleteMe(Action):
    """Asks for six digits that only the answer holds: a forged sender never sees them, nobody taps them unawares."""

    name = "action_delete_me"
    intent = "delete_me"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        mark = f"{turn.message.id}:{int(turn.message.at.timestamp())}:{turn.context.citizen_id or 0}"
        code = self._reads.privacy.confirmation(turn.context.conversation_id, mark)
        known = turn.context.citizen_id is not None
        said = Say("utter_erase_confirm" if known else "utter_erase_confirm_chat", {"code": code})
        return ActionOutput((said,), {"pending": remember(self.intent, mark)})


def _still_meant(mark: str, turn: ActionInput) -> bool:
    """Asked a moment ago, and of the same person: who was nobody then agreed to less than all of a citizen's data."""
    _, at, citizen = mark.split(":")
    soon = turn.message.at.timestamp() - int(at) <= CONFIRM_WITHIN
    return soon and int(citizen) == (turn.context.citizen_id or 0)


class EraseMe(Action):
    """The digits came back: one try, within ten minutes of asking."""

    name = "action_confirm_deletion"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        over = {"question": None, "pending": None}
        mark = reference_of(turn) if wish_of(turn) == DeleteMe.intent else None
        if mark is None or not _still_meant(mark, turn):
            return ActionOutput((Say("utter_erase_late"),), over)
        if turn.named("code") != self._reads.privacy.confirmation(turn.context.conversation_id, mark):
            return ActionOutput((Say("utter_erase_wrong"),), over)
        known = turn.context.citizen_id is not None
        return ActionOutput((Say("utter_erased" if known else "utter_erased_chat"),), over, (Erase(everywhere=known),))
