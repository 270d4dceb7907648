"""What is asked for in so many words: precise before all, for a wrong match would stop, tell or erase something."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.facts import SPOKEN
from dialogues.understanding.hours import hours_in
from dialogues.understanding.interpret import Reading, preclassify, resolve_in_context
from dialogues.understanding.rights_phrases import RightsPhrases
from nlu.yaml_file import read_yaml

asked = RightsPhrases(SPOKEN).asked
NLU = Path(__file__).parents[3] / "nlu/data"

ASKED = {
    "my_data": (
        "τι στοιχεία έχετε για μένα",
        "Ti stoixeia exete gia mena?",
        "ΤΙ ΞΕΡΕΤΕ ΓΙΑ ΜΕΝΑ;",
        "ποια δεδομένα μου κρατάτε",
        "τα προσωπικά μου δεδομένα",
        "what data do you have about me",
        "what do you know about me?",
    ),
    "my_data_copy": (
        "στείλτε μου αντίγραφο των στοιχείων μου",
        "Αντίγραφο των στοιχείων μου",
        "antigrafo ton dedomenon mou",
        "A copy of my data",
        "download my data",
    ),
    "delete_me": (
        "Διαγράψτε με",
        "diagrapste me",
        "διέγραψέ με παρακαλώ",
        "σβήστε όλα τα δεδομένα μου",
        "διαγραφή των στοιχείων μου",
        "θέλω να διαγραφώ",
        "Delete me",
        "please delete my data",
        "forget me",
    ),
    "stop_notifications": (
        "διαγράψτε τον αριθμό μου από τα μηνύματα",
        "διαγράψτε με από τη λίστα",
        "θέλω να διαγραφώ από τις ειδοποιήσεις",
        "remove me from the list",
    ),
    "who_looked": (
        "ποιος είδε τα στοιχεία μου;",
        "Ποιοι έχουν δει την υπόθεσή μου",
        "poios eide ta stoixeia mou",
        "who looked at my case?",
        "who has seen my data",
    ),
    "talk_to_human": (
        "να με πάρει κάποιος τηλέφωνο",
        "Πάρτε με τηλέφωνο παρακαλώ",
        "parte me tilefono",
        "καλέστε με",
        "θέλω τηλεφώνημα",
        "please call me back",
    ),
    "my_preferences": ("οι προτιμήσεις μου", "my preferences"),
}
PREFERRED = {
    ("channel", "viber"): ("στείλε μου στο viber", "προτιμώ viber", "steile mou sto viber", "I prefer viber"),
    ("channel", "sms"): ("να μου στέλνετε sms", "θέλω τις ειδοποιήσεις με sms"),
    ("channel", "only-sms"): ("μόνο SMS", "mono sms", "only sms", "να μου γράφετε μόνο με sms"),
    ("channel", "only-viber"): ("μόνο viber", "ειδοποιήσεις μόνο στο βάιμπερ"),
    ("channel", "any"): ("στείλτε όπου θέλετε", "send anywhere"),
    ("quiet", "21:00-09:00"): (
        "μην στέλνετε το βράδυ",
        "min stelnete to vrady",
        "δεν θέλω μηνύματα τη νύχτα",
        "no messages at night",
        "μην μου στέλνετε πριν τις 9 το πρωί",
    ),
    ("quiet", "22:00-08:00"): (
        "ησυχία 22-8",
        "ησυχία 10-8",
        "ησυχία από τις 10 το βράδυ ως τις 8 το πρωί",
    ),
    ("quiet", "22:00-09:00"): ("μην στέλνετε μετά τις 10",),
    ("quiet", "23:00-07:30"): (
        "ώρες ησυχίας 23:00-07:30",
        "ησυχία 11 μ.μ. έως 7.30 π.μ.",
        "quiet hours 11pm to 7:30am",
    ),
    ("quiet", "14:00-17:00"): ("ησυχία 14:00 με 17:00", "ησυχία από τις 2 το μεσημέρι έως τις 5 το απόγευμα"),
    ("quiet", "00:00-08:00"): ("ησυχία από 12 το βράδυ ως 8",),
    ("quiet", "none"): ("χωρίς ησυχία", "στείλτε όποτε θέλετε", "no quiet hours"),
}
NOT_OURS = (
    "διαγράψτε την αίτησή μου",
    "διαγράψτε τον αριθμό μου",
    "θέλω να διαγραφώ από τα δημοτολόγια",
    "διαγραφή οφειλών",
    "σβήστε το",
    "διαγραφή",
    "θέλω αντίγραφο ποινικού μητρώου",
    "αντίγραφο των στοιχείων του ακινήτου μου",
    "έχετε στοιχεία για την αίτησή μου;",
    "τι έχετε για μένα;",
    "τι στοιχεία χρειάζεστε;",
    "στείλε μου το πιστοποιητικό στο viber",
    "μην στέλνετε",
    "μην μου στέλνετε sms",
    "δεν θέλω μηνύματα",
    "δεν μου στείλατε μήνυμα στις 22",
    "έστειλα τα χαρτιά στις 10-8",
    "viber",
    "sms",
    "ησυχία",
    "ησυχία 22-22",
    "ραντεβού 10-12",
    "",
    "2",
)


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in ASKED.items() for text in texts])
def test_what_is_asked_for(intent: str, text: str) -> None:
    found = asked(text)
    assert found is not None
    assert (found.intent, found.wish) == (intent, None)


@pytest.mark.parametrize(("wish", "text"), [(wish, text) for wish, texts in PREFERRED.items() for text in texts])
def test_what_is_preferred(wish: tuple[str, str], text: str) -> None:
    found = asked(text)
    assert found is not None
    assert (found.intent, found.wish) == ("set_preference", wish)


@pytest.mark.parametrize("text", NOT_OURS)
def test_anything_else_is_the_classifiers(text: str) -> None:
    assert asked(text) is None


def test_no_sentence_that_teaches_another_intent_is_taken() -> None:
    """Of thousands of sentences by which the classifier is trained, none is taken from its own intent."""
    two_ways = {"διαγραψε με", "Σβήστε με.", "ΝΑ ΜΕ ΕΙΔΟΠΟΙΕΙΤΕ ΜΕ SMS"}  # the answer names the other way
    taken = [
        (entry["intent"], line)
        for file in sorted(NLU.glob("*.yml"))
        for entry in read_yaml(file)["nlu"]
        if "intent" in entry
        for line in entry["examples"].splitlines()
        if (found := asked(line.removeprefix("- "))) and found.intent != entry["intent"]
        if line.removeprefix("- ") not in two_ways
    ]
    assert taken == []


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = asked(text)
    hours = hours_in(text)
    assert found is None or found.intent
    assert hours is None or len(hours) == len("22:00-08:00")


def test_it_comes_after_a_choice_and_before_the_classifier() -> None:
    last_choices = ({"title": "Διαγράψτε με", "says": "/deny"},)
    assert preclassify("διαγράψτε με", (), last_choices) == Reading("διαγράψτε με", "deny")
    assert preclassify("διαγράψτε με", (), ()) == Reading("διαγράψτε με", "delete_me")
    assert preclassify("delete me", (), ()) == Reading("delete me", "delete_me", language="en")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("482913", "confirm_deletion"),
        ("482 913", "confirm_deletion"),
        ("ορίστε 482913", "confirm_deletion"),
        ("48291", "nlu_fallback"),
        ("ναι", "nlu_fallback"),
    ],
)
def test_digits_are_an_answer_only_when_they_were_asked_for(text: str, intent: str) -> None:
    heard = Reading(text, "nlu_fallback")
    assert resolve_in_context(heard, "erase").intent == intent
    assert resolve_in_context(heard, None).intent == "nlu_fallback"
