"""What is said outside the channels: rows of the outbox and lines of the transcript, keyed by their cause."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.facts import CHANNELS
from bot.channels.port import OutboundFile
from bot.messaging.compose import Composed, Recipient, compose, compose_all
from bot.messaging.payload import OutboundBody
from casestore.conversations.transcript import Author, Line
from casestore.queues.outbox import Dispatch, Kind, Priority
from dialogues.turn import Choice, Reply
from tests.clock import START

CHAT = Recipient("viber", "01234567890A=", 3)
PHONE = Recipient("sms", "+306900000001", 4)
LONG = Reply("λόγια " * 2000, (Choice("Ναι", "yes"),), "utter_long")
LATER = START + timedelta(minutes=10)


def bodies(composed: Composed) -> list[OutboundBody]:
    return [OutboundBody.decode(dispatch.body) for dispatch in composed.dispatches]


def keys(composed: Composed) -> tuple[list[str], list[str]]:
    return [dispatch.key for dispatch in composed.dispatches], [line.key for line in composed.lines]


def test_one_reply_is_one_row_and_one_line_under_the_key_of_its_cause() -> None:
    reply = Reply("Σίγουρα;", (Choice("Ναι", "yes"),), "utter_sure")
    body = '{"text":"Σίγουρα;","choices":[["Ναι","yes"]],"file":null}'
    row = Dispatch("login:7", "viber", "01234567890A=", body, Kind.REPLY, Priority.REPLY, 3, START)
    assert compose(reply, CHAT, "login:7", START) == Composed(
        (row,), (Line("login:7", Author.BOT, "Σίγουρα;", START, "utter_sure"),)
    )


def test_replies_are_numbered_and_parts_beyond_the_first_within_them() -> None:
    short = Reply("Ναι")
    assert keys(compose_all([short, short], CHAT, "in:7", START)) == (["in:7:0", "in:7:1"], ["in:7:0", "in:7:1"])
    composed = compose_all([LONG, short], CHAT, "in:7", START)
    assert keys(composed) == (["in:7:0", "in:7:0:1", "in:7:1"], ["in:7:0", "in:7:1"])
    assert [body.choices for body in bodies(composed)] == [(), (("Ναι", "yes"),), ()]
    assert composed.lines[0].text == LONG.text


@pytest.mark.parametrize("recipient", [CHAT, PHONE])
def test_every_part_fits_its_channel(recipient: Recipient) -> None:
    composed = compose(LONG, recipient, "in:7:e0", START, kind=Kind.LINK, priority=Priority.CODE, expires_at=LATER)
    parts = CHANNELS[recipient.channel].compose(LONG)
    assert [body.text for body in bodies(composed)] == [part.text for part in parts]
    assert len(set(keys(composed)[0])) == len(parts) == (2 if recipient is CHAT else 1)
    assert {(d.kind, d.priority, d.expires_at) for d in composed.dispatches} == {(Kind.LINK, Priority.CODE, LATER)}


def test_economy_and_choices_hold_by_sms() -> None:
    reply = Reply("Προχωρά", (Choice("Ναι", "yes"),), economy=True)
    assert bodies(compose(reply, PHONE, "k", START)) == [OutboundBody("ΠPOXΩPA\n1. NAI")]


def test_what_opens_a_door_stays_out_of_the_transcript() -> None:
    composed = compose(Reply("https://x/secret"), PHONE, "in:7:e0", START, transcript_text="…")
    assert (bodies(composed)[0].text, composed.lines[0].text) == ("https://x/secret", "…")


def test_without_a_conversation_there_is_no_transcript() -> None:
    assert compose(Reply("123456"), Recipient("sms", "+306900000001"), "in:7:e0", START).lines == ()


def test_a_blank_reply_sends_nothing() -> None:
    assert keys(compose(Reply(" "), CHAT, "k", START)) == ([], ["k"])


def test_a_file_is_a_message_of_its_own_on_viber_and_a_line_by_sms() -> None:
    paper = OutboundFile("https://counter.example/f/1", "άδεια.pdf", 9, "application/pdf")
    reply = Reply("Η άδειά σας:", (Choice("Ευχαριστώ", "thanks"),))
    assert bodies(compose(reply, CHAT, "k", START, file=paper)) == [
        OutboundBody("Η άδειά σας:"),
        OutboundBody("", (("Ευχαριστώ", "thanks"),), paper),
    ]
    said = "Η άδειά σας:\nhttps://counter.example/f/1\n1. Ευχαριστώ"
    assert bodies(compose(reply, PHONE, "k", START, file=paper)) == [OutboundBody(said)]
