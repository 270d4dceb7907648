"""What a browser is told whose link opens nothing."""

from __future__ import annotations

from bot.web.pages import Sorry
from casestore.certificates.links import LIFETIME, OPENINGS

GONE = Sorry(
    status=404,
    heading={"el": "Ο σύνδεσμος δεν ανοίγει κάτι", "en": "This link does not open anything"},
    reason={
        "el": f"Ο σύνδεσμος για το έγγραφό σας ισχύει {LIFETIME.days} ημέρες, ανοίγει ως {OPENINGS} φορές, και μόνο "
        "όσο είστε συνδεδεμένοι στη συνομιλία που τον έλαβε.",
        "en": f"A link to your document is valid for {LIFETIME.days} days, opens up to {OPENINGS} times, and only "
        "while you are linked in the chat that received it.",
    },
    hint={
        "el": "Για νέο σύνδεσμο, γυρίστε στη συνομιλία και γράψτε",
        "en": "For a new one, go back to the chat and write",
    },
    say={"el": "τα έγγραφά μου", "en": "my certificates"},
)
REVOKED = Sorry(
    status=410,
    heading={"el": "Το έγγραφο έχει ανακληθεί", "en": "This document was revoked"},
    reason={
        "el": "Εκδόθηκε για εσάς, αλλά ανακλήθηκε: δεν ισχύει πια και δεν δίνεται. Όποιος ελέγξει τον κωδικό του το "
        "βλέπει.",
        "en": "It was issued to you, but was revoked: it counts no more and is not given out. Whoever checks its code "
        "sees that.",
    },
    hint={
        "el": "Για τον λόγο, και για καινούργιο, γυρίστε στη συνομιλία και γράψτε",
        "en": "For the reason, and for a new one, go back to the chat and write",
    },
    say={"el": "τα έγγραφά μου", "en": "my certificates"},
)
