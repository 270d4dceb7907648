from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities import extract
from nlu.fold import fold
from nlu.greeklish import BY_SIGHT, BY_SOUND, habit, render
from nlu.letters import GREEK_LETTER
from nlu.variants import variants

SENTENCE = "Καλημέρα σας, πού βρίσκεται η αίτησή μου για την οικοδομική άδεια;"
WITH_REFERENCES = "Η υπόθεση ΑΔ-2026-000123 και το ΑΦΜ 123456783, στείλτε στο maria@example.com"


@given(st.integers(0, 10_000), st.integers(0, 12))
def test_the_same_seed_types_the_same(seed: int, n: int) -> None:
    made = variants(SENTENCE, Random(seed), n)
    assert made == variants(SENTENCE, Random(seed), n)
    assert len(set(made)) == len(made) == n
    assert SENTENCE not in made


@given(st.integers(0, 10_000))
def test_references_and_addresses_are_typed_as_they_are(seed: int) -> None:
    for variant in variants(WITH_REFERENCES, Random(seed), 5):
        assert "ΑΔ-2026-000123" in variant
        assert "123456783" in variant
        assert "maria@example.com" in variant
        assert {"ΑΔ-2026-000123", "123456783"} <= {e.value for e in extract(variant)}


@given(st.text(max_size=60), st.integers(0, 100))
def test_any_text_can_be_varied(text: str, seed: int) -> None:
    assert text not in variants(text, Random(seed), 3)


def test_variants_are_of_many_kinds() -> None:
    made = variants(SENTENCE, Random(1), 200)
    greek = [v for v in made if GREEK_LETTER.search(v)]
    assert 50 < len(greek) < 150
    assert any(v.isupper() for v in greek)
    assert any("μ" in v.split() for v in greek)  # μου in shorthand
    assert any("8" in v or "th" in v for v in made if v not in greek)
    keys = {fold(v) for v in made}
    assert len(keys) > 60  # typos and shorthand make other keys; scripts alone do not


def test_most_variants_stay_near_the_sentence() -> None:
    key = set(fold(SENTENCE).split())
    made = variants(SENTENCE, Random(2), 200)
    shared = [len(key & set(fold(v).split())) / len(key) for v in made]
    assert sum(shared) / len(shared) > 0.75


@pytest.mark.parametrize(
    ("options", "typed"),
    [(BY_SIGHT, {"ai8hsh", "aithsh"} | {"aithsh"}), (BY_SOUND, {"etisi", "aitisi"})],
    ids=["sight", "sound"],
)
def test_one_habit_writes_a_letter_one_way(options: dict[str, tuple[str, ...]], typed: set[str]) -> None:
    for seed in range(20):
        assert render("Αίτηση", habit(options, Random(seed))) in typed
