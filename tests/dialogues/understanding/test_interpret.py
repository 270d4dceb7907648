"""What the dialogue's state decides about a message, without a model."""

from __future__ import annotations

import pytest

from dialogues.turn import Entity
from dialogues.understanding.interpret import KEYWORDS, Reading, match_choice, place_in, preclassify, resolve_in_context

OFFERED = (
    {"title": "Ναι", "says": "/affirm"},
    {"title": "Η ΑΔ-2026-000123 οικοδομική άδεια", "says": "ΑΔ-2026-000123"},
    {"title": "Όχι", "says": "/deny"},
)


@pytest.mark.parametrize("text", ["ΣΤΟΠ", "στοπ", "Στοπ!", " STOP ", "stop", "SΤOΡ", "ΣTΟΠ", "«ΣΤΟΠ»", "στόπ."])
def test_a_keyword_alone_is_one_however_it_looks(text: str) -> None:
    reading = preclassify(text, (), ())
    assert reading is not None
    assert reading.intent == "stop_notifications"


@pytest.mark.parametrize("text", ["stop it", "ΣΤΟΠ στα μηνύματα", "ΣΤΟ", "helpful", "βοήθεια με την άδεια"])
def test_a_keyword_among_words_is_none(text: str) -> None:
    assert preclassify(text, (), ()) is None


@pytest.mark.parametrize("word", sorted(KEYWORDS))
def test_a_keyword_comes_before_a_choice(word: str) -> None:
    reading = preclassify(word, (), ({"title": word, "says": "/affirm"},))
    assert reading == Reading(word, KEYWORDS[word])


def test_a_message_without_words_is_its_attachment_and_one_with_words_if_that_may_be_a_paper() -> None:
    assert preclassify(" ", ("picture",), ()) == Reading(" ", "send_attachment")
    assert preclassify("", (), ()) == Reading("", "nlu_fallback")
    assert preclassify("ορίστε", ("picture",), ()) == Reading("ορίστε", "send_attachment", language="el")
    assert preclassify("ορίστε", ("sticker",), ()) is None


def test_a_keyword_counts_whatever_goes_with_it() -> None:
    assert preclassify("ΣΤΟΠ", ("picture",), ()) == Reading("ΣΤΟΠ", "stop_notifications")


def test_a_choice_may_say_an_intent_and_what_is_meant() -> None:
    offered = ({"title": "Τοπογραφικό", "says": "/name_paper ΚΤ-2026-000301 survey"},)
    assert preclassify("1", (), offered) == Reading("ΚΤ-2026-000301 survey", "name_paper")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 1),
        ("2.", 2),
        ("3)", 3),
        ("το 2", 2),
        ("Το δεύτερο", 2),
        ("την πρώτη", 1),
        ("to prwto", 1),
        ("δύο", 2),
        ("the third", 3),
        ("number 2", 2),
        ("12", 12),
        ("0" * 4_301 + "2", None),
        ("9" * 100_000, None),
        ("1 και 2", None),
        ("το 2026 έκανα αίτηση", None),
        ("", None),
        ("η", None),
        ("καλημέρα", None),
    ],
)
def test_a_place_is_read_only_where_nothing_else_is_said(text: str, place: int | None) -> None:
    assert place_in(text) == place


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1", "/affirm"),
        ("ΝΑΙ", "/affirm"),
        ("η αδ-2026-000123 ΟΙΚΟΔΟΜΙΚΗ αδεια", "ΑΔ-2026-000123"),
        ("το τρίτο", "/deny"),
        ("4", None),
        ("0", None),
        ("1" * 4_301, None),
        ("ίσως", None),
    ],
)
def test_a_choice_is_picked_by_title_or_place(text: str, says: str | None) -> None:
    assert match_choice(text, OFFERED) == says


def test_a_choice_that_means_an_intent_needs_no_classifier() -> None:
    assert preclassify("3", (), OFFERED) == Reading("3", "deny")
    assert preclassify("2", (), OFFERED) is None


