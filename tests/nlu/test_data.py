"""The training data and the evaluation set: apart from one another, and enough of each."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from nlu.evaluate import Sample, read
from nlu.fold import fold
from nlu.written import sentences, settings

ROOT = Path(__file__).parents[2]
ALIKE = 92
FORMULA = 2
"""Words of a key: up to so many ("ναι", "καλημέρα σας", "αφμ __afm__") there is one way to say it, and all say it."""


@pytest.fixture(scope="module")
def written() -> list[tuple[str, str]]:
    return list(sentences(ROOT / "nlu/data"))


@pytest.fixture(scope="module")
def samples() -> tuple[Sample, ...]:
    return read(sorted((ROOT / "nlu/eval").glob("*.tsv"))).samples


def test_no_evaluation_sentence_resembles_a_training_sentence(
    written: list[tuple[str, str]], samples: tuple[Sample, ...]
) -> None:
    keys = sorted({key for text, _ in written if len((key := fold(text)).split()) > FORMULA})
    asked = [fold(sample.text) for sample in samples]
    ratios = process.cdist(asked, keys, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.float32)
    twins = [(samples[at].text, keys[twin]) for at, twin in np.argwhere(ratios > ALIKE)]
    assert twins == []


def test_every_intent_has_its_eighty_sentences_and_five_stories(written: list[tuple[str, str]]) -> None:
    each = Counter(intent for _, intent in set(written))
    stories = Counter(intent for _, intent in sentences(ROOT / "nlu/data", "stories.yml"))
    assert len(each) == 23
    assert min(each.values()) >= 80
    assert set(stories) == set(each)
    assert min(stories.values()) >= 5


def test_no_sentence_is_written_for_two_intents(written: list[tuple[str, str]]) -> None:
    meant: dict[str, set[str]] = {}
    for text, intent in written:
        meant.setdefault(text, set()).add(intent)
    assert {text: intents for text, intents in meant.items() if len(intents) > 1} == {}


def test_the_settings_are_those_of_our_component() -> None:
    assert settings(ROOT / "config.yml")["folds"] >= 2


def test_settings_without_our_component_say_so(tmp_path: Path) -> None:
    config = tmp_path / "config.yml"
    config.write_text("pipeline:\n- name: SomeClassifier\n", encoding="utf-8")
    with pytest.raises(KeyError, match="Understanding"):
        settings(config)
