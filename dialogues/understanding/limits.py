"""A wish about hours, days, a channel or kinds of alerts never takes anything away: «κόψτε τα sms μετά τις δέκα». Pure.

Whatever told that alerts shall end, the chat be unlinked or all be erased: what limits the wish (limits.yml) makes it a
preference, or has it asked back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from dialogues.channels import Channels
from dialogues.understanding.acts import SURE
from dialogues.understanding.phrases import Phrases, phrases_of
from dialogues.understanding.preference_phrases import PreferencePhrases
from dialogues.understanding.reading import Reading
from dialogues.understanding.rights_phrases import DELETE, PREFER, STOP
from dialogues.understanding.wishes import hours_said, names_hours, value_of
from nlu.yaml_file import read_yaml

TAKING = frozenset({STOP, DELETE, "unlink"})
"""Intents that end or take away something."""
CONFIRMED = frozenset({DELETE, "unlink"})
"""Those of them that are meant unless alerts are named: «αποσύνδεση από το Viber» limits nothing."""
_START = "start_notifications"
"""No wish for all alerts, where it says when there shall be none: «όχι όταν κοιμάμαι, στο Viber ναι»."""
_PIECES = re.compile(r"[,.;!\n]+|\s(?:και|κι|kai|ke|and|but|αλλά)\s", re.IGNORECASE)
"""Between what is to end and what is wished for instead."""
_WHOLE, _HOURS = "whole", "hours"


class Limits:
    """The table, with the channels' words in it."""

    def __init__(self, channels: Channels, phrases: PreferencePhrases) -> None:
        self._phrases = phrases
        self._table = _table(channels, "phrases")
        self._denial = _table(channels, "denial")
        self._alerts = _table(channels, "alerts")

    def kept(self, reading: Reading) -> Reading:
        """The reading; as a wish how, where it would take away and its words limit it."""
        denied = reading.intent == _START and self._denial.find(reading.text)
        if reading.intent not in TAKING and not denied:
            return reading
        if reading.intent in CONFIRMED and self._alerts.find(reading.text) is None:
            return reading
        limit = self._table.find(reading.text) or (_HOURS if names_hours(reading.text) else None)
        if limit in (None, _WHOLE):
            return reading
        wish = next(self._wishes(reading.text, limit or ""), None)
        return replace(reading, intent=PREFER, confidence=SURE, preference=wish, facet=None, then=None)

    def _wishes(self, text: str, limit: str) -> Iterator[tuple[str, str]]:
        """What may be meant, the surest first; nothing where it has to be asked."""
        for piece in (text, *_PIECES.split(text)):
            if (said := self._phrases.preferred(piece)) and said.wish:
                yield said.wish
        if "=" not in limit and limit != _HOURS:
            return
        if hours := hours_said(text):
            yield "quiet", hours
        if "=" in limit:
            yield value_of(limit)


def _table(channels: Channels, section: str) -> Phrases:
    beside = Path(__file__)
    file: dict[str, Any] = read_yaml(beside.with_name("limits.yml"))
    lists = {**read_yaml(beside.with_name("wishes.yml"))["lists"], **file["lists"]}
    message = set(lists["message"].split())
    words = (word for each in channels.values() for said in each.said.values() for word in said.split())
    named = " ".join(word for word in words if word not in message)
    return phrases_of(file[section], {**lists, "channel": named or "channel"})
