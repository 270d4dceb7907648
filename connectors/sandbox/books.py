"""What each registry of the sandbox State keeps its cases by: procedures, their stages in order, their papers.

The permits' and civil protection's stages and papers are as their procedures are published; the other registries
publish none, so theirs are the sandbox's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """``word`` is what the registry says on the wire, ``code`` what its events say; it usually takes ``days``."""

    code: str
    word: str
    days: int


@dataclass(frozen=True, slots=True)
class Paper:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Procedure:
    code: str
    word: str
    stages: tuple[Stage, ...]
    papers: tuple[Paper, ...]

    def stage(self, code: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.code == code), None)

    def paper(self, code: str) -> Paper | None:
        return next((paper for paper in self.papers if paper.code == code), None)


@dataclass(frozen=True, slots=True)
class Book:
    """One registry. ``service`` is its name at the interoperability centre."""

    registry: str
    name: str
    prefix: str
    service: str
    procedures: tuple[Procedure, ...]

    def procedure(self, code: str) -> Procedure | None:
        return next((procedure for procedure in self.procedures if procedure.code == code), None)


DOCUMENT_WORDS: Mapping[str, str] = {
    "missing": "Λείπει",
    "submitted": "Υποβλήθηκε",
    "accepted": "Έγινε δεκτό",
    "rejected": "Απορρίφθηκε",
}
OUTCOME_WORDS: Mapping[str, str] = {
    "granted": "Εγκρίθηκε",
    "refused": "Απορρίφθηκε",
    "partly": "Εγκρίθηκε εν μέρει",
}

_ATTORNEY = Paper("power-of-attorney", "Εξουσιοδότηση ή πληρεξούσιο τρίτου")

_BUILDING_PERMIT = Procedure(
    "building-permit",
    "Οικοδομική άδεια με προέγκριση",
    (
        Stage("submission", "Υποβολή", 2),
        Stage("completeness-check", "Έλεγχος πληρότητας", 5),
        Stage("pre-approval", "Προέγκριση", 10),
        Stage("assignment", "Ανάθεση", 3),
        Stage("review", "Έλεγχος", 15),
        Stage("issuance", "Έκδοση", 3),
    ),
    (
        Paper("approvals", "Εγκρίσεις άλλων υπηρεσιών"),
        Paper("title-deed", "Τίτλος ιδιοκτησίας ή κτηματογραφικό φύλλο και απόσπασμα"),
        Paper("legality", "Αποδεικτικά νομιμότητας υφισταμένων"),
        Paper("topographic-plan", "Τοπογραφικό διάγραμμα"),
        Paper("coverage-plan", "Διάγραμμα κάλυψης"),
        Paper("architectural-study", "Αρχιτεκτονική μελέτη"),
        Paper("structural-study", "Στατική μελέτη"),
        Paper("mechanical-study", "Η/Μ μελέτες"),
        Paper("energy-study", "Μελέτη ενεργειακής απόδοσης"),
        Paper("schedule", "Χρονικός προγραμματισμός"),
        Paper("drainage", "Υδραυλικά και αποχέτευση"),
        Paper("fire-protection", "Ενεργητική πυροπροστασία"),
        Paper("gas", "Καύσιμο αέριο"),
        Paper("safety-file", "ΣΑΥ/ΦΑΥ"),
        Paper("waste-plan", "ΣΔΑ"),
        Paper("parking", "Δήλωση θέσεων στάθμευσης"),
        Paper("reasoning", "Αιτιολογική έκθεση"),
        Paper("contributions", "Αποδεικτικά εισφορών"),
        Paper("fee-receipts", "ΑΠΥ αμοιβών μηχανικών"),
        Paper("levy-form", "Έντυπο εισφοράς"),
        _ATTORNEY,
    ),
)

_INSURANCE_CORRECTION = Procedure(
    "insurance-record-correction",
    "Διόρθωση στοιχείων ασφάλισης",
    (
        Stage("submission", "Υποβολή", 1),
        Stage("document-check", "Έλεγχος δικαιολογητικών", 5),
        Stage("processing", "Επεξεργασία", 20),
        Stage("decision", "Απόφαση", 5),
    ),
    (
        Paper("insurance-stamps", "Ασφαλιστικά βιβλιάρια ή αποδεικτικά ενσήμων"),
        Paper("employer-statement", "Βεβαίωση εργοδότη"),
        Paper("identity-card", "Αντίγραφο δελτίου ταυτότητας"),
        _ATTORNEY,
    ),
)

_CADASTRE_CORRECTION = Procedure(
    "cadastre-correction",
    "Διόρθωση κτηματολογικής εγγραφής",
    (
        Stage("submission", "Υποβολή", 1),
        Stage("completeness-check", "Έλεγχος πληρότητας", 5),
        Stage("legal-review", "Νομικός έλεγχος", 20),
        Stage("registration", "Καταχώριση", 4),
    ),
    (
        Paper("title-deed", "Τίτλος ιδιοκτησίας"),
        Paper("topographic-plan", "Τοπογραφικό διάγραμμα"),
        Paper("land-sheet", "Αντίγραφο κτηματολογικού φύλλου"),
        _ATTORNEY,
    ),
)

_FLOOD_COMPENSATION = Procedure(
    "flood-compensation",
    "Αποζημίωση πλημμύρας",
    (
        Stage("application", "Αίτηση", 2),
        Stage("cross-checks", "Διασταυρώσεις", 7),
        Stage("first-relief", "Πρώτη αρωγή", 10),
        Stage("on-site-inspection", "Αυτοψία", 15),
        Stage("final-grant", "Τελική επιχορήγηση", 30),
    ),
    (
        Paper("title-deed", "Τίτλοι ιδιοκτησίας"),
        Paper("sketch", "Σκαρίφημα"),
        Paper("photographs", "Φωτογραφίες"),
        Paper("second-check", "Δελτίο δευτεροβάθμιου ελέγχου"),
        _ATTORNEY,
    ),
)

_CIVIL_STATUS_STAGES = (
    Stage("submission", "Υποβολή", 1),
    Stage("processing", "Επεξεργασία", 3),
    Stage("issuance", "Έκδοση", 1),
)
_BIRTH_CERTIFICATE = Procedure(
    "birth-certificate",
    "Ληξιαρχική πράξη γέννησης",
    _CIVIL_STATUS_STAGES,
    (Paper("identity-card", "Αντίγραφο δελτίου ταυτότητας"), _ATTORNEY),
)
_FAMILY_STATUS = Procedure(
    "family-status-certificate",
    "Πιστοποιητικό οικογενειακής κατάστασης",
    _CIVIL_STATUS_STAGES,
    (_ATTORNEY,),
)

BOOKS: Mapping[str, Book] = {
    book.registry: book
    for book in (
        Book("permits", "Οικοδομικές άδειες", "ΑΔ", "buildingPermitCasesService", (_BUILDING_PERMIT,)),
        Book("efka", "e-ΕΦΚΑ", "ΕΦ", "insuranceCasesService", (_INSURANCE_CORRECTION,)),
        Book("cadastre", "Κτηματολόγιο", "ΚΤ", "cadastreCasesService", (_CADASTRE_CORRECTION,)),
        Book("civil_protection", "Πολιτική Προστασία", "ΠΠ", "stateAidCasesService", (_FLOOD_COMPENSATION,)),
        Book("kep", "ΚΕΠ και Ληξιαρχεία", "ΚΕ", "citizenCentreCasesService", (_BIRTH_CERTIFICATE, _FAMILY_STATUS)),
    )
}
CONTACT_SERVICE = "notificationCenterElementsService"
