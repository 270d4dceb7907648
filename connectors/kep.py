"""ΚΕΠ and civil status. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.words import Issued, Lexicon, Words

WORDS = Words(
    registry="kep",
    service="citizenCentreCasesService",
    procedures=Lexicon(
        {
            "Ληξιαρχική πράξη γέννησης": "birth-certificate",
            "Πιστοποιητικό οικογενειακής κατάστασης": "family-status-certificate",
        }
    ),
    stages=Lexicon(
        {
            "Υποβολή": "submission",
            "Επεξεργασία": "processing",
            "Έκδοση": "issuance",
        }
    ),
    certificates=(
        Issued("birth-certificate", "Πιστοποιητικό γέννησης"),
        Issued("family-status-certificate", "Πιστοποιητικό οικογενειακής κατάστασης"),
    ),
)
