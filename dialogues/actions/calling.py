"""Does whoever wants a person want to be rung up? Asked of a message that wishes for one, whatever else it says."""

from __future__ import annotations

import re
from functools import cache

from nlu.fold import fold

_CALL = "καλέστε καλέσετε καλέσει καλέσουν καλέσεις κάλεσε call phone ring"
_TELEPHONE_TO = "τηλεφωνήστε τηλεφωνήσετε τηλεφωνήσει τηλεφωνήσουν τηλεφωνήσεις τηλεφώνησε"
_TAKE = "πάρτε πάρετε πάρει πάρουν πάρεις πάρε παίρνετε"
_TELEPHONE = "τηλέφωνο τηλ τηλέφωνό τηλεφωνικά τηλεφωνικώς"
_A_CALL = "τηλεφώνημα κλήση τηλεφωνική call phonecall"
_WISH = "θέλω ζητώ ζητάω ήθελα χρειάζομαι προτιμώ want need prefer like"
_ME = "με εμένα μας me us"
_TO_ME = f"{_ME} μου"
_NOT = "μη μην δεν όχι χωρίς not no never dont don"
_OTHERWISE = re.compile(
    r"\bcall (?:me|us) an?\b|\blet (?:me|us) call\b|\b(?:to|i(?:'ll| will)?) call (?!me|us)|\bσας κάν", re.IGNORECASE
)
"""Somebody is fetched, or the citizen calls."""
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 60


def wants_a_call(text: str) -> bool:
    """«Να με πάρει κάποιος τηλέφωνο», "please call me"; not «μην τηλεφωνήσετε», nor «καλέστε μου έναν υπάλληλο»."""
    said = _WORD.findall(text.lower())
    words = frozenset(fold(word) for word in said[:_MOST_WORDS])
    if not words or words & _keys(_NOT) or _OTHERWISE.search(text):
        return False
    taken = words & _keys(_TAKE) and words & _keys(_TELEPHONE)
    rung = (words & _keys(_CALL) or taken) and words & _keys(_ME)
    rung = rung or (words & _keys(_TELEPHONE_TO) and words & _keys(_TO_ME))
    return bool(rung or (words & _keys(_A_CALL) and words & _keys(_WISH)))


@cache
def _keys(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())
