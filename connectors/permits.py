"""e-Άδειες: building permits. Only engineers file; the owner follows. Stages as published (ΜΙΤΟΣ 344883)."""

from __future__ import annotations

from connectors.words import Issued, Lexicon, Words

WORDS = Words(
    registry="permits",
    service="buildingPermitCasesService",
    procedures=Lexicon({"Οικοδομική άδεια με προέγκριση": "building-permit"}),
    stages=Lexicon(
        {
            "Υποβολή": "submission",
            "Έλεγχος πληρότητας": "completeness-check",
            "Προέγκριση": "pre-approval",
            "Ανάθεση": "assignment",
            "Έλεγχος": "review",
            "Έκδοση": "issuance",
        }
    ),
    certificates=(Issued("building-permit-copy", "Αντίγραφο οικοδομικής άδειας"),),
)
