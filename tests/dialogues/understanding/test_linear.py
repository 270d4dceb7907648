"""Time grows with a message's length only, whatever is in it: nobody's message holds up the others'.

Measured is processor time, the least of three, so a busy machine changes nothing. Four times the length takes four
times the time; a search within a search would take sixteen times.
"""

from __future__ import annotations

from datetime import date
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.turn import Entity
from dialogues.understanding.interpret import Reading, preclassify, resolve_in_context
from dialogues.understanding.redaction import redact
from nlu import entities, references
from nlu.counting import weigh
from nlu.intents import IntentModel, Shape, features
from nlu.language import detect
from nlu.linear import LinearModel
from tests.nlu.repeated import ENDS, PIECES, repeated

pytestmark = pytest.mark.slow  # some ten seconds for each hundred

SHORT, LONG = 1_500, 6_000  # characters; three times what is read of a message at most
SOON = 0.1  # seconds: not worth a closer look
CEILING = 0.6e-3  # seconds a character, about ten times what the slowest takes; two wishes are read up to three times
TIMES = 8  # four times the length, with room

QUESTIONS = (None, "code", "afm", "case", "topic", "erase")
CHOICES = ({"title": "Ναι", "says": "/affirm"},)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    shape = Shape()
    known = [tuple(features(key, shape)) for key in ("ne", "oxi", "pou ine i etisi mou")]
    vocabulary, idf, _ = weigh(known, 1)
    weights = np.ones((len(vocabulary), 2), dtype=np.float16)
    linear = LinearModel(("affirm", "_told"), vocabulary, idf, weights, np.zeros(2, np.float32), 1.0)
    return IntentModel(linear, shape)


def understand(model: IntentModel, text: str) -> None:
    """All that a turn asks of the text, and more: every question that may be open."""
    preclassify(text, (), CHOICES)
    model.ranking(text)
    model.second_wish(text, "affirm")
    detect(text)
    found = entities.extract(text, today=date(2026, 11, 22))
    named = tuple(Entity(each.entity, each.value, each.start, each.end) for each in found)
    for question in QUESTIONS:
        resolve_in_context(Reading(text, "affirm", 1.0, named), question, "ask_case_status")
    redact(text, named)


def seconds(model: IntentModel, text: str) -> float:
    references.readings.cache_clear()
    start = process_time()
    understand(model, text)
    return process_time() - start


def assert_linear(model: IntentModel, short: str, long: str) -> None:
    took = seconds(model, long)
    if took > SOON:
        took = min(took, *(seconds(model, long) for _ in range(2)))
        once = min(seconds(model, short) for _ in range(3))
        assert took < max(SOON, TIMES * once)
    assert took < CEILING * len(long)


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_piece_again_and_again(model: IntentModel, piece: str) -> None:
    assert_linear(model, repeated(piece, SHORT), repeated(piece, LONG))


UNITS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


@given(UNITS.map("".join), st.sampled_from(ENDS), st.sampled_from(ENDS))
@settings(deadline=None)
def test_pieces_put_together(model: IntentModel, piece: str, before: str, after: str) -> None:
    def message(length: int) -> str:
        return repeated(piece, length, before=before, after=after)

    assert_linear(model, message(SHORT), message(LONG))
