from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.language import Detector, default_detector, detect
from tests.nlu.marked import DATA

TABLE = [
    tuple(line.split("\t"))
    for line in (DATA / "language.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("language", "text"), TABLE)
def test_language_of_one_message(language: str, text: str) -> None:
    assert detect(text) == language


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text: str) -> None:
    assert detect(text) in ("el", "greeklish", "en", "unknown")


@given(st.sampled_from([text for language, text in TABLE if language == "el"]))
def test_greek_letters_decide_whatever_the_lists_hold(text: str) -> None:
    assert Detector({}, {}).detect(text) == "el"


def test_a_word_known_to_neither_list_tells_nothing() -> None:
    assert Detector({"kalimera": 1e-4}, {"morning": 1e-4}).detect("xyzzy") == "unknown"


def test_the_more_frequent_reading_wins() -> None:
    detector = Detector(greek={"to": 0.01, "ine": 0.01}, english={"to": 0.02, "is": 0.02})
    assert detector.detect("to einai") == "greeklish"
    assert detector.detect("to is") == "en"


def test_the_default_is_loaded_once() -> None:
    assert default_detector() is default_detector()
    assert len(default_detector().greek) > 5_000
