"""What the queues keep, there and back; and rows of before, which must still be read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import Attachment, Inbound, InboundKind, Outbound, OutboundFile, Part
from bot.messaging.payload import OutboundBody, pack, unpack
from dialogues.turn import Choice
from tests.clock import START

INBOUND = (
    '{"channel":"viber","external_id":"5","kind":"message","address":"a=","at":"2026-11-23T08:59:00Z","text":"α",'
    '"attachments":%s,"language":"el"}'
)
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


attachments = st.builds(Attachment, words, st.none() | words, st.none() | words, st.none() | st.integers(0, 2**40))


@given(words, st.lists(attachments).map(tuple))
def test_a_message_comes_back_as_it_was_packed(text: str, found: tuple[Attachment, ...]) -> None:
    message = Inbound("viber", "5", InboundKind.MESSAGE, "a=", START, text, found, "el")
    assert unpack(pack(message)) == message


def test_a_message_of_before_is_read() -> None:
    message = unpack(INBOUND % '["picture","location"]')
    assert message.attachments == (Attachment("picture"), Attachment("location"))
    assert (message.text, message.at) == ("α", datetime(2026, 11, 23, 8, 59, tzinfo=UTC))
    assert unpack(INBOUND % "[]").attachments == ()


@pytest.mark.parametrize("broken", ["", "{}", "[]", "7", INBOUND % "7", INBOUND % "[7]", INBOUND % '[{"kind":{}}]'])
def test_a_message_that_is_none_is_a_value_error(broken: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(broken)
