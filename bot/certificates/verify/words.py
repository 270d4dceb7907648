"""What a verdict is called on a page, and what whoever holds the paper can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.certificates.verify.verdict import Basis, Reason, Result, Verdict
from casestore.certificates.records import Why
from dialogues.athens import ATHENS
from dialogues.say import LocalizedText


@dataclass(frozen=True, slots=True)
class VerdictText:
    """``tone`` is how the page looks: ``good``, ``stop`` or ``ask``."""

    tone: str
    heading: LocalizedText
    text: LocalizedText


RESULTS: Mapping[Result, VerdictText] = MappingProxyType(
    {
        Result.GENUINE: VerdictText(
            "good",
            {"el": "Γνήσιο", "en": "Genuine"},
            {"el": "Το έγγραφο εκδόθηκε από εδώ και ισχύει.", "en": "This document was issued here and is valid."},
        ),
        Result.EXPIRED: VerdictText(
            "ask",
            {"el": "Γνήσιο, αλλά έληξε", "en": "Genuine, but expired"},
            {
                "el": "Το έγγραφο εκδόθηκε από εδώ, αλλά πέρασε η ημερομηνία έως την οποία ισχύει.",
                "en": "This document was issued here, but the date until which it is valid has passed.",
            },
        ),
        Result.REVOKED: VerdictText(
            "stop",
            {"el": "Έχει ανακληθεί", "en": "Revoked"},
            {
                "el": "Το έγγραφο εκδόθηκε από εδώ, αλλά ανακλήθηκε: δεν ισχύει πια. Μην το δεχτείτε.",
                "en": "This document was issued here, but was revoked: it counts no more. Do not accept it.",
            },
        ),
        Result.ALTERED: VerdictText(
            "stop",
            {"el": "Δεν είναι όπως εκδόθηκε", "en": "Not as it was issued"},
            {
                "el": "Μην το δεχτείτε όπως είναι: μπορεί να είναι πλαστό.",
                "en": "Do not accept it as it is: it may be a forgery.",
            },
        ),
        Result.NOT_OURS: VerdictText(
            "stop",
            {"el": "Δεν εκδόθηκε από εδώ", "en": "Not issued here"},
            {
                "el": "Δεν το γνωρίζουμε. Αν σας το έδωσαν ως έγγραφο αυτής της υπηρεσίας, μην το δεχτείτε.",
                "en": "We do not know it. If it was given to you as a document of this service, do not accept it.",
            },
        ),
        Result.UNREADABLE: VerdictText(
            "ask",
            {"el": "Δεν διαβάζεται", "en": "It cannot be read"},
            {
                "el": "Δεν μπορούμε να πούμε αν είναι γνήσιο.",
                "en": "We cannot tell whether it is genuine.",
            },
        ),
        Result.UNKNOWN: VerdictText(
            "stop",
            {"el": "Άγνωστος κωδικός", "en": "Unknown code"},
            {
                "el": "Δεν έχουμε εκδώσει έγγραφο με αυτόν τον κωδικό. Αν τον γράψατε σωστά, το έγγραφο μπορεί να "
                "είναι "
                "πλαστό: μην το δεχτείτε.",
                "en": "We have issued no document with this code. If you typed it as it is printed, the document may "
                "be "
                "a forgery: do not accept it.",
            },
        ),
    }
)

ISSUED = VerdictText(
    "good",
    {"el": "Έχει εκδοθεί και ισχύει", "en": "Issued here, and valid"},
    {
        "el": "Με αυτόν τον κωδικό εκδόθηκε έγγραφο από εδώ, και ισχύει.",
        "en": "A document was issued here under this code, and it is valid.",
    },
)

REASONS: Mapping[Reason, LocalizedText] = MappingProxyType(
    {
        Reason.CHANGED: {
            "el": "Έχει σφραγίδα μας, αλλά το αρχείο άλλαξε μετά τη σφράγιση: κάτι γράφτηκε, σβήστηκε ή προστέθηκε. "
            "Μερικές "
            "φορές το κάνει αθώα ένα πρόγραμμα που το αποθήκευσε ξανά. Ζητήστε το αρχείο όπως εκδόθηκε.",
            "en": "It has our seal, but the file was changed after it was sealed: something was written, removed or "
            "added. "
            "Sometimes a program does so innocently by saving it again. Ask for the file as it was issued.",
        },
        Reason.NO_SEAL: {
            "el": "Το αρχείο δεν έχει τη σφραγίδα μας. Μπορεί να είναι σάρωση: τότε συγκρίνετε προσεκτικά ό,τι γράφει "
            "με όσα "
            "φαίνονται εδώ, ή ζητήστε το αρχείο όπως εκδόθηκε.",
            "en": "The file does not have our seal. It may be a scan: then compare carefully what it says with what "
            "is shown "
            "here, or ask for the file as it was issued.",
        },
        Reason.NOTHING_OURS: {
            "el": "Το αρχείο δεν έχει τη σφραγίδα μας, ούτε κωδικό που έχουμε εκδώσει.",
            "en": "The file does not have our seal, nor a code that we have issued.",
        },
        Reason.FORGED_QR: {
            "el": "Ο κωδικός QR μοιάζει με δικό μας, αλλά δεν τον υπογράψαμε εμείς.",
            "en": "The QR looks like ours, but we have not signed it.",
        },
        Reason.OTHERS_SEAL: {
            "el": "Έχει σφραγίδα ή υπογραφή άλλου.",
            "en": "It has somebody else's seal or signature.",
        },
        Reason.NO_CODE: {
            "el": "Στη φωτογραφία δεν βρέθηκε κωδικός QR δικός μας. Βγάλτε την πιο κοντά, ίσια και με φως, ή γράψτε "
            "τον κωδικό "
            "που είναι τυπωμένος δίπλα στο QR.",
            "en": "No QR of ours was found on the photo. Take it closer, straight and in good light, or type the code "
            "that is "
            "printed beside the QR.",
        },
        Reason.NO_RECORD: {
            "el": "Το βεβαιώνει η σφραγίδα ή η υπογραφή του. Αν ανακλήθηκε από τότε, δεν φαίνεται εδώ.",
            "en": "Its seal or signature proves it. Whether it was revoked since cannot be seen here.",
        },
        Reason.OFFLINE: {
            "el": "Έχει μόνο κωδικό, και ο έλεγχός του γίνεται με σύνδεση.",
            "en": "It has a code alone, which can be checked only online.",
        },
        Reason.MISTYPED: {
            "el": "Ο κωδικός δεν γράφτηκε σωστά: κάποιο σύμβολο λείπει, περισσεύει ή είναι άλλο. Δείτε τον ξανά, έχει "
            "τέσσερις "
            "ομάδες των τεσσάρων.",
            "en": "The code was not typed as it is printed: a symbol is missing, too many or wrong. Look again, it "
            "has four "
            "groups of four.",
        },
        Reason.FILE: {
            "el": "Δεν είναι PDF ούτε φωτογραφία, ή είναι χαλασμένο. Στείλτε το PDF όπως το λάβατε, ή φωτογραφία του "
            "χαρτιού.",
            "en": "It is neither a PDF nor a photo, or it is damaged. Send the PDF as you got it, or a photo of the "
            "paper.",
        },
    }
)

BASES: Mapping[Basis, LocalizedText] = MappingProxyType(
    {
        Basis.COPY: {
            "el": "Το αρχείο είναι ακριβώς αυτό που εκδόθηκε, ως το τελευταίο ψηφίο.",
            "en": "The file is exactly what was issued, to the last bit.",
        },
        Basis.SEAL: {
            "el": "Η ηλεκτρονική σφραγίδα ισχύει και καλύπτει όλο το αρχείο.",
            "en": "The electronic seal holds and covers the whole file.",
        },
        Basis.QR: {
            "el": "Το υπογεγραμμένο QR είναι δικό μας. Η φωτογραφία δεν δείχνει αν άλλαξε το υπόλοιπο χαρτί: "
            "συγκρίνετε με αυτό "
            "όσα φαίνονται παρακάτω.",
            "en": "The signed QR is ours. A photo does not show whether the rest of the paper was changed: compare it "
            "with "
            "what is shown below.",
        },
        Basis.CODE: {
            "el": "Ο κωδικός δείχνει ότι εκδόθηκε ένα τέτοιο έγγραφο, όχι ότι αυτό που κρατάτε γράφει τα ίδια. "
            "Συγκρίνετε τα "
            "παρακάτω, ή ελέγξτε το ίδιο το αρχείο PDF.",
            "en": "The code shows that such a document was issued, not that what you hold says the same. Compare what "
            "is "
            "below, or check the PDF file itself.",
        },
    }
)

WHY_REVOKED: Mapping[Why, LocalizedText] = MappingProxyType(
    {
        Why.ERROR: {"el": "είχε λάθος όταν εκδόθηκε", "en": "it was wrong when it was issued"},
        Why.CHANGED: {"el": "όσα βεβαιώνει άλλαξαν", "en": "what it certifies has changed"},
        Why.REPLACED: {"el": "εκδόθηκε άλλο στη θέση του", "en": "another was issued instead"},
        Why.ABUSE: {"el": "βρέθηκε σε λάθος χέρια", "en": "it came into the wrong hands"},
    }
)


def told_of(verdict: Verdict) -> VerdictText:
    """A mistyped code is no sign of a forgery, and a right one no proof of what the paper beside it says."""
    if verdict.reason is Reason.MISTYPED:
        return VerdictText("ask", {"el": "Ελέγξτε τον κωδικό", "en": "Check the code"}, REASONS[Reason.MISTYPED])
    if verdict.result is Result.GENUINE and verdict.basis in (Basis.CODE, Basis.QR):
        return ISSUED
    return RESULTS[verdict.result]


def explained(verdict: Verdict) -> LocalizedText | None:
    """What the result rests on, or why it is so."""
    if verdict.reason is Reason.MISTYPED:
        return None
    return REASONS.get(verdict.reason) or BASES.get(verdict.basis)


def facts_of(verdict: Verdict, language: str) -> list[tuple[str, str]]:
    """Labels and values of what was issued."""
    el = language == "el"
    revoked = verdict.revocation
    found = (
        ("Έγγραφο" if el else "Document", verdict.title),
        ("Εκδόθηκε από" if el else "Issued by", verdict.issuer),
        ("Αφορά" if el else "About", verdict.holder),
        ("Αριθμός πρωτοκόλλου" if el else "Protocol number", verdict.protocol),
        ("Ημερομηνία έκδοσης" if el else "Issued on", _day(verdict.issued_at)),
        ("Ισχύει έως" if el else "Valid until", _day(verdict.valid_until)),
        ("Ανακλήθηκε στις" if el else "Revoked on", _day(revoked.at if revoked else None)),
        ("Λόγος" if el else "Reason", WHY_REVOKED[revoked.why][language] if revoked else ""),
        ("Κωδικός" if el else "Code", verdict.code),
    )
    return [(label, value) for label, value in found if value]


def _day(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(ATHENS)
    return f"{local.day}/{local.month}/{local.year}"
