"""The certificates that each registry of the sandbox State issues.

Names are as published on gov.gr and by the agencies. What each certifies of a made-up person is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """``details`` are what must be said to get it. ``at_once``: no clerk looks at it."""

    code: str
    word: str
    facts: Facts
    details: tuple[str, ...] = ()
    at_once: bool = False


DETAIL_WORDS: Mapping[str, str] = {"amka": "ΑΜΚΑ", "kaek": "ΚΑΕΚ", "purpose": "Σκοπός", "case": "Υπόθεση"}
OF_CASE = "case"
"""A detail that may be told of any certificate and need not be: a case of the citizen's, by its reference."""
STATE_WORDS: Mapping[str, str] = {"pending": "Εκκρεμεί", "issued": "Εκδόθηκε", "refused": "Απορρίφθηκε"}

_FREE_OF_DEBT = (("Οφειλές", "Δεν υπάρχουν"), ("Ισχύει για", "6 μήνες"))
_SERVICE = (("Ημέρες ασφάλισης", "4.212"), ("Φορέας", "e-ΕΦΚΑ"))
_PARCEL = (("Κτηματολογικό γραφείο", "Αττικής"), ("Εμβαδόν", "412 τ.μ."))


def _insurance(code: str, word: str, facts: Facts, *more: str) -> Kind:
    return Kind(code, word, facts, ("amka", *more), at_once=True)


def _cadastral(code: str, word: str, facts: Facts = _PARCEL) -> Kind:
    return Kind(code, word, facts, ("kaek",))


CERTIFICATES: Mapping[str, tuple[Kind, ...]] = {
    "permits": (Kind("building-permit-copy", "Αντίγραφο οικοδομικής άδειας", (("Είδος έργου", "Διώροφη κατοικία"),)),),
    "efka": (
        _insurance("insurance-clearance", "Αποδεικτικό ασφαλιστικής ενημερότητας", _FREE_OF_DEBT, "purpose"),
        _insurance("insurance-history", "Ασφαλιστικό ιστορικό", _SERVICE),
        _insurance("employment-certificate", "Βεβαίωση προϋπηρεσίας", _SERVICE),
        _insurance("registration-certificate", "Βεβαίωση απογραφής", (("Απογραφή", "Ενεργή"),)),
        _insurance("re-registration-certificate", "Βεβαίωση επανεγγραφής", (("Επανεγγραφή", "Ενεργή"),)),
        _insurance(
            "contributions-certificate", "Βεβαίωση εισφορών για φορολογική χρήση", (("Εισφορές", "2.856,00 €"),)
        ),
    ),
    "cadastre": (
        _cadastral("cadastral-entries", "Πιστοποιητικό κτηματολογικών εγγραφών"),
        _cadastral("act-registration", "Πιστοποιητικό καταχώρισης πράξης"),
        _cadastral("no-entries", "Πιστοποιητικό μη ύπαρξης εγγραφών", (("Εγγραφές", "Δεν υπάρχουν"),)),
        _cadastral("cadastral-sheet", "Αντίγραφο κτηματολογικού φύλλου"),
        _cadastral("cadastral-diagram", "Απόσπασμα κτηματολογικού διαγράμματος"),
    ),
    "civil_protection": (
        Kind("inspection-certificate", "Βεβαίωση αυτοψίας", (("Πόρισμα", "Κίτρινο: επισκευάσιμο"),)),
        Kind("affected-person-certificate", "Βεβαίωση πληγέντος", (("Αιτία", "Πλημμύρα"),)),
    ),
    "kep": (
        Kind("birth-certificate", "Πιστοποιητικό γέννησης", (("Τόπος γέννησης", "Αθήνα"), ("Δήμος", "Αθηναίων"))),
        Kind(
            "family-status-certificate",
            "Πιστοποιητικό οικογενειακής κατάστασης",
            (("Οικογενειακή κατάσταση", "Έγγαμη"), ("Μέλη οικογένειας", "3"), ("Δήμος", "Αθηναίων")),
            at_once=True,
        ),
    ),
}
