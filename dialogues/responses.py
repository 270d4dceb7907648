"""What is said outside a turn: the welcome in the answer to a webhook, the SMS with a code, the word of regret.

Reads the domain's responses without Rasa, so that the web side stays small.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dialogues.channels import NO_CHANNELS, Channels
from dialogues.say import Say
from dialogues.turn import Reply
from dialogues.wording import Voice, Wording
from nlu.yaml_file import read_yaml

DOMAIN = Path(__file__).parent / "domain"
LANGUAGES = ("el", "en")


@cache
def responses(folder: Path = DOMAIN) -> Mapping[str, list[Mapping[str, Any]]]:
    """Every response of the domain's files, in Rasa's own form."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for file in sorted(folder.glob("*.yml")):
        found |= (read_yaml(file) or {}).get("responses") or {}
    return found


class Phrases:
    """Says a named response to somebody, outside a turn."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def say(self, name: str, language: str, channel: str, **values: str) -> Reply:
        """Raises :class:`dialogues.wording.UnknownResponse`, or ``KeyError`` for a placeholder without a value."""
        return self.compose(Say(name, values), language, channel)

    def compose(self, say: Say, language: str, channel: str) -> Reply:
        """Likewise, with whatever a response of a turn may hold."""
        voice = Voice(language, channel, say.response)
        text, offers = self._wording.compose(say, voice)
        shown = self._wording.with_numbers(text, len(offers), voice)
        economy = self._wording.economy(say.response)
        return Reply(shown, tuple(offer.choice() for offer in offers), say.response, economy)


def phrases(channels: Channels) -> Phrases:
    """The phrases of the domain, for these channels."""
    return Phrases(_wording().on(channels))


@cache
def _wording() -> Wording:
    return Wording(responses())


def welcome() -> dict[str, Reply]:
    """What opens a Viber chat, by language."""
    speak = phrases(NO_CHANNELS)  # Viber shows a keyboard
    return {language: speak.say("utter_welcome", language, "viber") for language in LANGUAGES}
