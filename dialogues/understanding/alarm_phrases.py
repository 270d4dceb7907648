"""What cannot wait for a classifier: danger, despair, a death, fraud, another's data shown. By words: alarms.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dialogues.understanding.phrases import Phrases, load_phrases

ALARMS = ("danger", "despair", "grief", "fraud", "breach")
"""Intents that these words lead to."""


def alarm_in(text: str) -> str | None:
    """Which of :data:`ALARMS` a message raises; ``None``: it is about something else, or long past."""
    return _table().find(text)


def weary_in(text: str) -> str | None:
    """What is wanted by who cannot stand a delay or an office any longer, and does not speak of life: an intent."""
    return _weary().find(text)


@cache
def _weary() -> Phrases:
    return load_phrases(Path(__file__).with_name("weary.yml"))


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("alarms.yml"))
