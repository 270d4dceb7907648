"""How notices are wanted, in whatever words: «στο κινητό όχι, στο viber μόνο», «νυχτιάτικα όχι μηνύματα».

Beside :mod:`dialogues.understanding.rights_phrases`, which knows every word of what it takes; days and
hours: wishes.py.
Only how is said here, never whether: consent is another matter, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dialogues.channels import NO_CHANNELS, ONLY, Channels
from dialogues.understanding.phrases import Phrases, phrase_of
from dialogues.understanding.rights_phrases import PREFER, Asked, RightsPhrases
from dialogues.understanding.wishes import wish_in
from nlu.language import detect

_LISTS: Mapping[str, str] = {
    "only": "μόνο μονάχα αποκλειστικά only just",
    "not": "μη μην δεν δε όχι χωρίς no not don't don dont never",
    "else": "σταματ* σταμάτ* διακοπ* διακόψ* κόψτε στοπ stop unsubscribe πιστοποιητικ* αίτησ* απόφαση κωδικό* υπόθεσ* "
    "γιατί πώς πού έχετε ήρθε έλαβα πήρα έστειλα στείλατε certificate application code why how where received sent",
}
_DIGIT = re.compile(r"(?<![^\W\d_])\d+(?:\s?[apπμ]\.?[mμ]\.?)?(?![^\W\d_])", re.IGNORECASE)
"""A number, and no digit that stands for a letter: «8elw»."""
_MOST = 10  # words
_REFUSED = "όχι"  # «μόνο SMS όχι» refuses it, and says no other
_FAR = 4  # words between «only» and the channel: "only write to me on viber"


class PreferencePhrases(RightsPhrases):
    """Both tables, for the channels that there are."""

    def __init__(self, channels: Channels) -> None:
        super().__init__(channels)
        self._table = _table(channels)

    def asked(self, text: str, about: str = "none") -> Asked | None:
        """What is asked for in so many words, else the wish, if the message states one and says nothing else that is
        known here. ``about``: what is talked about."""
        return super().asked(text) or self.preferred(text) or _wished(text, about)

    def preferred(self, text: str) -> Asked | None:
        """The one channel that is wished for."""
        found = None if _DIGIT.search(text) else self._table.find(text)
        if found is None:
            return None
        kind, value = found.split("=")
        return Asked(PREFER, detect(text), (kind, value))


def _wished(text: str, about: str) -> Asked | None:
    wish = wish_in(text, about)
    return None if wish is None else Asked(wish.intent, detect(text), wish.preference)


def _table(channels: Channels) -> Phrases:
    limits: dict[str, Any] = {"most": _MOST, "unless": "@else"}
    return Phrases(phrase_of(f"channel={ONLY}{name}", {**limits, **entry}, _LISTS) for name, entry in _each(channels))


def _each(channels: Channels) -> Iterator[tuple[str, dict[str, Any]]]:
    """The words for one channel alone: the other is refused, or it is said to be the only one."""
    said = {name: " ".join(channel.said.values()) for name, channel in channels.items()}
    for name, words in said.items():
        if others := " ".join(other for each, other in said.items() if each != name):
            yield name, {"order": ["@not", others, words], "reach": 3}
    for name, words in said.items():
        yield name, {"order": ["@only", words], "reach": _FAR, "unless": f"@else {_REFUSED}"}
    for name, words in said.items():
        yield name, {"order": [words, "@only"], "reach": 0}


PHRASES = PreferencePhrases(NO_CHANNELS)
"""What can be asked for whatever channels there are."""
