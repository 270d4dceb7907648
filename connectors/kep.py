"""ΚΕΠ and civil status. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.vocabulary import Issued, RegistryVocabulary, Vocabulary

VOCABULARY = RegistryVocabulary(
    registry="kep",
    service="citizenCentreCasesService",
    procedures=Vocabulary(
        {
            "Ληξιαρχική πράξη γέννησης": "birth-certificate",
            "Πιστοποιητικό οικογενειακής κατάστασης": "family-status-certificate",
        }
    ),
    stages=Vocabulary(
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
