"""«Τι μου έχετε στείλει;»: the notices of a citizen, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.actions.telling import moment
from dialogues.ports import NoticeSent, NoticeStanding, Reads
from dialogues.say import Say, Value

_STANDING: Mapping[NoticeStanding, str] = MappingProxyType(
    {
        NoticeStanding.SENT: "utter_notices_sent",
        NoticeStanding.TOLD: "utter_notices_told",
        NoticeStanding.DOUBTFUL: "utter_notices_doubtful",
        NoticeStanding.FAILED: "utter_notices_failed",
        NoticeStanding.SKIPPED: "utter_notices_skipped",
    }
)


class MyNotices(Action):
    """From the log of what was sent."""

    name = "action_my_notices"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.context.citizen_id is None:
            return ActionOutput((Say("utter_notices_unknown"), Say("utter_offer_link")))
        sent = await self._reads.privacy.sent(turn.context.citizen_id)
        if not sent:
            return ActionOutput((Say("utter_notices_none"),))
        return ActionOutput((Say("utter_notices", {"notices": tuple(_line(each, turn) for each in sent)}),))


def _line(sent: NoticeSent, turn: ActionInput) -> Say:
    values: dict[str, Value] = {"updated": sent.at, "reference": sent.reference, "state": _standing(sent, turn)}
    if sent.channel is None or sent.standing not in _STANDING:
        return Say("utter_notices_line_unsent", values)
    return Say("utter_notices_line", {**values, "name": turn.channels[sent.channel].title})


def _standing(sent: NoticeSent, turn: ActionInput) -> Say:
    if sent.standing is NoticeStanding.WAITS:
        return Say("utter_notices_waits", {"at": moment(sent.at, turn.context.now)})
    return Say(_STANDING[sent.standing])
