"""Ελληνικό Κτηματολόγιο: the cadastre. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.words import Lexicon, Words

WORDS = Words(
    registry="cadastre",
    service="cadastreCasesService",
    procedures=Lexicon({"Διόρθωση κτηματολογικής εγγραφής": "cadastre-correction"}),
    stages=Lexicon(
        {
            "Υποβολή": "submission",
            "Έλεγχος πληρότητας": "completeness-check",
            "Νομικός έλεγχος": "legal-review",
            "Καταχώριση": "registration",
        }
    ),
)
