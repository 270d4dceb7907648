"""How a citizen wants to be told of news: on which channel, at which hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from dialogues.actions.base import Action, ActionInput, ActionOutput
from dialogues.channels import Channels, preferred
from dialogues.ports import NoticeView, Reads
from dialogues.say import LocalizedText, Say, Value
from dialogues.turn import SetPreference

_ALERTS: dict[bool | None, str] = {True: "utter_alerts_on", False: "utter_alerts_off", None: "utter_alerts_unsaid"}
_FIXED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("days", "working"): "utter_days_working",
        ("days", "all"): "utter_days_all",
        ("news", "needed"): "utter_news_needed",
        ("news", "all"): "utter_news_all",
    }
)
"""How wishes are confirmed that say one of a few things."""
_HOW = "utter_how_linked"
"""How to be reached on a channel that takes a link, for who wishes for it from elsewhere."""


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
            return ActionOutput((Say("utter_preferences_which"),))
        kind, value = turn.preference
        told = _confirmed(kind, value, turn.channels)
        context = turn.context
        view = await self._reads.privacy.notices(context.conversation_id, context.citizen_id)
        more = () if view.alerts else (_alerts(view),)  # a wish how, and none whether: that is said apart
        if kind == "channel" and _takes_a_link(preferred(value)[0], turn):
            more = (Say(_HOW), *more)
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
            "alerts": _alerts(view),
            "channel": _on(view, turn.channels),
            "quiet": Say("utter_quiet_is", {"hours": hours_words(*view.quiet)})
            if view.quiet
            else Say("utter_quiet_off"),
        }
        return ActionOutput((Say("utter_preferences", values, more=(*_more(view), Say("utter_preferences_how"))),))


def _takes_a_link(channel: str | None, turn: ActionInput) -> bool:
    """A mobile is known to the State; elsewhere nobody is known before they link there."""
    return channel not in (None, turn.context.channel) and not turn.channels[channel or ""].forgeable


def _confirmed(kind: str, value: str, channels: Channels) -> Say:
    if response := _FIXED.get((kind, value)):
        return Say(response)
    return _channel(value, channels) if kind == "channel" else _quiet(value)


def _alerts(view: NoticeView) -> Say:
    return Say("utter_alerts_default" if view.alerts is None and view.default else _ALERTS[view.alerts])


def _more(view: NoticeView) -> Iterator[Say]:
    """What holds beside the hours."""
    if view.rest_until is not None:
        yield Say("utter_quiet_rest", {"hour": view.rest_until})
    if view.working_days:
        yield Say("utter_days_is_working")
    if view.needed_only:
        yield Say("utter_news_is_needed")


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
