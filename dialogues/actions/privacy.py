"""What is held of a citizen: told, given as a copy, erased. Whose it is must be proven for all but the last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.confirming import ask_to_confirm, is_confirmed
from dialogues.actions.identity import PROVEN, UnlinkChat, unlinked
from dialogues.actions.pending import remember, wish_of
from dialogues.ports import Look, LookedFor, Looker, Reads
from dialogues.say import Say, Value
from dialogues.turn import Erase, SendCopy

_LINES = (
    ("messages", "utter_held_messages"),
    ("contact_points", "utter_held_contact_points"),
    ("cases", "utter_held_cases"),
    ("handed_in", "utter_held_handed_in"),
    ("certificates", "utter_held_certificates"),
    ("alerts", "utter_held_alerts"),
    ("preferences", "utter_held_preferences"),
    ("codes", "utter_held_codes"),
    ("registry_calls", "utter_held_calls"),
)
"""Kinds that are told, in this order, each with what it is kept for. The copy has all."""


Answer = Callable[[ActionInput], Awaitable[ActionOutput]]


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


_WHO: Mapping[Looker, str] = MappingProxyType(
    {Looker.EMPLOYEE: "utter_looked_employee", Looker.SUPERVISOR: "utter_looked_supervisor"}
)
_WHAT_FOR: Mapping[LookedFor, str] = MappingProxyType(
    {
        LookedFor.CHAT: "utter_looked_chat",
        LookedFor.CALL: "utter_looked_call",
        LookedFor.DETAILS: "utter_looked_details",
        LookedFor.NUMBER: "utter_looked_number",
    }
)


class WhoLooked(Action):
    """«Ποιος είδε τα στοιχεία μου;»: role, purpose and day, from the audit log. Never a name."""

    name = "action_who_looked"
    intent = "who_looked"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or turn.context.level < PROVEN:
            return ActionOutput((Say("utter_looked_prove"),), {"pending": remember(self.intent)})
        looks = await self._reads.privacy.looks(turn.context.citizen_id, turn.context.now)
        named = tuple(_looked(one) for one in looks.named)
        said = Say("utter_looked", {"looks": named}) if named else Say("utter_looked_none")
        more = (Say("utter_looked_more", {"count": looks.more}),) if looks.more else ()
        asked = (Say("utter_looked_asked", {"count": looks.asked}),) if looks.asked else ()
        told = Say(said.response, said.values, (*more, *asked))
        return ActionOutput((told,), {"question": None, "pending": None})


def _looked(look: Look) -> Say:
    values: dict[str, Value] = {"seen": look.on, "who": Say(_WHO[look.who]), "purpose": Say(_WHAT_FOR[look.purpose])}
    return Say("utter_looked_line", values)


class DeleteMe(Action):
    """Asks for six digits that only the answer holds: a forged sender never sees them, nobody taps them unawares."""

    name = "action_delete_me"
    intent = "delete_me"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        known = turn.context.citizen_id is not None
        response = "utter_erase_confirm" if known else "utter_erase_confirm_chat"
        return await ask_to_confirm(self._reads, turn, self.intent, response)


class Confirmed(Action):
    """The digits came back: one try, within ten minutes of asking."""

    name = "action_confirm_deletion"

    def __init__(self, reads: Reads, others: Mapping[str, Answer] = MappingProxyType({})) -> None:
        """``others`` answer the digits of wishes that take nothing away, by wish."""
        self._reads = reads
        self._others = others

    async def run(self, turn: ActionInput) -> ActionOutput:
        over = {"question": None, "pending": None}
        wish = wish_of(turn)
        if other := self._others.get(wish or ""):
            return await other(turn)
        right = is_confirmed(self._reads, turn) if wish in (DeleteMe.intent, UnlinkChat.intent) else None
        if not right:
            late, wrong = _REFUSED[wish if wish in _REFUSED else DeleteMe.intent]
            return ActionOutput((Say(late if right is None else wrong),), over)
        if wish == UnlinkChat.intent:
            return unlinked(turn)
        known = turn.context.citizen_id is not None
        return ActionOutput((Say("utter_erased" if known else "utter_erased_chat"),), over, (Erase(everywhere=known),))


_REFUSED = {
    DeleteMe.intent: ("utter_erase_late", "utter_erase_wrong"),
    UnlinkChat.intent: ("utter_unlink_late", "utter_unlink_late"),
}
"""By wish: what is said when the digits come too late, and when they are wrong."""
