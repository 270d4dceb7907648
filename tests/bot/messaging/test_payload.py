"""What the queues keep, there and back; and rows of before, which must still be read."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import Outbound, OutboundFile, Part
from bot.messaging.payload import OutboundBody
from dialogues.turn import Choice

words = st.text(st.characters(exclude_categories=["Cs"]))
files = st.builds(OutboundFile, words, words, st.integers(0, 2**40), words)
parts = st.builds(Part, words, st.lists(st.builds(Choice, words, words)).map(tuple), st.none() | files)


@given(parts)
def test_a_body_comes_back_as_it_was_encoded(part: Part) -> None:
    body = OutboundBody.decode(OutboundBody.of(part).encode())
    assert body.outbound(7, "a") == Outbound(7, "a", part.text, part.choices, part.file)


def test_a_body_of_before_is_read() -> None:
    body = OutboundBody.decode('{"text": "Σίγουρα;", "choices": [["Ναι", "/affirm"]]}')
    assert body.outbound(7, "a") == Outbound(7, "a", "Σίγουρα;", (Choice("Ναι", "/affirm"),))


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"text":1}', '{"text":"α","choices":[["μόνο ένα"]]}'])
def test_a_body_that_is_none_is_a_value_error(broken: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        OutboundBody.decode(broken)
