"""STOP and START. A message that is one of these words and nothing else but courtesy, in any case, accents or alphabet
mixed.

Twilio acts on its English words by itself and tells us so in ``OptOutType`` where Advanced Opt-Out is on. Of its
words, those that people also say in a conversation (YES, CANCEL, END, QUIT) stay messages: where Twilio did block
the number, it says 21610 to the next send.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.channels.port import InboundKind
from bot.channels.sms.encoding import fold_gsm7

_STOP = ("STOP", "STOPALL", "UNSUBSCRIBE", "OPTOUT", "OPT OUT", "ΣΤΟΠ", "ΔΙΑΚΟΠΗ", "ΔΙΑΓΡΑΦΗ", "ΟΧΙ ΜΗΝΥΜΑΤΑ")
_START = ("START", "UNSTOP", "ΕΝΑΡΞΗ")
_COURTESY = ("THANK YOU THANKS PLEASE", "ΕΥΧΑΡΙΣΤΩ ΕΥΧΑΡΙΣΤΟΥΜΕ ΠΑΡΑΚΑΛΩ")
_LONGEST = 24
_BY_TWILIO: Mapping[str, InboundKind] = MappingProxyType(
    {"STOP": InboundKind.UNSUBSCRIBED, "START": InboundKind.SUBSCRIBED}
)
_HELP = "HELP"


def answered_by_twilio(opt_out_type: str) -> bool:
    """Did Twilio take it for a call for help? Then it has answered, and a second answer is too much."""
    return opt_out_type.upper() == _HELP


def kind_of(text: str, opt_out_type: str) -> InboundKind:
    """What a message is. ``opt_out_type`` is Twilio's own finding, or blank."""
    found = _BY_TWILIO.get(opt_out_type.upper())
    if found is None and len(text) <= _LONGEST:
        found = _WORDS.get(_key(text))
    return found or InboundKind.MESSAGE


def _key(text: str) -> str:
    """One spelling for Σ-Τ-Ο-Π in Greek, in Latin, and with a Latin T among Greek letters."""
    return " ".join(word for word in _folded(text) if word not in _COURTEOUS)


def _folded(text: str) -> list[str]:
    return fold_gsm7(text).upper().translate(_BETWEEN).split()


_BETWEEN = str.maketrans(dict.fromkeys(".,!", " "))
_COURTEOUS = frozenset(word for said in _COURTESY for word in _folded(said))


_WORDS: Mapping[str, InboundKind] = MappingProxyType(
    {_key(word): InboundKind.UNSUBSCRIBED for word in _STOP} | {_key(word): InboundKind.SUBSCRIBED for word in _START}
)