def reading(text: str, intent: str = "nlu_fallback", *kinds: str) -> Reading:
    return Reading(text, intent, 0.5, tuple(Entity(kind, "v", 0, 1) for kind in kinds))


@pytest.mark.parametrize(
    ("question", "heard", "intent"),
    [
        ("code", reading("482913"), "give_code"),
        ("code", reading("482 913"), "give_code"),
        ("code", reading("482\n913"), "give_code"),
        ("code", reading("482  913", "provide_reference"), "give_code"),
        ("code", reading("ο κωδικός είναι 482913"), "give_code"),
        ("code", reading("σας έγραψα το 2026 και δεν μου απάντησε κανείς σας", "complaint"), "complaint"),
        ("code", reading("ναι", "affirm"), "affirm"),
        ("code", reading("ΑΔ-2026-000123", "provide_reference", "case_ref"), "provide_reference"),
        ("code", reading("123456783", "verify_identity", "afm"), "give_afm"),
        ("afm", reading("123456783", "provide_reference", "afm"), "give_afm"),
        ("afm", reading("12345678"), "give_afm"),
        ("afm", reading("482913"), "give_code"),
        ("afm", reading("1"), "nlu_fallback"),
        ("afm", reading("ΑΔ-2026-000123", "provide_reference", "case_ref"), "provide_reference"),
        ("afm", reading("πόσο κάνει;", "ask_fees"), "ask_fees"),
        ("case", reading("η άδεια", "nlu_fallback", "procedure"), "provide_reference"),
        ("case", reading("ναι", "affirm"), "affirm"),
        ("case", reading("τι λείπει για την άδεια;", "ask_missing_documents", "procedure"), "ask_missing_documents"),
        ("link", reading("ναι", "affirm"), "affirm"),
        (None, reading("482913", "verify_identity", "code"), "give_code"),
        (None, reading("ο ΑΦΜ μου", "verify_identity"), "verify_identity"),
        (None, reading("123456783", "verify_identity", "afm"), "give_afm"),
        (None, reading("12Α123456783", "verify_identity", "personal_number"), "give_afm"),
        (None, reading("482913"), "nlu_fallback"),
    ],
)
def test_the_open_question_decides_what_a_bare_answer_means(question: str | None, heard: Reading, intent: str) -> None:
    assert resolve_in_context(heard, question).intent == intent


@pytest.mark.parametrize(
    ("text", "afm"),
    [
        ("90000045", "090000045"),
        ("90 000 045", "090000045"),
        ("το αφμ είναι 90000057.", "090000057"),
        ("9OOOOO45", "090000045"),
        ("12345678", None),
        ("τηλέφωνο 90000045 12", None),
        ("15/03/2026", None),
    ],
)
def test_an_old_tax_number_has_eight_digits(text: str, afm: str | None) -> None:
    heard = resolve_in_context(reading(text), "afm")
    assert [(e.entity, e.value) for e in heard.entities] == ([("afm", afm)] if afm else [])
    assert heard.intent == "give_afm"


@pytest.mark.parametrize("text", ["48Ο9Ι3", "κωδικός 48o9l3", "4 8 0 9 1 3"])
def test_letters_are_read_as_the_digits_of_a_code(text: str) -> None:
    heard = resolve_in_context(reading(text), "code")
    assert (heard.intent, heard.entities[0].value) == ("give_code", "480913")


def test_a_wrong_tax_number_with_letters_is_meant_as_one() -> None:
    assert resolve_in_context(reading("Ο9ΟΟΟΟΟ46"), "afm").intent == "give_afm"


@pytest.mark.parametrize("digits", [4, 4_301, 100_000])
def test_a_number_of_any_length_is_no_place(digits: int) -> None:
    assert place_in("9" * digits) is None


def test_a_code_is_taken_without_its_blanks_and_from_its_place() -> None:
    code = resolve_in_context(reading("κωδικός 482-913!"), "code").entities[0]
    assert code == Entity("code", "482913", 8, 15)
