"""Sheets as registries lead to them, one for each layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.certificates.model import Sheet

AT = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
FAMILY = Sheet(
    kind="family-status-certificate",
    template="civil-status",
    title="Πιστοποιητικό οικογενειακής κατάστασης",
    office="Δήμος Αθηναίων · Διεύθυνση Δημοτικής Κατάστασης",
    protocol="ΚΕ-2026-000812",
    holder="Μαρία Αντωνίου του Γεωργίου",
    fields=(("Δήμος εγγραφής", "Αθηναίων"), ("Οικογενειακή μερίδα", "124587/3"), ("Μητρώο", "Πολιτών")),
    rows=(
        ("Ονοματεπώνυμο", "Συγγένεια", "Γέννηση"),
        ("Μαρία Αντωνίου", "η ίδια", "14/3/1981"),
        ("Ἑλένη Παπαδημητρίου-Ἀντωνίου", "θυγατέρα", "21/6/2012"),
    ),
    note="Σύμφωνα με τα στοιχεία του Μητρώου Πολιτών κατά την ημερομηνία έκδοσης.",
    issued_at=AT,
    valid_until=AT + timedelta(days=90),
    lasting=True,
)
CLEARANCE = Sheet(
    kind="insurance-clearance",
    template="insurance",
    title="Βεβαίωση ασφαλιστικής ενημερότητας",
    office="Ηλεκτρονικός Εθνικός Φορέας Κοινωνικής Ασφάλισης (e-ΕΦΚΑ)",
    protocol="ΕΦ-2026-000777",
    holder="Μαρία Αντωνίου του Γεωργίου",
    fields=(("Βεβαιώνεται ότι", "δεν οφείλει ληξιπρόθεσμες εισφορές."), ("Για χρήση", "Είσπραξη χρημάτων")),
    rows=(),
    note="",
    issued_at=AT,
    valid_until=AT + timedelta(days=30),
    lasting=False,
)
HISTORY = replace(
    CLEARANCE,
    kind="insurance-history",
    title="Βεβαίωση προϋπηρεσίας και ασφαλιστικού ιστορικού μισθωτών και μη μισθωτών",
    holder="Κωνσταντίνος-Αλέξανδρος Παπαχριστοδουλόπουλος του Νικολάου-Παναγιώτη",
    fields=(("ΑΜΚΑ", "14038100123"), ("Σύνολο ημερών", "8.412"), ("Ασφαλιστικός φορέας", "τ. ΙΚΑ-ΕΤΑΜ")),
    rows=(
        ("Από", "Έως", "Εργοδότης", "Ειδικότητα", "Ημέρες", "Αποδοχές"),
        *(
            (f"1/{n % 12 + 1}/{2000 + n // 3}", "31/12/2025", "Αφοί Παπαδόπουλοι Α.Ε.", "υπάλληλος", "25", "1.234,56 €")
            for n in range(60)
        ),
    ),
)
SHEET_OF_LAND = replace(
    CLEARANCE,
    kind="cadastral-sheet",
    template="cadastre",
    title="Κτηματολογικό φύλλο",
    office="Ελληνικό Κτηματολόγιο · Κτηματολογικό Γραφείο Αττικής",
    fields=(
        ("ΚΑΕΚ", "050681726008/0/0"),
        ("Διεύθυνση", "Οδός Ἁγίου Δημητρίου 14, Χολαργός"),
        ("Τίτλος", 'Συμβόλαιο 4.512, #panic("x") $a$ *b* _c_ <lab> @ref \\n `raw` // no comment'),
    ),
    valid_until=None,
)
INSPECTION = replace(SHEET_OF_LAND, template="civil-protection", title="Βεβαίωση αυτοψίας")
PERMIT = replace(SHEET_OF_LAND, template="permit", title="Αντίγραφο οικοδομικής άδειας")

SHEETS: Mapping[str, Sheet] = {
    "family": FAMILY,
    "clearance": CLEARANCE,
    "history": HISTORY,
    "land": SHEET_OF_LAND,
    "inspection": INSPECTION,
    "permit": PERMIT,
}
