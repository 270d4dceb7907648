"""e-ΕΦΚΑ: social insurance records. Its stage words are not published: these are the sandbox's."""

from __future__ import annotations

from connectors.vocabulary import Issued, RegistryVocabulary, Vocabulary

VOCABULARY = RegistryVocabulary(
    registry="efka",
    service="insuranceCasesService",
    procedures=Vocabulary({"Διόρθωση στοιχείων ασφάλισης": "insurance-record-correction"}),
    stages=Vocabulary(
        {
            "Υποβολή": "submission",
            "Έλεγχος δικαιολογητικών": "document-check",
            "Επεξεργασία": "processing",
            "Απόφαση": "decision",
        }
    ),
    certificates=(
        Issued("insurance-clearance", "Αποδεικτικό ασφαλιστικής ενημερότητας", ("amka", "purpose")),
        Issued("insurance-history", "Ασφαλιστικό ιστορικό", ("amka",)),
        Issued("employment-certificate", "Βεβαίωση προϋπηρεσίας", ("amka",)),
        Issued("registration-certificate", "Βεβαίωση απογραφής", ("amka",)),
        Issued("re-registration-certificate", "Βεβαίωση επανεγγραφής", ("amka",)),
        Issued("contributions-certificate", "Βεβαίωση εισφορών για φορολογική χρήση", ("amka",)),
    ),
)
