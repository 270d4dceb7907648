"""A message's way, through signed HTTP: webhook, inbox, turn, outbox, provider, receipts. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.conversation.turn_handler import LONGEST_TEXT
from bot.phone.context import ReceiptTimes
from bot.phone.faults import Refusal, Verdict
from bot.phone.phone import Options
from bot.worker import run_until_idle
from casestore.tables import contact_points, conversations, handovers, outbox, transcript
from tests.channels.viber_webhooks import message
from tests.channels.webhooks import Expect, Webhook, signed
from tests.clock import FakeClock
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER, SMS = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001"


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    async with running_system(database_url, EchoDialogue()) as system:
        yield system


async def states(system: System) -> list[tuple[str, str | None]]:
    async with system.store.database.read() as connection:
        rows = await connection.execute(select(outbox.c.state, outbox.c.reason).order_by(outbox.c.id))
        return [(row.state, row.reason) for row in rows]


async def test_a_message_is_answered_on_its_own_channel(system: System) -> None:
    assert await system.phone.viber.write(VIBER, "γεια σας")
    assert await system.phone.sms.write(SMS, "γεια σας")
    await system.settle()
    assert system.said_to(VIBER) == ["re: γεια σας #1"]
    assert system.said_to(SMS) == ["re: γεια σας #1"]


async def test_the_second_message_knows_the_first(system: System) -> None:
    for text in ("ένα", "δύο", "τρία"):
        await system.phone.viber.write(VIBER, text)
    await system.settle()
    assert system.said_to(VIBER) == ["re: ένα #1", "re: δύο #2", "re: τρία #3"]


async def test_texts_and_addresses_are_sealed(system: System) -> None:
    await system.phone.sms.write(SMS, "μυστικό κείμενο")
    await system.settle()
    async with system.store.database.read() as connection:
        point = (await connection.execute(select(contact_points))).one()
        lines = (await connection.execute(select(transcript))).all()
    assert SMS.encode() not in point.address_sealed
    assert all("μυστικό".encode() not in line.text_sealed for line in lines)
    talk = (await system.store.transcript.lines(lines[0].conversation_id))[-2:]
    assert [(line.author, line.text) for line in talk] == [
        ("citizen", "μυστικό κείμενο"),
        ("bot", "re: μυστικό κείμενο #1"),
    ]


@pytest.mark.slow
async def test_a_poison_message_is_given_up_honestly_and_holds_up_nobody(system: System) -> None:
    await system.phone.viber.write(VIBER, "boom")
    await system.phone.viber.write(VIBER, "και μετά;")
    await system.settle()
    assert system.said_to(VIBER) == []
    for _ in range(5):
        await system.later(120)
    assert system.said_to(VIBER) == ["[utter_trouble el]", "re: και μετά; #1"]
    assert (await system.store.inbox.depth())[:2] == (0, 1)
    async with system.store.database.read() as connection:
        assert (await connection.scalar(select(handovers.c.reason))) == "gave-up"
        sent = (await connection.scalars(select(outbox.c.key).order_by(outbox.c.id))).all()
        said = (await connection.scalars(select(transcript.c.key).where(transcript.c.author == "bot"))).all()
    assert sorted(sent) == sorted(said)  # what was sent is found by its line, for the citizen's copy


@pytest.mark.slow
async def test_a_refused_send_is_tried_again_later(system: System) -> None:
    system.phone.faults.script("viber", [Verdict(refusal=Refusal(http=503)), Verdict(refusal=Refusal(code=12))])
    await system.phone.viber.write(VIBER, "γεια")
    await system.settle()
    assert system.said_to(VIBER) == []
    for _ in range(4):
        await system.later(700)
    assert system.said_to(VIBER) == ["re: γεια #1"]
    assert await states(system) == [("sent", None)]


async def test_an_sms_whose_answer_was_lost_is_looked_up_and_not_sent_again(system: System) -> None:
    system.phone.faults.script("sms", [Verdict(lose_answer=True)])
    await system.phone.sms.write(SMS, "γεια")
    await system.settle()
    await system.later(120)
    assert system.said_to(SMS) == ["re: γεια #1"]
    assert await states(system) == [("sent", None)]


async def test_the_same_words_twice_are_two_messages(database_url: str) -> None:
    """A look-up must not take an earlier message with the same text for the one in doubt."""
    async with running_system(database_url, EchoDialogue(counting=False)) as system:
        system.phone.faults.script("sms", [Verdict(), Verdict(lose_request=True)])
        for _ in range(2):
            await system.phone.sms.write(SMS, "γεια")
            await system.settle()
        assert system.said_to(SMS) == ["re: γεια"]
        await system.later(120)
        assert system.said_to(SMS) == ["re: γεια", "re: γεια"]
        assert await states(system) == [("sent", None), ("sent", None)]


@pytest.mark.slow
async def test_viber_cannot_be_asked_so_a_lost_answer_is_sent_again_and_counted(system: System) -> None:
    system.phone.faults.script("viber", [Verdict(lose_answer=True)])
    await system.phone.viber.write(VIBER, "γεια")
    await system.settle()
    await system.later(120)
    assert system.said_to(VIBER) == ["re: γεια #1", "re: γεια #1"]
    assert system.metrics.doubts.labels("viber", "sent again")._value.get() == 1


@pytest.mark.slow
async def test_a_doubt_is_bounded(system: System) -> None:
    system.phone.faults.script("viber", [Verdict(lose_answer=True)] * 20)
    await system.phone.viber.write(VIBER, "γεια")
    for _ in range(8):
        await system.later(120)
    assert len(system.said_to(VIBER)) == 4
    assert await states(system) == [("failed", "in-doubt")]


async def test_who_unsubscribes_is_unreachable_until_he_writes(system: System) -> None:
    await system.phone.viber.write(VIBER, "γεια")
    await system.settle()
    await system.phone.viber.unsubscribe(VIBER)
    await system.settle()
    async with system.store.database.read() as connection:
        assert (await connection.scalar(select(contact_points.c.unreachable_reason))) == "unsubscribed"
    await system.phone.viber.write(VIBER, "ξανά εδώ")
    await system.settle()
    async with system.store.database.read() as connection:
        assert await connection.scalar(select(contact_points.c.reachable)) is True


async def test_a_blocked_recipient_stops_what_waits_for_him(system: System) -> None:
    system.phone.faults.script("viber", [Verdict(refusal=Refusal(code=6))])
    for text in ("ένα", "δύο"):
        assert await system.phone.viber.write(VIBER, text)
    await run_until_idle(system.jobs[:1])  # both are answered before one is sent: who writes can be reached again
    await system.settle()
    assert await states(system) == [("failed", "viber:6"), ("failed", "viber:6")]
    assert system.said_to(VIBER) == []
    assert system.phone.counts["viber.refused.6"] == 1  # the other was not even sent
    async with system.store.database.read() as connection:
        assert await connection.scalar(select(contact_points.c.reachable)) is False


async def test_receipts_move_the_status_forward_only(database_url: str) -> None:
    clock = FakeClock()
    options = Options(receipts=ReceiptTimes(sent=0, delivered=0, seen=0), clock=clock)
    async with running_system(database_url, EchoDialogue(), clock=clock, phone_options=options) as system:
        await system.phone.viber.write(VIBER, "γεια")
        await system.phone.sms.write(SMS, "γεια")
        await system.settle()
        await system.phone.idle()
        await system.settle()
        async with system.store.database.read() as connection:
            ranks = (await connection.execute(select(outbox.c.channel, outbox.c.status_rank))).all()
        assert dict(ranks) == {"viber": 4, "sms": 3}


async def test_opening_the_chat_is_welcomed_in_the_answer_itself(system: System) -> None:
    assert await system.phone.viber.open(VIBER)
    assert system.phone.counts["viber.welcomed"] == 1
    async with system.store.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(conversations)) == 0


@pytest.mark.slow
async def test_a_message_that_waited_stands_in_the_transcript_at_its_own_time(system: System) -> None:
    await system.phone.viber.write(VIBER, "γεια σας")
    sent = system.clock()
    await system.later(600)
    async with system.store.database.read() as connection:
        rows = (await connection.execute(select(transcript).order_by(transcript.c.id))).all()
    assert [(row.author, row.at) for row in rows] == [("citizen", sent), ("bot", system.clock())]


@pytest.mark.slow
@pytest.mark.parametrize(("device", "language"), [("en-GB", "en"), ("el-GR", "el"), ("fr", "el"), (None, "el")])
async def test_a_new_conversation_begins_in_the_language_of_the_device(
    system: System, device: str | None, language: str
) -> None:
    content = message(1, {"type": "text", "text": "boom"}, sender={"id": VIBER, "language": device}, timestamp=1)
    target, headers, body = signed(Webhook("any", "viber", content, Expect.INBOUND))
    async with aiohttp.ClientSession() as session, session.post(system.url + target, data=body, headers=headers) as ok:
        assert ok.status == 200
    for _ in range(5):
        await system.later(120)
    assert system.said_to(VIBER) == [f"[utter_trouble {language}]"]


async def test_of_a_long_message_the_beginning_is_read_and_that_is_said(system: System) -> None:
    await system.phone.viber.write(VIBER, "α" * LONGEST_TEXT)
    await system.phone.viber.write(VIBER, "β" * (LONGEST_TEXT + 1))
    await system.settle()
    whole, said, read = system.said_to(VIBER)
    assert (whole.count("α"), said, read.count("β")) == (LONGEST_TEXT, "[utter_text_cut el]", LONGEST_TEXT)
