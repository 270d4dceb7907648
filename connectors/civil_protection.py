"""State aid after disasters: application, cross-checks, first relief, on-site inspection, final grant."""

from __future__ import annotations

from connectors.vocabulary import Issued, RegistryVocabulary, Vocabulary

VOCABULARY = RegistryVocabulary(
    registry="civil_protection",
    service="stateAidCasesService",
    procedures=Vocabulary({"Αποζημίωση πλημμύρας": "flood-compensation"}),
    stages=Vocabulary(
        {
            "Αίτηση": "application",
            "Διασταυρώσεις": "cross-checks",
            "Πρώτη αρωγή": "first-relief",
            "Αυτοψία": "on-site-inspection",
            "Τελική επιχορήγηση": "final-grant",
        }
    ),
    certificates=(
        Issued("inspection-certificate", "Βεβαίωση αυτοψίας"),
        Issued("affected-person-certificate", "Βεβαίωση πληγέντος"),
    ),
)
