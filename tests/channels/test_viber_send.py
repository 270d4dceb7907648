"""What goes to Viber, to the byte."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from bot.channels.port import Channel, Outbound, OutboundFile, Remedy, SendError, Sent
from bot.channels.viber import ViberChannel
from bot.channels.viber.codes import REMEDIES
from dialogues.turn import Choice
from tests.channels.provider import Hang, Say, Seen, serving
from tests.clock import FakeClock

OK = Say({"status": 0, "message_token": 5741311803571721087})
TOO_NEW = Say({"status": 13, "status_message": "apiVersionNotSupported"})
MESSAGE = Outbound(7, "01234567890A=", "Σίγουρα;", (Choice("Ναι", "yes"), Choice("Όχι", "no")))


async def sent(*script: Any, message: Outbound = MESSAGE, deadline: float = 5.0) -> tuple[Sent | SendError, list[Seen]]:
    async with serving(*script) as provider, aiohttp.ClientSession() as session:
        channel = ViberChannel("token", "Πολίτης", session, api_url=f"{provider.url}/pa", deadline=deadline)
        try:
            return await channel.send(message), provider.seen
        except SendError as error:
            return error, provider.seen


async def test_the_token_rides_in_the_header_alone() -> None:
    _, (seen,) = await sent(OK)
    assert (seen.method, seen.path) == ("POST", "/pa/send_message")
    assert seen.headers["x-viber-auth-token"] == "token"
    assert b"token" not in seen.body


async def test_a_message_with_a_keyboard() -> None:
    _, (seen,) = await sent(OK)
    body = json.loads(seen.body)
    buttons = body.pop("keyboard")["Buttons"]
    assert [button["ActionBody"] for button in buttons] == ["yes", "no"]
    assert body == {
        "receiver": "01234567890A=",
        "type": "text",
        "text": "Σίγουρα;",
        "min_api_version": 1,
        "sender": {"name": "Πολίτης"},
    }


async def test_7000_greek_letters_stay_below_30_kilobytes() -> None:
    result, (seen,) = await sent(OK, message=Outbound(7, "a", "ώ" * 7000, MESSAGE.choices))
    assert isinstance(result, Sent)
    assert len(seen.body) < 30 * 1024


async def test_a_message_beyond_30_kilobytes_is_not_tried() -> None:
    result, seen = await sent(OK, message=Outbound(7, "a", "\x01" * 7000))
    assert isinstance(result, SendError)
    assert (result.remedy, result.code, seen) == (Remedy.NEVER, "viber:too-long", [])


async def test_a_client_too_old_for_the_keyboard_reads_the_choices() -> None:
    result, seen = await sent(TOO_NEW, OK)
    assert result == Sent("5741311803571721087")
    assert json.loads(seen[1].body) == {
        "receiver": "01234567890A=",
        "type": "text",
        "text": "Σίγουρα;\n- Ναι\n- Όχι",
        "sender": {"name": "Πολίτης"},
    }


async def test_a_client_too_old_for_plain_text_is_given_up() -> None:
    result, seen = await sent(TOO_NEW)
    assert isinstance(result, SendError)
    assert (result.remedy, result.code, len(seen)) == (Remedy.NEVER, "viber:13", 2)


PAPER = OutboundFile("https://counter.example/f/1", "άδεια.pdf", 50 << 20, "application/pdf")
PICTURE = OutboundFile("https://counter.example/f/2", "χάρτης.png", 1 << 20, "image/png")


async def test_a_file_goes_as_a_file_with_the_keyboard() -> None:
    _, (seen,) = await sent(OK, message=replace(MESSAGE, text="", file=PAPER))
    body = json.loads(seen.body)
    assert len(body.pop("keyboard")["Buttons"]) == 2
    assert body == {
        "receiver": "01234567890A=",
        "type": "file",
        "media": "https://counter.example/f/1",
        "size": 50 << 20,
        "file_name": "άδεια.pdf",
        "min_api_version": 1,
        "sender": {"name": "Πολίτης"},
    }


async def test_a_picture_goes_as_a_picture_with_its_words() -> None:
    _, (seen,) = await sent(OK, message=Outbound(7, "a", "Ο χάρτης", file=PICTURE))
    body = json.loads(seen.body)
    assert (body["type"], body["text"], body["media"]) == ("picture", "Ο χάρτης", PICTURE.address)


@pytest.mark.parametrize(
    ("text", "file", "kind"),
    [
        ("", structs.replace(PAPER, size=(50 << 20) + 1), "text"),
        ("", structs.replace(PAPER, size=0), "text"),
        ("", structs.replace(PAPER, name="α" * 257), "text"),
        ("", structs.replace(PAPER, name=""), "text"),
        ("Η άδεια:", PAPER, "text"),
        ("λόγια " * 100, PICTURE, "text"),
        ("", structs.replace(PICTURE, size=(1 << 20) + 1), "file"),
        ("", structs.replace(PICTURE, media_type="image/tiff"), "file"),
    ],
)
async def test_what_viber_cannot_carry_is_told_by_its_address(text: str, file: OutboundFile, kind: str) -> None:
    _, (seen,) = await sent(OK, message=Outbound(7, "a", text, file=file))
    body = json.loads(seen.body)
    assert body["type"] == kind
    assert kind != "text" or body["text"] == "\n".join(filter(None, (text, file.address)))


async def test_a_client_too_old_for_a_file_reads_its_address() -> None:
    _, seen = await sent(TOO_NEW, OK, message=Outbound(7, "a", "", file=PAPER))
    assert json.loads(seen[1].body)["text"] == PAPER.address


async def test_the_second_try_is_as_uncertain_as_the_first() -> None:
    result, seen = await sent(TOO_NEW, Hang(), deadline=0.2)
    assert isinstance(result, SendError)
    assert (result.remedy, result.code, len(seen)) == (Remedy.UNKNOWN, "timeout", 2)


async def test_the_hourly_budget_is_waited_for() -> None:
    result, _ = await sent(Say({"status": 12}))
    assert isinstance(result, SendError)
    assert (result.remedy, result.retry_after) == (Remedy.RETRY, 600.0)
    result, _ = await sent(Say({"status": 12}, headers={"Retry-After": "30"}))
    assert isinstance(result, SendError)
    assert result.retry_after == 30.0


async def test_accepted_without_a_token_is_accepted() -> None:
    result, _ = await sent(Say({"status": 0}))
    assert result == Sent("untracked:7")


def test_every_status_of_the_table_has_a_remedy() -> None:
    assert set(REMEDIES) == set(range(1, 25))
    assert Remedy.UNKNOWN not in REMEDIES.values()


async def test_viber_cannot_be_asked_what_it_accepted() -> None:
    async with aiohttp.ClientSession() as session:
        channel: Channel = ViberChannel("token", "Πολίτης", session)
        assert await channel.find(MESSAGE, FakeClock().now - timedelta(minutes=1), frozenset()) is None
        with pytest.raises(SendError):
            await ViberChannel("token", "Πολίτης", session, api_url="http://127.0.0.1:9", deadline=1.0).send(MESSAGE)
