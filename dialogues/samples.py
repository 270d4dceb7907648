"""A value for every placeholder of the wording, of usual length: by them responses are shown and measured."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from dialogues.say import Say, Value

_PAPERS = (
    Say("utter_document_due", {"title": "Τοπογραφικό διάγραμμα", "deadline": date(2026, 12, 1)}),
    Say("utter_document", {"title": "Τίτλος ιδιοκτησίας"}),
)

SAMPLES: Mapping[str, Value] = MappingProxyType(
    {
        "asked": date(2026, 11, 23),
        "certificates": (
            Say(
                "utter_certificate_line_issued",
                {
                    "title": {"el": "Πιστοποιητικό γέννησης", "en": "Birth certificate"},
                    "asked": date(2026, 11, 23),
                },
            ),
        ),
        "holder": "Μαρία Αντωνίου του Γεωργίου",
        "issued": date(2026, 11, 24),
        "issuer": "Δήμος Αθηναίων",
        "protocol": "1042/23-11-2026",
        "revoked": date(2026, 11, 26),
        "kaek": "010203040506",
        "purpose": "Λήψη δανείου",
        "until": date(2027, 5, 23),
        "at": {"el": "στις 10:42", "en": "at 10:42"},
        "number": "1042/23-11-2026",
        "why": {
            "el": "δεν ανοίγει, μάλλον έφτασε μισό. Στείλτε το ξανά.",
            "en": "it does not open. Please send it again.",
        },
        "office": {"el": "e-ΕΦΚΑ", "en": "e-EFKA"},
        "titles": "Τίτλος ιδιοκτησίας, Τοπογραφικό διάγραμμα",
        "offices": {"el": "e-ΕΦΚΑ, Ελληνικό Κτηματολόγιο", "en": "e-EFKA, Hellenic Cadastre"},
        "papers": "Τοπογραφικό διάγραμμα, Τίτλος ιδιοκτησίας",
        "references": "ΚΤ-2026-000301",
        "yours": Say("utter_cases_waiting", {"references": "ΚΤ-2026-000301"}),
        "cases": (
            Say(
                "utter_case_line",
                {
                    "reference": "ΑΔ-2026-000123",
                    "title": {"el": "οικοδομική άδεια", "en": "building permit"},
                    "stage": {"el": "έλεγχος πληρότητας", "en": "completeness check"},
                },
            ),
        ),
        "after": Say("utter_case_part_after", {"next": {"el": "προέγκριση", "en": "pre-approval"}}),
        "code": "482913",
        "count": 19,
        "days": 9,
        "place": 3,
        "low": "5",
        "high": "12",
        "opens": {"el": "αύριο στις 8:00", "en": "tomorrow at 8:00"},
        "by": {"el": "αύριο στις 10:00", "en": "tomorrow at 10:00"},
        "ask": {"el": "το κτηματολογικό γραφείο", "en": "the cadastral office"},
        "reason": "Οι συντεταγμένες δεν είναι σε ΕΓΣΑ '87",
        "todo": Say("utter_case_until_nothing", {"reference": "ΑΔ-2026-000123"}),
        "deadline": date(2026, 12, 1),
        "digits": "4829",
        "documents": _PAPERS,
        "expected": date(2026, 12, 20),
        "fact": {
            "el": "Αν δίνεται παράταση δεν το ξέρω. Ζητήστε την έγκαιρα: το ξέρει το κτηματολογικό γραφείο.",
            "en": "I do not know whether an extension is given. Ask before the deadline: the cadastral office.",
        },
        "short": {
            "el": "Ζητήστε την πριν από την προθεσμία. Αν δίνεται, το ξέρει το κτηματολογικό γραφείο.",
            "en": "Ask before the deadline. Whether it is given: ask the cadastral office.",
        },
        "means": {
            "el": "η υπηρεσία κοιτάζει αν υπάρχουν όλα τα έγγραφα. Δεν είναι ακόμη έγκριση.",
            "en": "the service looks whether all documents are there. It is not an approval yet.",
        },
        "page": "https://www.ktimatologio.gr",
        "phone": "1555",
        "steps": {
            "el": "υποβολή, έλεγχος πληρότητας, νομικός έλεγχος, καταχώριση",
            "en": "submission, completeness check, legal review, registration",
        },
        "term": {"el": "Έλεγχος πληρότητας", "en": "Completeness check"},
        "whose": {
            "el": "ενιαία γραμμή πολιτών για ασφάλιση και εργασία",
            "en": "the State's line for insurance and work",
        },
        "fee": {"el": "δωρεάν", "en": "free of charge"},
        "first": Say("utter_why_link"),
        "following": {"el": "προέγκριση", "en": "pre-approval"},
        "finder": {
            "el": "Ώρες, διευθύνσεις και ραντεβού: στην «Πλατφόρμα Επισκέψεων ΚΕΠ» του gov.gr (ΜΙΤΟΣ 155034).",
            "en": 'Hours, addresses and appointments: on gov.gr\'s "Πλατφόρμα Επισκέψεων ΚΕΠ" (MITOS 155034).',
        },
        "alerts": Say("utter_alerts_unsaid"),
        "channel": Say("utter_channel_is_only", {"name": "Viber"}),
        "looks": (
            Say(
                "utter_looked_line",
                {
                    "seen": date(2026, 11, 22),
                    "who": Say("utter_looked_employee"),
                    "purpose": Say("utter_looked_chat"),
                },
            ),
        ),
        "who": Say("utter_looked_employee"),
        "held": (
            Say("utter_held_tax_number"),
            Say("utter_held_messages", {"count": 19}),
            Say("utter_held_cases", {"count": 19}),
        ),
        "hours": {"el": "22:00 έως 08:00", "en": "22:00 to 08:00"},
        "name": "Viber",
        "quiet": Say("utter_quiet_is", {"hours": {"el": "22:00 έως 08:00", "en": "22:00 to 08:00"}}),
        "late": {
            "el": "Αν περάσει η προθεσμία, στείλτε το όσο πιο γρήγορα μπορείτε. Αν γίνεται δεκτό δεν το ξέρω.",
            "en": "If the deadline has passed, send it as soon as you can. I do not know whether it is accepted.",
        },
        "late_short": {
            "el": "Στείλτε το όσο πιο γρήγορα μπορείτε. Αν γίνεται δεκτό, το ξέρει ένα ΚΕΠ.",
            "en": "Send it as soon as you can. Whether it is still accepted: ask a KEP office.",
        },
        "left": 2,
        "few": {"el": "τίτλοι ιδιοκτησίας, σκαρίφημα, φωτογραφίες", "en": "title deeds, a sketch, photographs"},
        "link": "https://counter.example/link/kX2v9QmR7tYb4LcWz8NfHs3JpDa6Eg1U",
        "needs": {
            "el": "Χρειάζεται είσοδος στον e-ΕΦΚΑ και ΑΜΚΑ.",
            "en": "You need a login to e-EFKA and your AMKA.",
        },
        "next": {
            "el": "Η υπηρεσία ελέγχει αν υπάρχουν όλα τα έγγραφα. Ακολουθεί η προέγκριση.",
            "en": "The service is checking that all documents are there. Pre-approval comes next.",
        },
        "notices": (
            Say(
                "utter_notices_line",
                {
                    "updated": date(2026, 11, 20),
                    "reference": "ΑΔ-2026-000123",
                    "name": "Viber",
                    "state": Say("utter_notices_told"),
                },
            ),
        ),
        "state": Say("utter_notices_told"),
        "hour": "10:00",
        "note": "Ο έλεγχος των μελετών ξεκίνησε.",
        "numbers": "1, 2 ή 3",
        "owner": {"el": "δήμοι", "en": "the municipalities"},
        "reference": "ΑΔ-2026-000123",
        "since": date(2026, 10, 12),
        "source": {"el": "ΜΙΤΟΣ 955481", "en": "MITOS 955481"},
        "seen": date(2026, 11, 22),
        "stage": {"el": "έλεγχος πληρότητας", "en": "completeness check"},
        "submit": {"el": "Τα στέλνετε στον e-ΕΦΚΑ, με τον αριθμό της υπόθεσης.", "en": "Send them to e-EFKA."},
        "time": {"el": "1 λεπτό στο gov.gr. Ισχύει 6 μήνες", "en": "1 minute on gov.gr. It is valid for 6 months"},
        "title": {"el": "οικοδομική άδεια", "en": "building permit"},
        "updated": date(2026, 11, 20),
        "where": {
            "el": "Εκδίδεται στο gov.gr, στα ΚΕΠ και στους δήμους.",
            "en": "It is issued on gov.gr, at the KEP offices and at the municipalities.",
        },
    }
)

VARYING = frozenset(
    {
        "cases",
        "documents",
        "finder",
        "first",
        "held",
        "late",
        "late_short",
        "few",
        "next",
        "note",
        "notices",
        "offices",
        "papers",
        "title",
        "submit",
    }
)
"""Those whose length is the registry's or the catalogue's, not the wording's."""
