"""Messages that ask for the State's login or for unlinking, in so many words. Pure tables, asked before the classifier.

They are few and fixed, and acted on at once: only a message that says nothing else counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from nlu.fold import fold

LOG_IN, UNLINK = "log_in", "unlink"

_SAID: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        UNLINK: (
            "αποσύνδεση", "αποσυνδεθώ", "αποσύνδεσέ", "αποσυνδέσου", "αποσυνδέστε", "κατάργηση σύνδεσης",
            "διακοπή σύνδεσης", "ακύρωση σύνδεσης", "διαγραφή σύνδεσης",
            "unlink", "disconnect", "log out", "logout", "log off", "sign out",
        ),
        LOG_IN: (
            "gov gr", "govgr", "taxisnet", "taxis net", "taxis",
            "σύνδεση gov gr", "σύνδεση govgr", "σύνδεση taxisnet", "σύνδεση taxis net", "σύνδεση taxis",
            "συνδεθώ gov gr", "συνδεθώ govgr", "συνδεθώ taxisnet", "συνδεθώ taxis net", "συνδεθώ taxis",
            "είσοδος gov gr", "είσοδος taxisnet", "κωδικούς taxisnet", "κωδικούς taxis net", "κωδικούς taxis",
            "σύνδεση κωδικούς taxisnet", "συνδεθώ κωδικούς taxisnet", "νέος σύνδεσμος", "νέο σύνδεσμο",
            "άλλο σύνδεσμο", "login", "log in", "sign in", "new link", "another link",
        ),
    }
)  # fmt: skip
_FILLERS = (
    "θέλω θα ήθελα να με μου τη την το τον τους από μέσω στο στη εδώ τώρα παρακαλώ μπορώ λογαριασμό συνομιλία κινητό "
    "λοιπόν ωραία ναι εντάξει καλά ok τότε "
    "αυτή αυτό viber sms i want to would like can me my the this from with via chat account please now"
)
_WORD = re.compile(r"\w+")
_ASKS = re.compile(r"[?;\u037e]")
_MOST_WORDS = 24


def asks_for(text: str) -> str | None:
    """``log_in``, ``unlink``, or ``None`` for a message that says anything else, or asks."""
    words = _WORD.findall(text.lower())
    if len(words) > _MOST_WORDS or _ASKS.search(text):
        return None
    said = " ".join(key for key in map(fold, words) if key not in _fillers())
    return _intents().get(said)


@cache
def _fillers() -> frozenset[str]:
    return frozenset(fold(word) for word in _FILLERS.split())


@cache
def _intents() -> dict[str, str]:
    return {
        " ".join(fold(word) for word in phrase.split()): intent for intent, said in _SAID.items() for phrase in said
    }
