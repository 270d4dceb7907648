"""What takes something away, or sends a code, needs to be said and nothing beside it."""

from __future__ import annotations

import pytest

from dialogues.turn import Entity
from dialogues.understanding.interpret import preclassify, resolve_in_context
from dialogues.understanding.reading import Reading
from nlu.entities import extract

DIGITS = "617288"


def read(text: str, question: str | None, intent: str = "verify_identity") -> Reading:
    settled = preclassify(text, (), ())
    if settled is not None:
        return settled
    found = tuple(Entity(e.entity, e.value, e.start, e.end) for e in extract(text))
    return resolve_in_context(Reading(text, intent, 0.9, found), question)


@pytest.mark.parametrize("question", ["erase", "unlink"])
@pytest.mark.parametrize("said", ["{}", "ναι {}", "617 288", "κωδικός {}", "ορίστε {}", "{} παρακαλώ", "yes {}"])
def test_the_digits_alone_confirm(question: str, said: str) -> None:
    assert read(said.format(DIGITS), question).intent == "confirm_deletion"


@pytest.mark.parametrize("question", ["erase", "unlink"])
@pytest.mark.parametrize(
    "said",
    [
        "όχι {}",
        "{} όχι",
        "άκυρο {}",
        "δεν θέλω {}",
        "do not {}",
        "ΣΤΟΠ {}",
        "τι είναι το {};",
        "είναι σωστό το {}?",
        "{};",
        "{} δεν το ζήτησα εγώ",
        "Γιατί μου στείλατε {}",
        "Αυτόματη απάντηση: λείπω. > απαντήστε {}. Αλλιώς «άκυρο».",
        "Καλησπέρα σας, μόλις μου ήρθε να απαντήσω {}. Παρακαλώ μη διαγράψετε τίποτα.",
    ],
)
def test_with_any_other_word_beside_them_nothing_is_taken_away(question: str, said: str) -> None:
    assert read(said.format(DIGITS), question).intent != "confirm_deletion"


@pytest.mark.parametrize("question", [None, "afm"])
@pytest.mark.parametrize(
    "said",
    [
        "ο ΑΦΜ μου δεν είναι ο 090000045",
        "το τηλέφωνό μου 210 090000045 και κωδικός 123456",
        "μη μου στείλετε κωδικό στον 090000070",
        "κλάπηκε ο ΑΦΜ 090000070",
        "όχι 090000070",
        "πλήρωσα 090000070 ευρώ",
    ],
)
def test_no_code_is_sent_for_a_number_that_is_refused(question: str | None, said: str) -> None:
    assert not read(said, question).has("afm", "personal_number")
    assert read(said, question).intent != "give_afm"


@pytest.mark.parametrize(
    "said", ["ΑΦΜ 090000070", "ο αφμ μου είναι 090000070", "δεν βρίσκω την αίτησή μου, ΑΦΜ 090000070"]
)
def test_a_number_that_is_given_counts(said: str) -> None:
    assert read(said, None).has("afm")


@pytest.mark.parametrize(
    "said",
    ["δεν θέλω να μιλήσω με άνθρωπο", "I do not want to talk to a person", "θέλω υπάλληλο; όχι", "no human please"],
)
def test_a_person_that_is_refused_is_not_called(said: str) -> None:
    assert read(said, None, "talk_to_human").intent == "cancel_handover"


@pytest.mark.parametrize("said", ["δεν θέλω ρομπότ, θέλω άνθρωπο", "θέλω άνθρωπο, όχι μηχάνημα"])
def test_a_machine_that_is_refused_calls_a_person(said: str) -> None:
    assert read(said, None, "talk_to_human").intent == "talk_to_human"


def test_a_question_unlinks_nobody() -> None:
    assert read("αποσύνδεση;", None, "help").intent != "unlink"
    assert read("Ωραία, αποσυνδέστε με λοιπόν", None, "help").intent == "unlink"


def test_a_language_that_is_refused_is_not_changed_to() -> None:
    assert read("please do not switch to English", None, "change_language").intent != "change_language"
