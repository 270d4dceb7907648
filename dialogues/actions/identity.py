"""Linking a conversation to a citizen: the tax number names, and a code proves. It comes to the registered mobile,
or is shown to whoever came back from the State's login; typed here, both mean the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.confirming import ask_to_confirm
from dialogues.actions.pending import remember, wish_of
from dialogues.ports import CodeCheck, CodeVerdict, Reads, Unavailable
from dialogues.say import Option, Say
from dialogues.turn import CodeTried, SendCode, SendLoginLink, Unlink
from nlu.checks import is_afm

_PERSONAL_NUMBER_PREFIX = 3  # characters before the tax number in a Προσωπικός Αριθμός
_OLD_DIGITS = 8
_BLANKS = str.maketrans("", "", " .-\n")
PROVEN = 2
RECEIPT = 4  # digits
OTHER_WAYS_AT = 3  # tax numbers that are none
_BY_LOGIN = (Option(Say("utter_choice_login"), "/log_in"),)


def tax_number_in(turn: ActionInput) -> str | None:
    """The valid tax number of the message, given as such or within a personal number."""
    personal = turn.named("personal_number")
    afm = turn.named("afm") or (personal[_PERSONAL_NUMBER_PREFIX:] if personal else _old(turn.message.text))
    return afm if afm and is_afm(afm) else None


def _old(text: str) -> str | None:
    """Numbers of eight digits, as on old papers, have got a 0 in front."""
    digits = text.translate(_BLANKS)
    return f"0{digits}" if digits.isascii() and digits.isdigit() and len(digits) == _OLD_DIGITS else None


class AskAfm(Action):
    """Begin linking."""

    name = "action_ask_afm"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.level >= PROVEN:
            return ActionOutput((Say("utter_already_linked"),), {"question": None})
        if turn.named("amka"):
            return ActionOutput((Say("utter_afm_needed"),))
        if turn.context.login:
            return ActionOutput((Say("utter_ask_afm_or_login", options=_BY_LOGIN),), {"afm_misses": None})
        return ActionOutput((Say("utter_ask_afm"),), {"afm_misses": None})


class LogIn(Action):
    """Link by the State's login: a link comes into this chat, and the page behind it ends with a code for this chat."""

    name = "action_log_in"

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.level >= PROVEN:
            return ActionOutput((Say("utter_already_linked"),), {"question": None})
        if not turn.context.login:
            return ActionOutput((Say("utter_ask_afm"),))
        return ActionOutput((Say("utter_login_link_coming"),), effects=(SendLoginLink(),))


def unlinked(turn: ActionInput) -> ActionOutput:
    """Nobody is known here any more. What was talked about goes with it."""
    gone = dict.fromkeys(("question", "pending", "case", "wish", "topic", "last_choices"))
    said = "utter_not_linked" if turn.context.citizen_id is None else "utter_unlinked"
    return ActionOutput((Say(said),), gone, (Unlink(),))


class UnlinkChat(Action):
    """Know nobody here any more. At once, or where a sender can be forged once digits came back."""

    name = "action_unlink"
    intent = "unlink"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None or not turn.forgeable:
            return unlinked(turn)
        return await ask_to_confirm(self._reads, turn, self.intent, "utter_unlink_confirm")


class SendTheCode(Action):
    """A tax number was given: have a code sent. What is said never depends on whether a mobile is held for it."""

    name = "action_send_code"

    def __init__(self, reads: Reads, wishes: Collection[str]) -> None:
        """``wishes`` are the intents that wait for linking: one of them may stand in the same message."""
        self._reads = reads
        self._wishes = wishes

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.level >= PROVEN:
            return ActionOutput((Say("utter_already_linked"),), {"question": None})
        afm = tax_number_in(turn)
        if afm is None:
            return _invalid(turn)
        try:
            mobile = await self._mobile(afm, turn)
        except Unavailable:
            return ActionOutput((Say("utter_registry_unavailable"),), {"question": None})
        waits: dict[str, Any] = {"afm_misses": None}
        if turn.second_intent and turn.second_intent in self._wishes:
            waits["pending"] = remember(turn.second_intent)
        options = _BY_LOGIN if turn.context.login else ()
        if not _needs_receipt(turn, mobile):
            said = Say("utter_code_sent", options=options)
            return ActionOutput((said,), {**waits, "receipt": None}, (SendCode(afm, mobile),))
        mark = f"{turn.message.id}:{int(turn.message.at.timestamp())}"
        digits = receipt_of(self._reads, turn, mark)
        said = Say("utter_code_sent_receipt", {"digits": digits}, options=options)
        return ActionOutput((said,), {**waits, "receipt": mark}, (SendCode(afm, mobile, digits),))

    async def _mobile(self, afm: str, turn: ActionInput) -> str | None:
        """Nobody is looked up for a chat that may have no more codes; it is told the same words."""
        if not await self._reads.may_ask_for_code(turn.context.conversation_id, afm, turn.context.now):
            return None
        return await self._reads.mobile_of(afm)


