"""The words of a mass notice: read from a file, held to what one message can carry, put together for each reader."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import yaml

from bot.channels.facts import CHANNELS
from bot.notices.text import NoticeMessage
from casestore.broadcasts.model import Role
from dialogues.responses import LANGUAGES, Phrases
from dialogues.turn import Reply

MOST_CHARACTERS = 600
MOST_PARTS = 6
FIRST = "utter_notice_first"
Texts = Mapping[Role, Mapping[str, str]]
_LINES = ("\n",)  # the only control character that a text may hold


class BadText(ValueError):
    """What the file says cannot be sent; says which and why."""


def read_texts(source: str) -> dict[Role, dict[str, str]]:
    """From YAML: ``{notice: {el: ..., en: ...}, correction: {el: ..., en: ...}}``. Languages may be left out until it
    is approved. Raises :class:`BadText`."""
    try:
        given: Any = yaml.safe_load(source)
    except yaml.YAMLError:
        raise BadText("the file of texts is no YAML") from None
    if not isinstance(given, dict) or set(given) - set(Role):
        raise BadText(f"the file of texts holds {', '.join(Role)} and nothing else")
    texts = {role: dict(_said(role, given.get(role))) for role in Role}
    if not texts[Role.NOTICE]:
        raise BadText("the file of texts has no notice")
    return texts


def _said(role: Role, given: Any) -> Iterator[tuple[str, str]]:
    if given is None:
        return
    if not isinstance(given, dict) or set(given) - set(LANGUAGES):
        raise BadText(f"{role}: languages are {', '.join(LANGUAGES)}")
    for language, text in given.items():
        if not isinstance(text, str) or not text.strip():
            raise BadText(f"{role}, {language}: is no text")
        said = unicodedata.normalize("NFC", text.strip())
        if len(said) > MOST_CHARACTERS:
            raise BadText(f"{role}, {language}: {len(said)} characters, at most {MOST_CHARACTERS}")
        if any(unicodedata.category(sign) in ("Cc", "Cf") and sign not in _LINES for sign in said):
            raise BadText(f"{role}, {language}: holds a sign that does not show")
        yield language, said


def missing(texts: Texts) -> list[str]:
    """What is still to be translated or written: ``notice, en``."""
    return [f"{role}, {language}" for role in Role for language in LANGUAGES if not texts[role].get(language)]


def words_key(texts: Texts) -> str:
    """By which another that says the same is known: spaces, case and accents make no difference."""
    said = "\n".join(f"{language}={texts[Role.NOTICE][language]}" for language in sorted(texts[Role.NOTICE]))
    plain = unicodedata.normalize("NFD", " ".join(said.split())).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return hashlib.sha256(bare.encode()).hexdigest()


class MassText:
    """Puts the words of a mass notice together: the first one to somebody says who writes and how it ends."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._first = cache(self._first_line)
        self._parts = lru_cache(64)(self._count)

    def compose(self, texts: Mapping[str, str], language: str, channel: str, *, first: bool) -> NoticeMessage | None:
        """``None``: it does not say it in this language."""
        text = texts.get(language)
        if text is None:
            return None
        whole = f"{text}\n{self._first(language, channel)}" if first else text
        return NoticeMessage(Reply(whole, name="mass", economy=True), "")

    def parts(self, texts: Mapping[str, str], language: str, channel: str, *, first: bool) -> int:
        """As how many parts it is billed there. Raises :class:`BadText` where it is too long for one message."""
        text = texts.get(language)
        return 0 if text is None else self._parts(text, language, channel, first)

    def _count(self, text: str, language: str, channel: str, first: bool) -> int:
        message = self.compose({language: text}, language, channel, first=first)
        if message is None:
            return 0
        composed = CHANNELS[channel].compose(message.reply)
        parts = CHANNELS[channel].parts(composed[0])
        if len(composed) > 1 or parts > MOST_PARTS:
            raise BadText(f"{language} on {channel}: {parts} parts, at most {MOST_PARTS}")
        return parts

    def _first_line(self, language: str, channel: str) -> str:
        return self._phrases.say(FIRST, language, channel).text
