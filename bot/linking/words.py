"""What linking's pages say when it does not go on."""

from __future__ import annotations

from bot.web.pages import Sorry

_SAY = {"el": "νέος σύνδεσμος", "en": "new link"}
_NEW = {
    "el": "Για νέο σύνδεσμο, γυρίστε στη συνομιλία και γράψτε",
    "en": "To get a new link, go back to the chat and write",
}
_ELSE = {
    "el": "Αν δεν γίνεται, γυρίστε στη συνομιλία και γράψτε",
    "en": "If that does not work, go back to the chat and write",
}

UNKNOWN = Sorry(
    status=404,
    heading={"el": "Αυτός ο σύνδεσμος δεν υπάρχει", "en": "There is no such link"},
    reason={
        "el": "Ίσως αντιγράφηκε μισός, ή τον διαδέχθηκε νεότερος.",
        "en": "Perhaps only part of it was copied, or a newer one has replaced it.",
    },
    hint=_NEW,
    say=_SAY,
)
EXPIRED = Sorry(
    status=410,
    heading={"el": "Ο σύνδεσμος έληξε", "en": "The link has expired"},
    reason={
        "el": "Ένας σύνδεσμος ισχύει 15 λεπτά, και ο κωδικός που δείχνει στο τέλος 10.",
        "en": "A link is valid for 15 minutes, and the code that it ends with for 10.",
    },
    hint=_NEW,
    say=_SAY,
)
USED = Sorry(
    status=410,
    heading={"el": "Ο σύνδεσμος χρησιμοποιήθηκε ήδη", "en": "The link has been used already"},
    reason={"el": "Κάθε σύνδεσμος οδηγεί σε μία μόνο σύνδεση.", "en": "Each link leads to one login only."},
    hint=_NEW,
    say=_SAY,
)
BROWSER = Sorry(
    status=403,
    heading={"el": "Επιστρέψατε σε άλλον browser", "en": "You came back in another browser"},
    reason={
        "el": "Για την ασφάλειά σας, η σύνδεση τελειώνει μόνο στον browser όπου άρχισε. Ανοίξτε τον σύνδεσμο και "
        "μείνετε στον ίδιο browser, με τα cookies ανοιχτά.",
        "en": "For your safety a login ends only in the browser where it began. Open the link and stay in one browser, "
        "with cookies allowed.",
    },
    hint=_ELSE,
    say=_SAY,
)
FORM = Sorry(
    status=403,
    heading={"el": "Η σελίδα δεν άνοιξε από τον σύνδεσμό σας", "en": "The page was not opened from your link"},
    reason={
        "el": "Ίσως ο browser δεν δέχεται cookies, ή η σελίδα έμεινε ανοιχτή πολλή ώρα. Ανοίξτε ξανά τον σύνδεσμο από "
        "τη συνομιλία.",
        "en": "Perhaps your browser refuses cookies, or the page was left open for long. Open the link again from the "
        "chat.",
    },
    hint=_ELSE,
    say=_SAY,
)
CANCELLED = Sorry(
    status=200,
    heading={"el": "Η σύνδεση ακυρώθηκε", "en": "The login was cancelled"},
    reason={
        "el": "Δεν μάθαμε τίποτα για εσάς και δεν άλλαξε κάτι. Αν αλλάξατε γνώμη, ανοίξτε ξανά τον ίδιο σύνδεσμο.",
        "en": "We learned nothing about you, and nothing has changed. If you change your mind, open the same link "
        "again.",
    },
    hint=_ELSE,
    say=_SAY,
)
UNAVAILABLE = Sorry(
    status=503,
    heading={"el": "Το gov.gr δεν απαντά αυτή τη στιγμή", "en": "gov.gr is not answering right now"},
    reason={
        "el": "Η σύνδεση δεν ολοκληρώθηκε. Περιμένετε λίγα λεπτά και ανοίξτε ξανά τον ίδιο σύνδεσμο.",
        "en": "The login was not completed. Wait a few minutes and open the same link again.",
    },
    hint=_ELSE,
    say=_SAY,
)
REFUSED = Sorry(
    status=502,
    heading={"el": "Η σύνδεση δεν ολοκληρώθηκε", "en": "The login was not completed"},
    reason={
        "el": "Το gov.gr δεν μας είπε ποιος συνδέθηκε. Ανοίξτε ξανά τον ίδιο σύνδεσμο και συνδεθείτε με προσωπικούς "
        "κωδικούς πολίτη.",
        "en": "gov.gr did not tell us who logged in. Open the same link again and use a citizen's own credentials.",
    },
    hint=_ELSE,
    say=_SAY,
)