def _invalid(turn: ActionInput) -> ActionOutput:
    """Not a tax number: asked for again, and the third time with other ways than that."""
    wrong = (turn.slots.get("afm_misses") or 0) + 1
    slots = {"afm_misses": wrong}
    if wrong < OTHER_WAYS_AT:
        return ActionOutput((Say("utter_afm_invalid"),), slots)
    options = _BY_LOGIN if turn.context.login else ()
    return ActionOutput((Say("utter_afm_invalid_again", options=options),), slots)


def _needs_receipt(turn: ActionInput, mobile: str | None) -> bool:
    """A code proves who somebody is. That they also hold the number they write from is proven by what was sent there:
    the code itself, or digits in our answer."""
    return turn.forgeable and mobile != turn.context.address


def receipt_of(reads: Reads, turn: ActionInput, mark: str) -> str:
    """The digits that belong to the answer of ``mark``."""
    return reads.privacy.confirmation(turn.context.conversation_id, f"receipt:{mark}")[:RECEIPT]


class CheckTheCode(Action):
    """A code was typed. The attempt is counted by its effect, in the same commit as the answer."""

    name = "action_check_code"

    def __init__(self, reads: Reads, wishes: Mapping[str, Action]) -> None:
        """``wishes`` says which action answers an intent that linking interrupted."""
        self._reads = reads
        self._wishes = wishes

    async def run(self, turn: ActionInput) -> ActionOutput:
        check = await self._reads.check_code(turn.context.conversation_id, turn.named("code") or "", turn.context.now)
        match check.verdict:
            case CodeVerdict.RIGHT:
                return await self._linked(turn, check)
            case CodeVerdict.WRONG:
                return _refused("utter_code_wrong", check, {"left": check.attempts_left})
            case CodeVerdict.SPENT:
                return _refused("utter_code_spent", check)
            case CodeVerdict.EXPIRED:
                return ActionOutput((Say("utter_code_expired"),))
            case CodeVerdict.INCOMPLETE:
                return self._incomplete(turn)
            case CodeVerdict.NONE if turn.context.level >= PROVEN:  # the right one once more
                return ActionOutput((Say("utter_already_linked"),), {"question": None})
            case CodeVerdict.NONE:
                return ActionOutput((Say("utter_code_none"),))

    def _incomplete(self, turn: ActionInput) -> ActionOutput:
        mark = turn.slots.get("receipt")
        if not mark:  # asked too long ago to be remembered
            return ActionOutput((Say("utter_code_expired"),))
        return ActionOutput((Say("utter_code_incomplete", {"digits": receipt_of(self._reads, turn, mark)}),))

    async def _linked(self, turn: ActionInput, check: CodeCheck) -> ActionOutput:
        answer = await self._answer_to_the_wish(turn, check)
        says = (Say("utter_linked"), *answer.says)
        effects = (CodeTried(_id(check), right=True), *answer.effects)
        done = {"question": None, "pending": None, "receipt": None}
        return ActionOutput(says, {**done, **answer.slots}, effects)

    async def _answer_to_the_wish(self, turn: ActionInput, check: CodeCheck) -> ActionOutput:
        """What was asked before linking is answered in the same turn, as the citizen whom the code proved."""
        action = self._wishes.get(wish_of(turn) or "") or self._wishes.get("list_my_cases")
        if action is None or check.citizen_id is None:
            return ActionOutput((Say("utter_linked_what_next"),))
        context = replace(turn.context, citizen_id=check.citizen_id, level=PROVEN)
        told = await action.run(replace(turn, context=context, entities=()))
        return told if wish_of(turn) in self._wishes else replace(told, says=tuple(map(_brief, told.says)))


def _brief(say: Say) -> Say:
    """The cases as choices, where nothing was asked of them yet."""
    return replace(say, response="utter_cases_brief") if say.response == "utter_cases" else say


def _refused(response: str, check: CodeCheck, values: Mapping[str, int] | None = None) -> ActionOutput:
    return ActionOutput((Say(response, dict(values or {})),), effects=(CodeTried(_id(check), right=False),))


def _id(check: CodeCheck) -> int:
    if check.code_id is None:
        raise ValueError(f"a verdict of {check.verdict} names no code")
    return check.code_id
