"""From a response's name to words: the citizen's language, the channel's length. Every text lives in the domain."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_date
from babel.lists import format_list

from dialogues.athens import day_of
from dialogues.channels import NO_CHANNELS, Channels
from dialogues.say import Say, Value
from dialogues.turn import Choice

LANGUAGES = ("el", "en")
DEFAULT_LANGUAGE = "el"  # of a text that has no condition
PICK, PICK_MANY = "utter_pick", "utter_pick_many"  # what asks for the number
_FEW = 4  # numbers that are named one by one
_ECONOMY = "economy"
_DATE = "d MMMM y"  # 22 Νοεμβρίου 2026, 22 November 2026
_SHORT: Mapping[str, str] = {"el": "d/M/y", "en": _DATE}
_WITHOUT_YEAR: Mapping[str, str] = {"el": "d/M", "en": "d MMMM"}
_NEAR = 180  # days within which a day needs no year


class UnknownResponse(LookupError):
    """A rule or an action names a response that the domain lacks in this language."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice as it is shown, and what picking it says: ``/intent``, or words to be understood."""

    title: str
    says: str

    def choice(self) -> Choice:
        """As the channel gets it. A payload is not for the citizen's eyes: the title is said in its place."""
        return Choice(self.title, self.title if self.says.startswith("/") else self.says)


@dataclass(frozen=True, slots=True)
class Template:
    """One way to word a response."""

    text: str
    offers: tuple[Offer, ...]
    menu: bool = True
    """Are the choices listed that the action offers? (``metadata: {menu: none}``)"""


@dataclass(frozen=True, slots=True)
class Voice:
    """How to speak in this turn. ``seed`` picks among wordings of equal rank: the same message, the same words.
    ``today``: where each letter costs, a day near it goes without its year."""

    language: str
    channel: str
    seed: str
    today: date | None = None


class Wording:
    """The domain's responses, looked up by name, language and channel."""

    def __init__(self, responses: Mapping[str, Sequence[Mapping[str, Any]]], channels: Channels = NO_CHANNELS) -> None:
        """``responses`` in Rasa's own form: name to variations with text, buttons, condition and channel. ``channels``
        say where choices are picked by a number: on none that is not among them."""
        self._speak_on(channels)
        self._templates: dict[tuple[str, str, str | None], tuple[Template, ...]] = {}
        self._economies = frozenset(name for name, found in responses.items() if any(map(_is_economy, found)))
        for name, variations in responses.items():
            for variation in variations:
                key = (name, _language(variation), variation.get("channel"))
                self._templates[key] = (*self._templates.get(key, ()), _template(variation))

    def on(self, channels: Channels) -> Wording:
        """The same words for other channels."""
        other = copy(self)
        other._speak_on(channels)
        return other

    def _speak_on(self, channels: Channels) -> None:
        self._numbered = frozenset(name for name, words in channels.items() if words.numbered)
        self._longest = {name: words.longest for name, words in channels.items() if words.longest}

    def compose(self, say: Say, voice: Voice) -> tuple[str, tuple[Offer, ...]]:
        """The text and the choices of one message. Raises :class:`UnknownResponse`, or ``KeyError`` naming a
        placeholder that got no value."""
        template = self._template(say.response, voice)
        own = template.text.format_map({name: self._words(value, voice) for name, value in say.values.items()})
        more = [self.compose(part, voice) for part in say.more]
        text = "\n".join(filter(None, [own, *(words for words, _ in more)]))
        listed = say.options if template.menu else ()
        options = tuple(Offer(self.compose(option.title, voice)[0], option.says) for option in listed)
        return text, (*options, *template.offers, *(offer for _, offers in more for offer in offers))

    def economy(self, name: str) -> bool:
        """May this response be folded to cheaper capitals as an SMS? (``metadata: {sms: economy}``)"""
        return name in self._economies

    def with_numbers(self, text: str, count: int, voice: Voice) -> str:
        """The text with a line that asks for a number, where ``count`` choices are picked by one."""
        if not count or voice.channel not in self._numbered:
            return text
        numbers = [str(number) for number in range(1, count + 1)]
        few = count <= _FEW
        said = format_list(numbers, style="or", locale=voice.language) if few else numbers[-1]
        asked = self.compose(Say(PICK if few else PICK_MANY, {"numbers": said}), voice)[0]
        return f"{text}\n{asked}"

    def _template(self, name: str, voice: Voice) -> Template:
        for channel in (voice.channel, None):
            if found := self._templates.get((name, voice.language, channel)):
                return found[zlib.crc32(voice.seed.encode()) % len(found)]
        raise UnknownResponse(f"{name} in {voice.language}")

    def _words(self, value: Value, voice: Voice) -> str:
        match value:
            case str():
                return _brief(value, self._longest.get(voice.channel))
            case int():
                return str(value)
            case date():
                return _day(value, voice.language, short=voice.channel in self._numbered, today=voice.today)
            case Say():
                return self.compose(value, voice)[0]
            case tuple():
                return "\n".join(self.compose(line, voice)[0] for line in value)
            case _:
                return value[voice.language]


def warm_up() -> None:
    """Have the names of the months read now rather than when the first date is told (15 ms)."""
    for language in LANGUAGES:
        _day(date(2026, 1, 1), language)
        _day(date(2026, 1, 1), language, short=True)


def _day(value: date, language: str, *, short: bool = False, today: date | None = None) -> str:
    """A date in the citizen's calendar; an instant becomes the day it falls on in Athens. ``short``: 18/12/2026, where
    each letter costs; in English, which costs half, the month keeps its name: not everybody puts the day first."""
    day = day_of(value) if isinstance(value, datetime) else value
    if short and today is not None and abs((day - today).days) < _NEAR:
        return str(format_date(day, _WITHOUT_YEAR[language], locale=language))
    return str(format_date(day, _SHORT[language] if short else _DATE, locale=language))


def _brief(text: str, most: int | None) -> str:
    """A registry's words, or their beginning and … where the channel has no room for more. One word (an address of a
    page) is whole or worth nothing."""
    if most is None or len(text) <= most or " " not in text:
        return text
    begun = text[: most - 1]
    return (begun.rpartition(" ")[0].rstrip(" ,.;·") or begun) + "…"


def _language(variation: Mapping[str, Any]) -> str:
    conditions: Iterable[Mapping[str, Any]] = variation.get("condition") or ()
    return next((str(c["value"]) for c in conditions if c["name"] == "language"), DEFAULT_LANGUAGE)


def _is_economy(variation: Mapping[str, Any]) -> bool:
    return (variation.get("metadata") or {}).get("sms") == _ECONOMY


def _template(variation: Mapping[str, Any]) -> Template:
    buttons = variation.get("buttons") or ()
    menu = (variation.get("metadata") or {}).get("menu") != "none"
    return Template(variation["text"], tuple(Offer(button["title"], button["payload"]) for button in buttons), menu)
