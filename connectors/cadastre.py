"""Ελληνικό Κτηματολόγιο: the cadastre. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.vocabulary import Issued, RegistryVocabulary, Vocabulary

VOCABULARY = RegistryVocabulary(
    registry="cadastre",
    service="cadastreCasesService",
    procedures=Vocabulary({"Διόρθωση κτηματολογικής εγγραφής": "cadastre-correction"}),
    stages=Vocabulary(
        {
            "Υποβολή": "submission",
            "Έλεγχος πληρότητας": "completeness-check",
            "Νομικός έλεγχος": "legal-review",
            "Καταχώριση": "registration",
        }
    ),
    certificates=(
        Issued("cadastral-entries", "Πιστοποιητικό κτηματολογικών εγγραφών", ("kaek",)),
        Issued("act-registration", "Πιστοποιητικό καταχώρισης πράξης", ("kaek",)),
        Issued("no-entries", "Πιστοποιητικό μη ύπαρξης εγγραφών", ("kaek",)),
        Issued("cadastral-sheet", "Αντίγραφο κτηματολογικού φύλλου", ("kaek",)),
        Issued("cadastral-diagram", "Απόσπασμα κτηματολογικού διαγράμματος", ("kaek",)),
    ),
)
