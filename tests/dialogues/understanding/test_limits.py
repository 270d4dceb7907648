"""What limits a wish about alerts, and what does not: who says stop to all of it is heard."""

from __future__ import annotations

import pytest

from bot.channels.facts import SPOKEN
from dialogues.understanding.after_acts import after_act
from dialogues.understanding.limits import Limits
from dialogues.understanding.preference_phrases import PreferencePhrases
from dialogues.understanding.reading import Reading
from dialogues.understanding.rights_phrases import DELETE, PREFER, STOP

PHRASES = PreferencePhrases(SPOKEN)
LIMITS = Limits(SPOKEN, PHRASES)


def kept(intent: str, text: str) -> str:
    return LIMITS.kept(Reading(text, intent, 1.0)).intent


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("unlink", "αποσύνδεση από το Viber"),
        ("unlink", "disconnect me from viber"),
        (DELETE, "διαγράψτε τα στοιχεία μου από το viber"),
        (DELETE, "erase all my data, urgent"),
        (DELETE, "θέλω επειγόντως διαγραφή των δεδομένων μου"),
        (STOP, "ΣΤΟΠ viber"),
        (STOP, "STOP, no more viber"),
        (STOP, "ΣΤΟΠ ΟΛΑ ΤΑ VIBER ΚΑΙ SMS"),
        (STOP, "μη μου ξαναστείλετε ποτέ ούτε sms ούτε viber"),
        (STOP, "σταματήστε επειγόντως τα μηνύματα"),
        (STOP, "please stop, it is important to me"),
        (STOP, "κόψτε τα όλα, και τα σημαντικά"),
        (STOP, "σταματήστε ΟΛΑ τα μηνύματα, χτες βράδυ μου στείλατε τρία"),
        (STOP, "δεν θέλω μηνύματα ούτε μέρα ούτε νύχτα"),
        (STOP, "stop sending me messages day and night"),
    ],
)
def test_who_means_all_of_it_is_taken_at_their_word(intent: str, text: str) -> None:
    assert kept(intent, text) == intent


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        (STOP, "μη μου στέλνετε ποτέ το βράδυ"),
        (STOP, "κόψτε όλα τα μηνύματα τη νύχτα"),
        (STOP, "stop all messages after ten"),
        (STOP, "never text me at night"),
        (STOP, "όχι μηνύματα τη νύχτα, την ημέρα ναι"),
        (STOP, "μόνο τα επείγοντα, όχι άλλα"),
        (DELETE, "διαγράψτε τα sms μετά τις δέκα το βράδυ"),
    ],
)
def test_what_is_limited_takes_nothing_away(intent: str, text: str) -> None:
    assert kept(intent, text) == PREFER


@pytest.mark.parametrize("text", ["δεν θέλω μηνύματα ούτε μέρα ούτε νύχτα", "stop sending me messages day and night"])
def test_day_and_night_are_no_quiet_hours(text: str) -> None:
    assert PHRASES.asked(text, "none") is None


@pytest.mark.parametrize(
    "text", ["δεν θέλω να συνεχίσουν οι ειδοποιήσεις", "να μη συνεχίσουν οι υπόλοιπες", "stop, keep sending nothing"]
)
def test_who_wants_none_is_not_told_that_they_go_on(text: str) -> None:
    after = after_act(text, "alerts", None)
    assert after is None or after.facet != "kept"
