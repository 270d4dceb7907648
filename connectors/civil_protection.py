"""State aid after disasters: application, cross-checks, first relief, on-site inspection, final grant."""

from __future__ import annotations

from connectors.words import Lexicon, Words

WORDS = Words(
    registry="civil_protection",
    service="stateAidCasesService",
    procedures=Lexicon({"Αποζημίωση πλημμύρας": "flood-compensation"}),
    stages=Lexicon(
        {
            "Αίτηση": "application",
            "Διασταυρώσεις": "cross-checks",
            "Πρώτη αρωγή": "first-relief",
            "Αυτοψία": "on-site-inspection",
            "Τελική επιχορήγηση": "final-grant",
        }
    ),
)
