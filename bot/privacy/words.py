"""What the kinds and columns of a copy are called, and what each kind is kept for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.channels.facts import SPOKEN
from bot.web.pages import Sorry
from dialogues.catalogue import load_catalogue
from dialogues.channels import ONLY
from dialogues.say import LocalizedText

GONE = Sorry(
    status=404,
    heading={"el": "Ο σύνδεσμος δεν ανοίγει κάτι", "en": "This link does not open anything"},
    reason={
        "el": "Ο σύνδεσμος για το αντίγραφο ισχύει 15 λεπτά, ανοίγει μία φορά, και μόνο όσο είστε συνδεδεμένοι στη "
        "συνομιλία που τον ζήτησε.",
        "en": "A link to a copy is valid for 15 minutes, opens once, and only while you are linked in the chat that "
        "asked for it.",
    },
    hint={
        "el": "Για νέο σύνδεσμο, γυρίστε στη συνομιλία και γράψτε",
        "en": "For a new one, go back to the chat and write",
    },
    say={"el": "αντίγραφο των στοιχείων μου", "en": "a copy of my data"},
)


@dataclass(frozen=True, slots=True)
class Kind:
    """``title`` and ``why`` in both languages. ``fields``: what is shown of a row; the file has all of it."""

    title: LocalizedText
    why: LocalizedText
    fields: tuple[str, ...]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "citizen": Kind(
            {"el": "Εσείς", "en": "You"},
            {"el": "Με τον ΑΦΜ βρίσκουμε τις υποθέσεις σας.", "en": "By the tax number your cases are found."},
            ("afm", "since"),
        ),
        "contact_points": Kind(
            {"el": "Πού σας βρίσκουμε", "en": "Where you are reached"},
            {
                "el": "Για να σας απαντάμε, και για να ξέρουμε ότι είστε εσείς.",
                "en": "To answer you, and to know that it is you.",
            },
            ("channel", "address", "level", "linked_by", "linked_at", "reachable"),
        ),
        "cases": Kind(
            {"el": "Οι υποθέσεις σας", "en": "Your cases"},
            {
                "el": "Όπως τις λένε τα μητρώα. Οι κλειστές σβήνουν εδώ σε 120 ημέρες.",
                "en": "As the registries tell them. Closed ones go from here after 120 days.",
            },
            ("reference", "title", "registry", "stage", "expected_by", "outcome", "note", "updated_at"),
        ),
        "documents": Kind(
            {"el": "Έγγραφα των υποθέσεων", "en": "Documents of the cases"},
            {"el": "Τι έχει το μητρώο και τι λείπει.", "en": "What the registry has, and what is missing."},
            ("title", "status", "reason", "deadline"),
        ),
        "handed_in": Kind(
            {"el": "Έγγραφα που παραδώσατε από εδώ", "en": "Documents that you handed in here"},
            {
                "el": "Για να φτάσουν στην υπηρεσία. Το περιεχόμενο σβήνει σε 30 ημέρες, η εγγραφή σε ένα έτος.",
                "en": "To bring them to the service. The content goes after 30 days, the record after a year.",
            },
            ("created_at", "reference", "title", "state", "number", "name", "reason"),
        ),
        "certificates": Kind(
            {"el": "Πιστοποιητικά που ζητήσατε από εδώ", "en": "Certificates that you asked for here"},
            {
                "el": "Για να εκδοθούν και να σας σταλούν ξανά. Το έγγραφο σβήνει σε 6 μήνες ή ένα έτος, η εγγραφή "
                "σε δύο.",
                "en": "To have them issued and sent to you again. The paper goes after 6 months or a year, the record "
                "after two.",
            },
            ("created_at", "kind", "details", "state", "number", "code", "issued_at", "valid_until", "words"),
        ),
        "messages": Kind(
            {"el": "Όσα είπαμε", "en": "What was said"},
            {
                "el": "Για να συνεχίζεται η εξυπηρέτηση. Σβήνουν σε 180 ημέρες. Όσα γράφτηκαν χωρίς να είστε "
                "συνδεδεμένοι δεν είναι εδώ: μπορεί να τα έγραψε άλλος. Με τη διαγραφή σβήνουν κι αυτά.",
                "en": "To go on serving you. They go after 180 days. What was written while you were not linked is "
                "not here: another may have written it. A deletion takes that as well.",
            },
            ("at", "author", "text"),
        ),
        "alerts": Kind(
            {"el": "Τι είπατε για τις ειδοποιήσεις", "en": "What you said about alerts"},
            {"el": "Ως απόδειξη ότι το σεβόμαστε.", "en": "As proof that it is respected."},
            ("at", "allowed", "source"),
        ),
        "notices": Kind(
            {"el": "Για τι σας ειδοποιήσαμε", "en": "What you were told of unasked"},
            {
                "el": "Για να φαίνεται αν και πότε το μάθατε, ή γιατί όχι. Μένουν ένα έτος.",
                "en": "To show whether and when you were told, or why not. They stay for a year.",
            },
            ("created_at", "reference", "told_at", "state", "reason"),
        ),
        "timed_facts": Kind(
            {"el": "Τι θα σας θυμίσουμε, και πότε", "en": "What you will be reminded of, and when"},
            {
                "el": "Για προθεσμίες και καθυστερήσεις των υποθέσεών σας. Μένουν ένα έτος.",
                "en": "For deadlines and delays of your cases. They stay for a year.",
            },
            ("due_at", "reference", "kind", "about", "state"),
        ),
        "preferences": Kind(
            {"el": "Οι προτιμήσεις σας", "en": "Your preferences"},
            {"el": "Για να σας ενημερώνουμε όπως θέλετε.", "en": "To tell you of news as you like it."},
            ("at", "kind", "value"),
        ),
        "wishes_for_a_person": Kind(
            {"el": "Πότε ζητήσατε υπάλληλο", "en": "When you asked for an employee"},
            {"el": "Για να σας απαντήσει.", "en": "So that one answers you."},
            ("asked_at", "reason", "closed_at"),
        ),
        "notes_of_employees": Kind(
            {"el": "Σημειώσεις υπαλλήλων για τη συνομιλία σας", "en": "Notes of employees about your conversation"},
            {
                "el": "Για να μη σας ξαναρωτούν όσα είπατε. Μένουν 180 ημέρες.",
                "en": "So that nobody asks again what you said. They stay for 180 days.",
            },
            ("at", "kind", "text"),
        ),
        "sends": Kind(
            {"el": "Μηνύματα που σας στείλαμε", "en": "Messages sent to you"},
            {
                "el": "Πότε στάλθηκαν και αν έφτασαν. Το αρχείο μένει ένα έτος, χωρίς το κείμενο.",
                "en": "When they were sent and whether they arrived. The log stays for a year, without the text.",
            },
            ("created_at", "channel", "kind", "state", "finished_at", "reason"),
        ),
        "codes": Kind(
            {"el": "Κωδικοί που ζητήθηκαν για τον ΑΦΜ σας", "en": "Codes asked for with your tax number"},
            {
                "el": "Για τα όρια που σας προστατεύουν. Αν κάποιους δεν τους ζητήσατε εσείς, κάποιος δοκίμασε.",
                "en": "For the limits that protect you. If you did not ask for some, somebody tried.",
            },
            ("created_at", "sent", "used_at"),
        ),
        "registry_calls": Kind(
            {
                "el": "Ποιος κοίταξε και ποια μητρώα ρωτήθηκαν για εσάς",
                "en": "Who looked, and which registries were asked about you",
            },
            {"el": "Για λογοδοσία. Μένουν 5 χρόνια.", "en": "For accountability. They stay for 5 years."},
            ("at", "action", "detail", "outcome"),
        ),
    }
)
"""In the order of the page."""

FIELDS: Mapping[str, LocalizedText] = MappingProxyType(
    {
        "about": {"el": "για", "en": "about"},
        "action": {"el": "ερώτηση", "en": "question"},
        "address": {"el": "διεύθυνση", "en": "address"},
        "afm": {"el": "ΑΦΜ", "en": "tax number (AFM)"},
        "allowed": {"el": "ναι ή όχι", "en": "yes or no"},
        "asked_at": {"el": "ζητήθηκε", "en": "asked"},
        "at": {"el": "πότε", "en": "when"},
        "author": {"el": "ποιος", "en": "who"},
        "channel": {"el": "κανάλι", "en": "channel"},
        "closed_at": {"el": "έκλεισε", "en": "closed"},
        "code": {"el": "κωδικός επαλήθευσης", "en": "verification code"},
        "created_at": {"el": "πότε", "en": "when"},
        "deadline": {"el": "προθεσμία", "en": "deadline"},
        "detail": {"el": "αφορμή", "en": "cause"},
        "details": {"el": "για", "en": "about"},
        "due_at": {"el": "πότε", "en": "when"},
        "expected_by": {"el": "αναμένεται έως", "en": "expected by"},
        "finished_at": {"el": "τελείωσε", "en": "finished"},
        "happened_at": {"el": "πότε", "en": "when"},
        "issued_at": {"el": "εκδόθηκε", "en": "issued"},
        "kind": {"el": "είδος", "en": "kind"},
        "level": {
            "el": "βεβαιότητα (1 γνωστός αριθμός, 2 αποδείχθηκε)",
            "en": "how sure (1: the number is known, 2: proven)",
        },
        "linked_at": {"el": "από", "en": "since"},
        "linked_by": {"el": "σύνδεση με", "en": "linked through"},
        "note": {"el": "σημείωση", "en": "note"},
        "name": {"el": "αρχείο", "en": "file"},
        "number": {"el": "αριθμός πρωτοκόλλου", "en": "protocol number"},
        "outcome": {"el": "έκβαση", "en": "outcome"},
        "reachable": {"el": "δέχεται μηνύματα", "en": "can be written to"},
        "reason": {"el": "αιτία", "en": "reason"},
        "reference": {"el": "αριθμός", "en": "number"},
        "registry": {"el": "μητρώο", "en": "registry"},
        "sent": {"el": "στάλθηκε", "en": "sent"},
        "since": {"el": "από", "en": "since"},
        "source": {"el": "πώς το είπατε", "en": "how it was said"},
        "stage": {"el": "στάδιο", "en": "stage"},
        "state": {"el": "κατάσταση", "en": "state"},
        "status": {"el": "κατάσταση", "en": "status"},
        "text": {"el": "κείμενο", "en": "text"},
        "title": {"el": "τίτλος", "en": "title"},
        "told_at": {"el": "στάλθηκε", "en": "sent"},
        "updated_at": {"el": "άλλαξε", "en": "changed"},
        "used_at": {"el": "χρησιμοποιήθηκε", "en": "used"},
        "valid_until": {"el": "ισχύει έως", "en": "valid until"},
        "words": {"el": "τι είπε η υπηρεσία", "en": "what the service said"},
        "value": {"el": "τι θέλετε", "en": "what you want"},
    }
)
_TITLES = load_catalogue().services
_VALUES = (
    ("citizen", "εσείς", "you"),
    ("bot", "η θυρίδα", "the counter"),
    ("agent", "υπάλληλος", "an employee"),
    ("registry", "το Μητρώο Επικοινωνίας", "the contact registry"),
    ("code", "κωδικό", "a code"),
    ("login", "το gov.gr", "gov.gr"),
    ("unlinked", "αποσύνδεση", "unlinking"),
    ("message", "με μήνυμα", "by a message"),
    ("erasure", "με διαγραφή", "by an erasure"),
    ("quiet", "ώρες ησυχίας", "quiet hours"),
    ("channel", "κανάλι", "channel"),
    ("none", "καμία", "none"),
    ("any", "όποιο κανάλι", "any channel"),
    ("reply", "απάντηση", "an answer"),
    ("link", "σύνδεσμος", "a link"),
    ("notice", "ειδοποίηση", "a notice"),
    ("case", "νέα υπόθεσης", "news of a case"),
    ("told", "παραδόθηκε", "delivered"),
    ("unknown", "άγνωστο αν έφτασε", "not known whether it arrived"),
    ("days", "ημέρες", "days"),
    ("news", "ποια νέα", "which news"),
    ("working", "εργάσιμες", "working days"),
    ("needed", "όσα χρειάζονται κάτι από εσάς", "what needs something of you"),
    ("all", "όλα", "all"),
    ("word", "ειδοποιήσεις", "alerts"),
    *(
        (f"{name}-yes", f"{channel.title['el']}: ναι", f"{channel.title['en']}: yes")
        for name, channel in SPOKEN.items()
    ),
    *((f"{name}-no", f"{channel.title['el']}: όχι", f"{channel.title['en']}: no") for name, channel in SPOKEN.items()),
    ("open", "περιμένει", "waiting"),
    ("sent", "στάλθηκε", "sent"),
    ("failed", "δεν στάλθηκε", "not sent"),
    ("skipped", "ακυρώθηκε", "cancelled"),
    ("asked", "το ζητήσατε", "you asked"),
    ("waiting", "το έχει η υπηρεσία", "with the service"),
    ("issued", "εκδόθηκε", "issued"),
    ("cancelled", "το ακυρώσατε", "you cancelled it"),
    ("gave-up", "δεν σας καταλάβαμε", "you were not understood"),
    ("complaint", "παράπονο", "a complaint"),
    ("despair", "ανησυχήσαμε για εσάς", "we were worried about you"),
    ("breach", "είδατε στοιχεία άλλου", "you saw somebody else's data"),
    ("missing", "λείπει", "missing"),
    ("submitted", "κατατέθηκε", "handed in"),
    ("accepted", "έγινε δεκτό", "accepted"),
    ("rejected", "δεν έγινε δεκτό", "rejected"),
    ("offered", "θα κατεβεί", "to be fetched"),
    ("received", "παραλήφθηκε", "received"),
    ("checked", "ελέγχθηκε", "checked"),
    ("taken-back", "το πήρατε πίσω", "taken back"),
    ("granted", "εγκρίθηκε", "granted"),
    ("refused", "απορρίφθηκε", "refused"),
    ("partly", "εν μέρει", "partly"),
    ("permits", "οικοδομικές άδειες", "building permits"),
    ("efka", "e-ΕΦΚΑ", "e-EFKA"),
    ("cadastre", "Κτηματολόγιο", "the Cadastre"),
    ("civil_protection", "Πολιτική Προστασία", "Civil Protection"),
    ("kep", "ΚΕΠ", "KEP"),
    *((name, channel.title["el"], channel.title["en"]) for name, channel in SPOKEN.items()),
    *((code, _TITLES[code].title["el"], _TITLES[code].title["en"]) for code in load_catalogue().issued),
    *(
        (f"{ONLY}{name}", f"μόνο {channel.title['el']}", f"{channel.title['en']} only")
        for name, channel in SPOKEN.items()
    ),
)
VALUES: Mapping[str, LocalizedText] = MappingProxyType({code: {"el": el, "en": en} for code, el, en in _VALUES})
"""Codes as a citizen would say them; a citizen's own words are never among them (``text``, ``note``)."""
YES_NO: Mapping[bool, LocalizedText] = MappingProxyType(
    {True: {"el": "ναι", "en": "yes"}, False: {"el": "όχι", "en": "no"}}
)
