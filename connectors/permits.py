"""e-Άδειες: building permits. Only engineers file; the owner follows. Stages as published (ΜΙΤΟΣ 344883)."""

from __future__ import annotations

from connectors.vocabulary import Issued, RegistryVocabulary, Vocabulary

VOCABULARY = RegistryVocabulary(
    registry="permits",
    service="buildingPermitCasesService",
    procedures=Vocabulary({"Οικοδομική άδεια με προέγκριση": "building-permit"}),
    stages=Vocabulary(
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
