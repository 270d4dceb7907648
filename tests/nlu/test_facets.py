"""Facets: the same words mean different things after different answers, and cues are found however they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.cues import cue_grams
from nlu.facets import NO_FACET, FacetModel
from nlu.fold import fold
from nlu.talks import read_talks, turns
from nlu.training import fit_facets

SETTINGS = {
    "char_min": 3,
    "char_max": 5,
    "words": 2,
    "least": 1,
    "seed": 1,
    "facet_variants": 2,
    "facet_strength": 1.0,
    "facet_temperature": 0.26,
}
TALKS = [
    ("πότε;", "case", "when"),
    ("πότε περίπου τελειώνει;", "case", "when"),
    ("πότε;", "paper", "until"),
    ("μέχρι πότε έχω καιρό;", "paper", "until"),
    ("γιατί;", "link", "why"),
    ("γιατί πρέπει να συνδεθώ;", "link", "why"),
    ("κι ύστερα;", "case", "next"),
    ("και μετά τι γίνεται;", "case", "next"),
    ("ναι", "link", NO_FACET),
    ("ευχαριστώ πολύ", "case", NO_FACET),
]


@pytest.fixture(scope="module")
def model() -> FacetModel:
    return fit_facets([], TALKS, SETTINGS)


@pytest.mark.parametrize(
    ("text", "about", "facet"),
    [
        ("πότε;", "case", "when"),
        ("POTE?", "paper", "until"),
        ("pote", "case", "when"),
        ("kai meta?", "case", "next"),
        ("ναι", "link", NO_FACET),
    ],
)
def test_what_is_talked_about_decides(model: FacetModel, text: str, about: str, facet: str) -> None:
    assert model.facet(text, about)[0] == facet


@pytest.mark.parametrize("text", ["", "   ", "你好", "\x00"])
def test_nothing_known_asks_nothing(model: FacetModel, text: str) -> None:
    assert model.facet(text, "case") == (NO_FACET, 1.0)


def test_what_is_stored_is_what_is_read(model: FacetModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = FacetModel.load(tmp_path)
    assert [again.facet(text, about) for text, about, _ in TALKS] == [
        model.facet(text, about) for text, about, _ in TALKS
    ]


def test_the_same_talks_in_any_order_give_the_same_model(model: FacetModel) -> None:
    again = fit_facets([], TALKS[::-1], SETTINGS)
    assert again.linear.vocabulary == model.linear.vocabulary
    assert (again.linear.weights == model.linear.weights).all()


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("μέχρι πότε;", "?until"),
        ("MEXRI POTE", "?until"),
        ("ως και πότε", "?until"),
        ("τι ακριβώς σημαίνει αυτό", "?term"),
        ("how long does it take", "?when"),
        ("θέλω παράταση", "?extension"),
        ("δεν μου ήρθε τίποτα", "?nocode"),
    ],
)
def test_a_cue_is_found_however_it_is_typed(text: str, cue: str) -> None:
    assert cue in set(cue_grams(fold(text)))


@pytest.mark.parametrize("text", ["", "καλημέρα σας", "πότες"])
def test_what_is_no_cue_is_none(text: str) -> None:
    assert "?until" not in set(cue_grams(fold(text)))


def test_the_talks_in_use_are_whole() -> None:
    told = list(read_talks())
    facets = {facet for _, _, facet in told}
    assert len(told) > 5000
    assert all(text.strip() for text, _, _ in told)
    assert len(facets) == 34
    assert min(sum(1 for _, _, each in told if each == facet) for facet in facets) >= 80


def test_what_is_made_of_a_turn_keeps_its_facet() -> None:
    made = list(turns(TALKS, [], seed=1, each=3))
    assert len(made) > 2 * len(TALKS)
    by_group = {one.group: {(each.about, each.facet) for each in made if each.group == one.group} for one in made}
    assert all(len(labels) == 1 for labels in by_group.values())
