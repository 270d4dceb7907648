"""Messages without words of ours: emoji, other scripts, markup, reactions that quote. None of them is ever a yes by
chance. Pure tables."""

from __future__ import annotations

import re
import unicodedata

from nlu.letters import GREEK_LETTER, LATIN_LETTER

YES, NO, THANKS = "👍👌✅☑✔🆗💯", "👎❌🚫🙅✖⛔", "🙏❤♥😊🙂😀😃😄😁😍🥰💐🌹👏💪🤗🤝💙"
_JOINERS = re.compile("[\u200b-\u200f\u2060\ufe0e\ufe0f\U0001f3fb-\U0001f3ff♂♀]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<script|javascript:", re.IGNORECASE)
_QUOTES = '“”"«»„‟’‘'
_REACTION = re.compile(
    rf"^\W*(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{{1,24}} to|removed .{{1,40}} from"
    rf"|(?:δεν )?(?:του|της|σας|μου)? ?άρεσε|αγάπησε|γέλασε με|γέλασε|τόνισε|αμφισβήτησε|έδωσε έμφαση|επισήμανε"
    rf"|αντέδρασε .{{1,24}}|αφαίρεσε .{{1,40}}|[^\w\s]{{1,8}} (?:to|σε|στο))\s*(?:το|σε|στο|:|an image|μια εικόνα)?\s*"
    rf"(?:[{_QUOTES}].*[{_QUOTES}]?|an image|μια εικόνα)\W*$",
    re.IGNORECASE | re.DOTALL,
)
_SIGNS = frozenset({"So", "Sk", "Sm", "Po", "Mn", "Zs", "Cs", "Co"})


def is_reaction(text: str) -> bool:
    """A tapped reaction: what it quotes is our text and not the citizen's."""
    return _REACTION.match(text.strip()) is not None


def meaning_of_signs(text: str) -> str | None:
    """``affirm``, ``deny``, ``thank`` or ``nlu_fallback`` of a message without a word of ours; else ``None``."""
    if _MARKUP.search(text):
        return "nlu_fallback"
    if GREEK_LETTER.search(text) or LATIN_LETTER.search(text):
        return None
    signs = _JOINERS.sub("", "".join(text.split()))
    if any(char.isdecimal() for char in signs) or not signs:
        return None
    if any(char.isalpha() for char in signs):
        return "nlu_fallback"
    telling = [char for char in signs if unicodedata.category(char) in ("So", "Sm")]
    return _meaning(telling) if telling else None


def _meaning(signs: list[str]) -> str:
    for kinds, intent in ((YES, "affirm"), (NO, "deny"), (THANKS + YES, "thank")):
        if all(sign in kinds for sign in signs):
            return intent
    return "nlu_fallback"
