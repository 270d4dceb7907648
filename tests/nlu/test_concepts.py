"""Concepts: what is learnt of one word is known of its synonyms, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.concepts import concept_grams, concepts, read_concepts
from nlu.examples import examples
from nlu.fold import fold
from nlu.intents import Shape
from nlu.training import fit

TAUGHT = (
    ("report_document_sent", ("το ανέβασα", "την ανέβασα χθες", "τα ανέβασα όλα", "ανέβασα και το άλλο")),
    ("ask_fees", ("πόσο κοστίζει", "κοστίζει πολύ;", "τι κοστίζει αυτό", "πες μου πόσο κοστίζει")),
    ("complaint", ("ντροπή σας", "είναι ντροπή", "ντροπή και πάλι ντροπή", "τι ντροπή είναι αυτή")),
)


@pytest.mark.parametrize(
    ("words", "concept"),
    [
        (("ανέβασα", "κατέθεσα", "ΕΣΤΕΙΛΑ", "anevasa", "esteila", "uploaded", "submitted"), "sent"),
        (("κοστίζει", "παράβολο", "kostizei", "δωρεάν", "fees", "euro"), "cost"),
        (("δεν", "μην", "όχι", "oxi", "den", "not"), "negation"),
        (("υπάλληλο", "ypallhlo", "ανθρώπους", "human", "agent"), "person"),
    ],
)
def test_words_of_one_meaning_share_a_concept(words: tuple[str, ...], concept: str) -> None:
    assert {word for word in words if concept not in concepts(fold(word))} == set()


@pytest.mark.parametrize("word", ["ντομάτα", "elephant", "λα", ""])
def test_most_words_have_none(word: str) -> None:
    assert concepts(fold(word)) == ()


def test_a_message_gives_its_concepts_their_neighbours_and_how_much_is_unknown() -> None:
    grams = list(concept_grams(fold("Πού είναι ο ελέφαντας της υπόθεσης ΑΔ-2026-000123;")))
    assert grams == ["@where", "@case", "@__ref__", "@where case", "@case __ref__", "@3/1"]
    assert list(concept_grams("")) == ["@0/0"]


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    key = fold(text)
    for gram in concept_grams(key):
        assert gram.startswith("@")
        assert gram not in key


def test_a_word_may_be_meant_whole_and_be_of_two_concepts(tmp_path: Path) -> None:
    file = tmp_path / "concepts.yml"
    file.write_text("telephone: number. τηλέφων\nreference: number.\n", encoding="utf-8")
    whole, begins = read_concepts(file)
    assert whole == {fold("number"): ("telephone", "reference")}
    assert begins == {fold("τηλεφων"): ("telephone",)}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("uploaded", "report_document_sent"),
        ("katethesa", "report_document_sent"),
        ("πόσα παράβολα;", "ask_fees"),
        ("disgrace", "complaint"),
    ],
)
def test_a_model_knows_words_that_it_never_met(text: str, intent: str) -> None:
    written = [(each, wish) for wish, texts in TAUGHT for each in texts]
    made = examples(written, seed=1, each=1, courtesy=0.0)
    model = fit(made, shape=Shape(), least=1, strength=1.0, folds=2, seed=1)
    assert model.ranking(text)[0][0] == intent
