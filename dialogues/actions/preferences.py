"""How a citizen wants to be told of news: on which channel, at which hours."""

from __future__ import annotations

from dataclasses import replace

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.channels import Channels, preferred
from dialogues.ports import NoticeView, Reads
from dialogues.say import LocalizedText, Say, Value
from dialogues.turn import SetPreference

_ALERTS: dict[bool | None, str] = {True: "utter_alerts_on", False: "utter_alerts_off", None: "utter_alerts_unsaid"}


def hours_words(start: str, end: str) -> LocalizedText:
    """``22:00`` to ``08:00`` in words."""
    return {"el": f"{start} έως {end}", "en": f"{start} to {end}"}


class SetThePreference(Action):
    """Keeps how notices are wanted, as the message was understood."""

    name = "action_set_preference"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        if turn.preference is None:
            return ActionOutput((Say("utter_preferences_how"),))
        kind, value = turn.preference
        told = _channel(value, turn.channels) if kind == "channel" else _quiet(value)
        context = turn.context
        view = await self._reads.privacy.notices(context.conversation_id, context.citizen_id)
        more = () if view.alerts else (Say(_ALERTS[view.alerts]),)  # a wish how, and none whether: that is said apart
        return ActionOutput((replace(told, more=more),), effects=(SetPreference(kind, value),))


class ShowPreferences(Action):
    """What counts now, and how to change it."""

    name = "action_my_preferences"

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def run(self, turn: ActionInput) -> ActionOutput:
        context = turn.context
        view = await self._reads.privacy.notices(context.conversation_id, context.citizen_id)
        values: dict[str, Value] = {
            "alerts": Say(_ALERTS[view.alerts]),
            "channel": _on(view, turn.channels),
            "quiet": Say("utter_quiet_is", {"hours": hours_words(*view.quiet)})
            if view.quiet
            else Say("utter_quiet_off"),
        }
        return ActionOutput((Say("utter_preferences", values, more=(Say("utter_preferences_how"),)),))


def _on(view: NoticeView, channels: Channels) -> Say:
    if view.channel is None:
        return Say("utter_channel_is_any")
    name = {"name": channels[view.channel].title}
    return Say("utter_channel_is_only" if view.only else "utter_channel_is", name)


def _channel(value: str, channels: Channels) -> Say:
    channel, only = preferred(value)
    if channel is None:
        return Say("utter_channel_any")
    return Say("utter_channel_only" if only else "utter_channel_set", {"name": channels[channel].title})


def _quiet(value: str) -> Say:
    start, _, end = value.partition("-")
    return Say("utter_quiet_set", {"hours": hours_words(start, end)}) if end else Say("utter_quiet_none")
