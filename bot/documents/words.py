"""What is said of a file that is not taken, and of the upload page's links."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.documents.checks.verdict import Refusal
from bot.web.pages import Sorry
from dialogues.say import LocalizedText

_R = Refusal
WHY: Mapping[Refusal, LocalizedText] = MappingProxyType(
    {
        _R.EMPTY: {"el": "είναι άδειο.", "en": "it is empty."},
        _R.TOO_LARGE: {
            "el": "είναι πολύ μεγάλο: φωτογραφία ως 20 MB, PDF ως 10 MB.",
            "en": "it is too large: photos up to 20 MB, PDF up to 10 MB.",
        },
        _R.TYPE: {
            "el": "δεν είναι φωτογραφία ούτε PDF.",
            "en": "it is neither a photo nor a PDF.",
        },
        _R.DAMAGED: {
            "el": "δεν ανοίγει, μάλλον έφτασε μισό. Στείλτε το ξανά.",
            "en": "it does not open, perhaps only half of it came. Please send it again.",
        },
        _R.PASSWORD: {
            "el": "χρειάζεται κωδικό για να ανοίξει. Στείλτε το χωρίς κωδικό.",
            "en": "it needs a password to open. Please send it without one.",
        },
        _R.PAGES: {"el": "έχει πάνω από 100 σελίδες.", "en": "it has more than 100 pages."},
        _R.DIMENSIONS: {
            "el": "η εικόνα έχει υπερβολικά μεγάλη ανάλυση.",
            "en": "the picture's resolution is far too high.",
        },
        _R.ACTIVE: {
            "el": "το PDF περιέχει εντολές που εκτελούνται. Τυπώστε το σε νέο PDF ή φωτογραφίστε το.",
            "en": "the PDF holds commands that run. Print it to a new PDF or photograph it.",
        },
        _R.EMBEDDED: {
            "el": "το PDF έχει μέσα του άλλα αρχεία. Στείλτε το καθένα χωριστά.",
            "en": "the PDF has other files in it. Please send each by itself.",
        },
        _R.MIXED: {
            "el": "είναι PDF και συμπιεσμένος φάκελος μαζί. Στείλτε σκέτο το PDF.",
            "en": "it is a PDF and an archive in one. Please send the PDF alone.",
        },
        _R.TOO_COMPLEX: {
            "el": "δεν μπορεί να ελεγχθεί με ασφάλεια. Στείλτε το ως απλή φωτογραφία ή PDF.",
            "en": "it cannot be checked safely. Please send it as a plain photo or PDF.",
        },
        _R.INFECTED: {"el": "βρέθηκε κακόβουλο λογισμικό μέσα του.", "en": "malware was found in it."},
        _R.UNCHECKED: {
            "el": "δεν μπόρεσα να το ελέγξω. Στείλτε το ξανά αργότερα.",
            "en": "I could not check it. Please send it again later.",
        },
        _R.GONE: {
            "el": "δεν πρόλαβα να το κατεβάσω. Στείλτε το ξανά.",
            "en": "I could not fetch it in time. Please send it again.",
        },
        _R.UNREACHABLE: {
            "el": "δεν μπόρεσα να το κατεβάσω. Στείλτε το ξανά.",
            "en": "I could not fetch it. Please send it again.",
        },
    }
)
"""After a colon: why it is not handed in, and what helps."""

UPLOAD_GONE = Sorry(
    status=404,
    heading={"el": "Ο σύνδεσμος δεν ανοίγει κάτι", "en": "This link does not open anything"},
    reason={
        "el": "Ο σύνδεσμος για το έγγραφό σας ισχύει 24 ώρες, μέχρι να ζητήσετε νεότερο, και όσο είστε συνδεδεμένοι "
        "στη συνομιλία που τον ζήτησε.",
        "en": "A link for your document is valid for 24 hours, until you ask for a newer one, and while you are linked "
        "in the chat that asked for it.",
    },
    hint={
        "el": "Για νέο σύνδεσμο, γυρίστε στη συνομιλία και γράψτε",
        "en": "For a new one, go back to the chat and write",
    },
    say={"el": "πώς στέλνω το έγγραφο που λείπει;", "en": "how do I hand in the missing document?"},
)
