"""What goes to Twilio, to the byte, and how a lost answer is looked for."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest

from bot.channels.port import Outbound, OutboundFile, Part, Remedy, SendError, Sent
from bot.channels.sms import SmsChannel
from dialogues.turn import Choice, Reply
from tests.channels.provider import CutShort, Drop, Hang, Provider, Say, serving
from tests.clock import FakeClock

NOW = FakeClock().now
SINCE = NOW - timedelta(minutes=5)
MESSAGE = Outbound(7, "+306900000001", "Η αίτησή σας & +")
PATH = "/2010-04-01/Accounts/AC1/Messages.json"


def channel(session: aiohttp.ClientSession, provider: Provider, **more: Any) -> SmsChannel:
    sender = {"sender": "+306900000000"} if "messaging_service_sid" not in more else {}
    given = {"public_url": "https://counter.example/", "api_url": provider.url, **sender, **more}
    return SmsChannel("AC1", "token", session, **given)


async def sent(answer: Say, message: Outbound = MESSAGE, **more: Any) -> tuple[Sent, Any]:
    async with serving(answer) as provider, aiohttp.ClientSession() as session:
        return await channel(session, provider, **more).send(message), provider.seen[0]


async def found(*script: Any, known: frozenset[str] = frozenset(), deadline: float = 5.0) -> tuple[Sent | None, Any]:
    async with serving(*script) as provider, aiohttp.ClientSession() as session:
        return await channel(session, provider, deadline=deadline).find(MESSAGE, SINCE, known), provider.seen


def listed(sid: str | None = "SM1", *, seconds: float = 1, **changed: Any) -> dict[str, Any]:
    """A message in Twilio's list, created ``seconds`` after the send began."""
    return {
        "sid": sid,
        "body": MESSAGE.text,
        "to": MESSAGE.address,
        "direction": "outbound-api",
        "date_created": format_datetime(SINCE + timedelta(seconds=seconds)),
        "date_sent": None,
        "status": "queued",
        "num_segments": "1",
        **changed,
    }


def page(*items: Any, following: Any = None) -> Say:
    return Say({"messages": list(items), "next_page_uri": following})


async def test_a_send_is_a_form_with_basic_auth() -> None:
    result, seen = await sent(Say({"sid": "SM1", "num_segments": "3"}, 201))
    assert result == Sent("SM1", parts=3)
    assert (seen.method, seen.path) == ("POST", PATH)
    assert base64.b64decode(seen.headers["authorization"].removeprefix("Basic ")) == b"AC1:token"
    assert parse_qs(seen.body.decode()) == {
        "To": ["+306900000001"],
        "Body": ["Η αίτησή σας & +"],
        "From": ["+306900000000"],
        "StatusCallback": ["https://counter.example/webhooks/sms/status?id=7"],
    }


async def test_a_file_is_a_line_of_the_text_and_is_found_by_it() -> None:
    paper = OutboundFile("https://counter.example/f/1", "άδεια.pdf", 9, "application/pdf")
    message = replace(MESSAGE, file=paper)
    body = "Η αίτησή σας & +\nhttps://counter.example/f/1"
    _, seen = await sent(Say({"sid": "SM1"}, 201), message)
    assert parse_qs(seen.body.decode())["Body"] == [body]
    async with serving(page(listed(body=body))) as provider, aiohttp.ClientSession() as session:
        assert await channel(session, provider).find(message, SINCE, frozenset()) == Sent("SM1")


async def test_a_messaging_service_takes_the_senders_place() -> None:
    result, seen = await sent(Say({"sid": "SM1", "num_segments": "0"}, 201), messaging_service_sid="MG1")
    assert result.parts == 1
    fields = parse_qs(seen.body.decode())
    assert (fields["MessagingServiceSid"], "From" in fields) == (["MG1"], False)


async def test_choices_are_numbered_lines() -> None:
    async with aiohttp.ClientSession() as session:
        composed = SmsChannel("AC1", "token", session, public_url="", sender="gov.gr").compose(
            Reply("Σίγουρα;", (Choice("Ναι", "yes"), Choice("Όχι", "no")))
        )
    assert composed == (Part("Σίγουρα;\n1. Ναι\n2. Όχι"),)


