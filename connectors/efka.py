"""e-ΕΦΚΑ: social insurance records. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.words import Lexicon, Words

WORDS = Words(
    registry="efka",
    service="insuranceCasesService",
    procedures=Lexicon({"Διόρθωση στοιχείων ασφάλισης": "insurance-record-correction"}),
    stages=Lexicon(
        {
            "Υποβολή": "submission",
            "Έλεγχος δικαιολογητικών": "document-check",
            "Επεξεργασία": "processing",
            "Απόφαση": "decision",
        }
    ),
)
