"""How news is wanted, in everyday words; and never on a guess: what says something else is no wish."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.facts import SPOKEN
from dialogues.understanding.asides import parted
from dialogues.understanding.preference_phrases import PreferencePhrases
from dialogues.understanding.wishes import Wish, wish_in
from nlu.yaml_file import read_yaml

NLU = Path(__file__).parents[3] / "nlu/data"
WORKING, ALL_HOURS = ("days", "working"), ("quiet", "none")
PHRASES = PreferencePhrases(SPOKEN)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("τα Σαββατοκύριακα να μη μου στέλνετε", WORKING),
        ("Τις Κυριακές θέλω την ησυχία μου", WORKING),
        ("ta savvata min m enoxleite", WORKING),
        ("please do not text me on weekends", WORKING),
        ("μόνο καθημερινές", WORKING),
        ("το βράδυ μη μας ξυπνάτε με μηνύματα", ("quiet", "21:00-09:00")),
        ("από τις έντεκα το βράδυ ως τις εφτά το πρωί μη μου γράφετε", ("quiet", "23:00-07:00")),
        ("μετά τις δέκα κοιμάμαι, μη στέλνετε", ("quiet", "22:00-09:00")),
        ("do not text me before 9 in the morning", ("quiet", "21:00-09:00")),
        ("να μου στέλνετε όλες τις ώρες", ALL_HOURS),
    ],
)
def test_a_wish_is_heard_whatever_else_is_talked_about(text: str, wish: tuple[str, str]) -> None:
    assert wish_in(text, "case") == Wish("set_preference", wish)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("ούτε τις Κυριακές", "set_preference"),
        ("and nothing on saturdays", "set_preference"),
        ("από τις 8 ως τις 10 ας πούμε", "set_preference"),
        ("τις άλλες ημέρες κανονικά, έτσι;", "about_alerts"),
        ("τι κρατήσατε τελικά;", "my_preferences"),
        ("άναψέ τα πάλι", "start_notifications"),
    ],
)
def test_while_alerts_are_talked_about_a_few_words_are_enough(text: str, intent: str) -> None:
    found = wish_in(text, "alerts")
    assert found is not None
    assert found.intent == intent
    assert wish_in(text, "case") is None


@pytest.mark.parametrize(
    "text",
    [
        "δεν ήρθαν το Σάββατο για την αυτοψία",
        "το ΚΕΠ δεν δουλεύει Σάββατο;",
        "μέχρι τις 4/12 δεν προλαβαίνω να σας στείλω το χαρτί",
        "πότε θα μου στείλετε την απόφαση;",
        "γιατί δεν μου στείλατε μήνυμα χθες το βράδυ;",
        "is the office open on saturdays?",
    ],
)
@pytest.mark.parametrize("about", ["case", "alerts"])
def test_what_says_something_else_is_no_wish(text: str, about: str) -> None:
    found = wish_in(text, about)
    assert found is None or found.preference is None


@pytest.mark.slow
def test_no_sentence_of_another_intent_is_a_wish() -> None:
    """Of those that teach the model: only those about notices may wish how they come."""
    others = [
        example
        for file in sorted(NLU.glob("*.yml"))
        for block in read_yaml(file)["nlu"]
        if "notifications" not in block.get("intent", "") and "examples" in block and "intent" in block
        for example in block["examples"].splitlines()
    ]
    assert len(others) > 1000
    assert [text for text in others if (wish := wish_in(text.lstrip("- "), "case")) and wish.preference] == []


@pytest.mark.parametrize(
    ("text", "aside", "rest"),
    [
        (
            "μη μου γράφετε πριν τις 10 το πρωί και πείτε μου πού είναι η άδεια",
            ("quiet", "21:00-10:00"),
            "πού είναι η άδεια",
        ),
        ("πώς πάει η αίτηση, και τις Κυριακές μη μου στέλνετε τίποτα", WORKING, "πώς πάει η αίτηση"),
        ("write to me in english please, and where is my permit?", ("language", "en"), "where is my permit"),
    ],
)
def test_a_wish_beside_another_leaves_it_whole(text: str, aside: tuple[str, str], rest: str) -> None:
    found = parted(text, "none", PHRASES)
    assert found is not None
    assert found.aside == aside
    assert rest in found.rest