async def test_a_message_that_was_accepted_is_found() -> None:
    result, (seen,) = await found(page(listed(num_segments="2")))
    assert result == Sent("SM1", parts=2)
    assert (seen.method, seen.path, seen.query["To"]) == ("GET", PATH, "+306900000001")
    assert seen.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "other",
    [
        listed(body="Η αίτησή σας & + "),
        listed(to="+306900000002"),
        listed(direction="inbound"),
        listed(direction="outbound-reply"),
        listed(sid="SM0"),
        listed(sid=None),
        listed(seconds=-1),
    ],
)
async def test_another_message_is_not_taken_for_it(other: dict[str, Any]) -> None:
    result, _ = await found(page(other), known=frozenset({"SM0"}))
    assert result is None


async def test_the_fraction_of_a_second_that_twilio_does_not_tell_is_allowed_for() -> None:
    async with serving(page(listed(seconds=0))) as provider, aiohttp.ClientSession() as session:
        since = SINCE + timedelta(milliseconds=900)
        assert await channel(session, provider).find(MESSAGE, since, frozenset()) == Sent("SM1")


async def test_found_before_the_list_grew_too_long_is_found() -> None:
    result, seen = await found(page(listed(), following=f"{PATH}?Page=1"))
    assert (result, len(seen)) == (Sent("SM1"), 5)


async def test_of_two_alike_the_older_is_taken_first() -> None:
    result, _ = await found(page(listed("SM3", seconds=3), listed("SM2", seconds=2), listed("SM1", seconds=1)))
    assert result == Sent("SM1")
    result, _ = await found(page(listed("SM3"), listed("SM2")), known=frozenset({"SM2"}))
    assert result == Sent("SM3")


async def test_pages_are_followed_as_far_as_they_are_new() -> None:
    old = listed("SM9", seconds=-3600, body="άλλο")
    following = f"{PATH}?To=%2B306900000001&Page=1&PageToken=PAx"
    result, seen = await found(
        page(listed("SM5", body="άλλο"), following=following), page(listed(), old, following="x")
    )
    assert result == Sent("SM1")
    assert [request.query.get("PageToken") for request in seen] == [None, "PAx"]


async def test_an_old_page_is_the_last() -> None:
    result, seen = await found(page(listed(seconds=-3600), following=f"{PATH}?Page=1"))
    assert (result, len(seen)) == (None, 1)


async def test_credentials_are_not_carried_to_another_host() -> None:
    result, seen = await found(page(following="https://evil.example/2010-04-01/x"))
    assert (result, len(seen)) == (None, 1)


async def test_an_endless_list_does_not_tell() -> None:
    with pytest.raises(SendError) as caught:
        await found(page(listed(body="άλλο"), following=f"{PATH}?Page=1"))
    assert (caught.value.remedy, caught.value.code) == (Remedy.UNKNOWN, "twilio:list-too-long")


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (Say(b"", 401), "http:401"),
        (Say(b"", 429), "http:429"),
        (Say(b"", 503), "http:503"),
        (Say(b"<html>"), "http:unreadable"),
        (Say({"messages": None}), "http:unreadable"),
        (Say({"messages": [None]}), "http:unreadable"),
        (Say({"messages": [[]]}), "http:unreadable"),
        (page({"sid": "SM1"}), "http:unreadable"),
        (page(listed(date_created="χθες")), "http:unreadable"),
        (page(listed(date_created=None)), "http:unreadable"),
        (Hang(), "timeout"),
        (Drop(), "http:dropped"),
        (CutShort(), "http:dropped"),
    ],
)
async def test_not_finding_out_is_no_permission_to_send_again(trouble: Any, code: str) -> None:
    with pytest.raises(SendError) as caught:
        await found(trouble, deadline=0.2)
    assert (caught.value.remedy, caught.value.code) == (Remedy.UNKNOWN, code)


async def test_out_of_reach_is_no_permission_either() -> None:
    async with serving(page()) as provider:
        pass
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SendError) as caught:
            await channel(session, provider).find(MESSAGE, SINCE, frozenset())
    assert caught.value.remedy is Remedy.UNKNOWN


async def test_a_date_from_nowhere_is_utc() -> None:
    stamp = format_datetime(SINCE).replace("+0000", "-0000")
    result, _ = await found(page(listed(date_created=stamp)))
    assert result == Sent("SM1")
