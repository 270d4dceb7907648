"""The intent model by itself: fitted, stored, read back, asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.clauses import sentences
from nlu.examples import Example, examples
from nlu.intents import IntentModel, Shape, grams
from nlu.training import fit

WRITTEN = {
    "greet": "καλημέρα σας|γεια σας|καλησπέρα|χαίρετε|γεια χαρά|hello there|καλό μεσημέρι|γεια",
    "thank": "ευχαριστώ|ευχαριστώ πολύ|σας ευχαριστώ|να είστε καλά|thanks a lot|χίλια ευχαριστώ|thank you",
    "ask_case_status": "πού βρίσκεται η αίτησή μου|σε ποιο στάδιο είναι η άδεια|τι γίνεται με τον φάκελο|"
    "πότε τελειώνει η αίτηση|where is my application|προχώρησε η υπόθεσή μου|έχει εγκριθεί η αίτηση",
    "ask_fees": "πόσο κοστίζει|τι παράβολο χρειάζεται|πόσα ευρώ είναι το παράβολο|how much does it cost|έχει κόστος|"
    "πόσο κάνει το αντίγραφο|τι τέλη πληρώνω",
}
PAIRS = [(text, intent) for intent, texts in WRITTEN.items() for text in texts.split("|")]


def trained(pairs: list[tuple[str, str]] = PAIRS, seed: int = 1) -> IntentModel:
    sentences_ = examples(pairs, seed=seed, each=2, courtesy=0.3)
    return fit(sentences_, shape=Shape(), least=1, strength=1.0, folds=2, seed=seed)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return trained()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("που βρισκεται η αιτηση μου", "ask_case_status"),
        ("POY VRISKETAI H AITHSH MOY", "ask_case_status"),
        ("poso kostizei?", "ask_fees"),
        ("Καλημέρα σας! Τι παράβολο χρειάζεται; Ευχαριστώ πολύ.", "ask_fees"),
        ("Περιμένω από τον Μάρτιο και δεν ξέρω τίποτα. Πού βρίσκεται η αίτησή μου;", "ask_case_status"),
        ("Καλημέρα. Ευχαριστώ.", "thank"),
    ],
)
def test_it_understands_however_it_is_typed(model: IntentModel, text: str, intent: str) -> None:
    assert model.ranking(text)[0][0] == intent


def test_a_second_wish_is_noticed_and_courtesy_is_none(model: IntentModel) -> None:
    first = "Πόσο κοστίζει το παράβολο; Πού βρίσκεται η αίτησή μου;"
    assert model.second_wish(first, "ask_case_status") == "ask_fees"
    assert model.second_wish("Πού βρίσκεται η αίτησή μου; Ευχαριστώ.", "ask_case_status") is None
    assert model.second_wish("Πού βρίσκεται η αίτησή μου;", "ask_case_status") is None


@given(st.text(max_size=200))
def test_whatever_the_text_probabilities_add_up_in_order(text: str) -> None:
    ranking = SHARED.ranking(text)
    chances = [chance for _, chance in ranking]
    assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    assert chances == sorted(chances, reverse=True)
    assert {intent for intent, _ in ranking} == set(WRITTEN)


def test_what_is_stored_is_what_is_read(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = IntentModel.load(tmp_path)
    for text, _ in PAIRS:
        assert again.ranking(text) == model.ranking(text)
    json.loads((tmp_path / "intents.json").read_text("utf-8"))
    np.load(tmp_path / "intents.npz", allow_pickle=False).close()


def test_the_same_sentences_in_any_order_give_the_same_model(model: IntentModel) -> None:
    again = trained(PAIRS[::-1])
    assert np.array_equal(again.linear.weights, model.linear.weights)
    assert (again.linear.vocabulary, again.linear.temperature) == (model.linear.vocabulary, model.linear.temperature)


def test_one_sentence_more_changes_no_variant_of_the_others() -> None:
    before = {e.text for e in examples(PAIRS, seed=1, each=3, courtesy=0.5)}
    after = {e.text for e in examples([*PAIRS, ("αντίο σας", "goodbye")], seed=1, each=3, courtesy=0.5)}
    assert before <= after


def test_variants_share_the_number_of_what_they_were_made_of() -> None:
    made = list(examples([("πόσο κοστίζει το παράβολο", "ask_fees")], seed=1, each=4, courtesy=1.0))
    assert {e.group for e in made} == {0}
    assert len(made) == 5
    assert made[0] == Example("πόσο κοστίζει το παράβολο", "ask_fees", 0)


def test_grams_know_the_edges_of_words() -> None:
    assert list(grams("ab c", Shape(2, 3, 2))) == [
        " a",
        "ab",
        "b ",
        " ab",
        "ab ",
        " c",
        "c ",
        " c ",
        "=ab",
        "=c",
        "=ab c",
    ]


def test_sentences_hold_words() -> None:
    assert sentences("Καλημέρα! Πού είναι; ... \n\n:-) 12") == ["Καλημέρα!", "Πού είναι;", ":-) 12"]


SHARED = trained()
