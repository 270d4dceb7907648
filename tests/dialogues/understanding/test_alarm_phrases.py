"""Alarms by their words: heard however they are typed, and no false ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.understanding.alarm_phrases import ALARMS, alarm_in
from dialogues.understanding.interpret import preclassify
from nlu.yaml_file import read_yaml

HERE = Path(__file__).parent
SAID = read_yaml(HERE / "alarms.yml")
NLU = Path(__file__).parents[3] / "nlu/data"
RAISED = [(kind, text) for kind in ALARMS for text in SAID[kind]]
TWO_WAYS = frozenset({"deny", "complaint"})
"""Intents of which some sentences are a breach: «δεν είναι δική μου»."""


@pytest.mark.parametrize(("kind", "text"), RAISED)
def test_an_alarm_is_heard(kind: str, text: str) -> None:
    assert alarm_in(text) == kind
    heard = preclassify(text, (), ())
    assert heard is not None
    assert heard.intent == kind


@pytest.mark.parametrize(("kind", "text"), RAISED)
def test_however_it_is_typed(kind: str, text: str) -> None:
    for typed in (text.upper(), text.lower(), f"Καλησπέρα σας. {text}", f"{text}!!!", text.replace(",", "")):
        assert alarm_in(typed) == kind, typed


@pytest.mark.parametrize("text", SAID["none"])
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    for typed in (text, text.upper(), f"{text}!"):
        assert alarm_in(typed) is None, typed


@pytest.mark.slow
def test_no_sentence_by_which_the_classifier_is_trained_raises_one() -> None:
    raised = [
        (kind, entry["intent"], line)
        for file in sorted(NLU.glob("*.yml"))
        for entry in read_yaml(file)["nlu"]
        if "intent" in entry
        for line in entry["examples"].splitlines()
        if (kind := alarm_in(line.removeprefix("- ")))
    ]
    assert {(kind, intent) for kind, intent, _ in raised} <= {("breach", intent) for intent in TWO_WAYS}
    assert len(raised) <= 12


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert alarm_in(text) in (None, *ALARMS)
