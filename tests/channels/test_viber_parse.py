"""Viber's callbacks, field by field, and beside the provider's own library."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import aiohttp
import pytest
from viberbot.api.viber_requests import create_request
from yarl import URL

from bot.channels.port import Answer, Attachment, BadWebhook, InboundKind, Parsed, Receipt, Remedy, Status
from bot.channels.viber import ViberChannel
from bot.channels.viber import parse as viber
from dialogues.turn import Choice, Reply
from tests.channels.viber_webhooks import AT_MS, TOKEN, USER, VIBER, event, message, text
from tests.clock import FakeClock

NOW = FakeClock().now
AT = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
FIRST_DAY = datetime(2010, 12, 2, tzinfo=UTC)  # Viber's
MEDIA = "https://dl-media.viber.com/5/media/2/x.jpg"
WELCOMES = {"el": Answer("Καλώς ήρθατε"), "en": Answer("Welcome")}


def parse(payload: Any) -> Parsed:
    return viber.parse(json.dumps(payload).encode(), NOW, WELCOMES)


def test_a_message_as_captured() -> None:
    (inbound,) = parse(message(1, text("γεια"), silent=True)).inbound
    assert (inbound.external_id, inbound.kind) == (f"{TOKEN + 1}", InboundKind.MESSAGE)
    assert (inbound.address, inbound.language) == ("01234567890A=", "el")
    assert (inbound.text, inbound.attachments, inbound.at) == ("γεια", (), AT)


@pytest.mark.parametrize("kind", ["picture", "video", "file", "contact", "location", "url", "sticker", "rich_media"])
def test_what_is_not_text_is_told_by_its_kind(kind: str) -> None:
    (inbound,) = parse(message(1, {"type": kind, "text": "λόγια", "media": "https://x"})).inbound
    assert (inbound.text, inbound.kinds) == ("λόγια", (kind,))


def test_a_kind_nobody_knows_is_told_as_that() -> None:
    (inbound,) = parse(message(1, {"type": "hologram"})).inbound
    assert (inbound.text, inbound.kinds) == ("", ("unknown",))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (
            {"type": "file", "media": MEDIA, "file_name": "αίτηση.pdf", "size": 9},
            Attachment("file", MEDIA, "αίτηση.pdf", 9),
        ),
        ({"type": "picture", "media": MEDIA, "thumbnail": MEDIA}, Attachment("picture", MEDIA)),
        ({"type": "video", "media": MEDIA, "size": 9, "duration": 3}, Attachment("video", MEDIA, size=9)),
        ({"type": "url", "media": "https://example.com/a"}, Attachment("url", "https://example.com/a")),
        ({"type": "sticker", "media": MEDIA, "sticker_id": 46105}, Attachment("sticker", MEDIA)),
        ({"type": "contact", "contact": {"name": "Νίκος", "phone_number": "+3069"}}, Attachment("contact")),
        ({"type": "location", "location": {"lat": 37.97, "lon": 23.72}}, Attachment("location")),
        ({"type": "hologram", "media": MEDIA}, Attachment("unknown")),
    ],
)
def test_an_attachment_is_told_with_what_viber_says_of_it(told: dict[str, Any], found: Attachment) -> None:
    (inbound,) = parse(message(1, told)).inbound
    assert inbound.attachments == (found,)


def test_an_event_that_brings_a_message_along_is_still_that_event() -> None:
    parsed = parse(event(4, "delivered", user_id="a=", sender=USER, message=text("γεια")))
    assert (parsed.inbound, len(parsed.receipts)) == ((), 1)
    assert parse(event(4, "webhook", sender=USER, message=text("γεια"))) == Parsed()


def test_what_a_stranger_made_up_is_left_out() -> None:
    told = {"type": "file", "media": "http://10.0.0.1/", "file_name": ["a"], "size": -1}
    (inbound,) = parse(message(1, told)).inbound
    assert inbound.attachments == (Attachment("file"),)


def test_the_server_that_is_set_as_vibers_may_be_plain_http() -> None:
    told = {"type": "picture", "media": "http://127.0.0.1:9/media/1"}
    parsed = viber.parse(json.dumps(message(1, told)).encode(), NOW, WELCOMES, URL("http://127.0.0.1:9/pa"))
    assert parsed.inbound[0].attachments == (Attachment("picture", "http://127.0.0.1:9/media/1"),)


def test_joining_and_leaving() -> None:
    (joined,) = parse(event(2, "subscribed", user=USER)).inbound
    (left,) = parse(event(3, "unsubscribed", user_id="01234567890A=")).inbound
    assert (joined.kind, joined.external_id, joined.language) == (
        InboundKind.SUBSCRIBED,
        f"subscribed:{TOKEN + 2}",
        "el",
    )
    assert (left.kind, left.external_id, left.address) == (
        InboundKind.UNSUBSCRIBED,
        f"unsubscribed:{TOKEN + 3}",
        "01234567890A=",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("delivered", {"status": Status.DELIVERED}),
        ("seen", {"status": Status.SEEN, "all_before": True}),
        ("failed", {"status": Status.FAILED, "error": "viber:failed", "remedy": Remedy.NEVER}),
    ],
)
def test_receipts(name: str, expected: dict[str, Any]) -> None:
    parsed = parse(event(4, name, user_id="a=", desc="<script>"))
    assert parsed.receipts == (Receipt("viber", f"{TOKEN + 4}", at=AT, address="a=", **expected),)


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        (AT_MS, AT),
        (float(AT_MS), AT),
        (AT_MS + 3_600_000, NOW),
        (AT_MS + 60_000, NOW),
        (1_291_248_000_000, FIRST_DAY),
        (1_291_247_999_999, NOW),
        (AT_MS // 1000, NOW),
        (4987034606158369000, NOW),
        (-(10**30), NOW),
        (True, NOW),
        ("1", NOW),
        (None, NOW),
        (float("inf"), NOW),
    ],
)
def test_a_time_that_cannot_be_is_now(stamp: Any, at: datetime) -> None:
    (inbound,) = parse(message(5, text("α"), timestamp=stamp)).inbound
    assert inbound.at == at


@pytest.mark.parametrize(
    ("told", "language"), [("el-GR", "el"), ("en_US", "en"), ("EL", "el"), ("ελ", None), ("", None), (None, None)]
)
def test_the_devices_language(told: Any, language: str | None) -> None:
    (inbound,) = parse(message(6, text("α"), sender={**USER, "language": told})).inbound
    assert inbound.language == language


@pytest.mark.parametrize(("told", "words"), [("el-GR", "Καλώς ήρθατε"), ("en-GB", "Welcome"), ("fr", "Καλώς ήρθατε")])
def test_who_opens_the_chat_is_welcomed_in_his_language(told: str, words: str) -> None:
    assert parse(event(7, "conversation_started", user={**USER, "language": told})).answer.body == words


def test_without_a_welcome_the_answer_is_empty() -> None:
    opened = json.dumps(event(7, "conversation_started", user=USER)).encode()
    assert viber.parse(opened, NOW, {}) == Parsed()


def test_a_bad_field_is_named_and_its_value_is_not_repeated() -> None:
    with pytest.raises(BadWebhook) as caught:
        parse(message(8, text("α"), sender={"id": "με κενά"}))
    assert str(caught.value) == "id"


async def test_the_welcome_is_a_whole_message_with_a_keyboard_and_no_token() -> None:
    welcome = {"el": Reply("Καλώς ήρθατε", (Choice("Βοήθεια", "help"),))}
    async with aiohttp.ClientSession() as session:
        channel = ViberChannel("secret-token", "Πολίτης", session, welcome=welcome)
        answer = viber.parse(b'{"event":"conversation_started"}', NOW, channel._welcomes).answer
    body = json.loads(answer.body)
    assert answer.content_type == "application/json"
    assert (body["type"], body["text"], body["sender"]) == ("text", "Καλώς ήρθατε", {"name": "Πολίτης"})
    assert body["keyboard"]["Buttons"][0]["ActionBody"] == "help"
    assert "secret-token" not in answer.body
    assert "receiver" not in body


@pytest.mark.parametrize(
    "changed",
    [
        {"auth_token": ""},
        {"auth_token": "line\nbreak"},
        {"auth_token": "κλειδί"},
        {"sender_name": ""},
        {"sender_name": "Α" * 29},
        {"welcome": {"el": Reply("λόγια " * 2000)}},
        {"welcome": {"el": Reply("")}},
    ],
)
async def test_settings_that_viber_would_refuse_stop_the_start(changed: dict[str, Any]) -> None:
    given = {"auth_token": "token", "sender_name": "Πολίτης", **changed}
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ValueError, match="Viber"):
            ViberChannel(session=session, **given)


READABLE = [entry for entry in VIBER if isinstance(entry.body, dict) and entry.expect.value == "200-inbound"]


def library(payload: dict[str, Any]) -> Any:
    """The payload as viberbot reads it, ``None`` where it gives up."""
    try:
        return create_request(payload)
    except Exception:  # noqa: BLE001 - it raises bare exceptions, KeyErrors and more
        return None


@pytest.mark.parametrize("entry", READABLE, ids=lambda entry: entry.name)
def test_what_the_library_can_read_it_reads_the_same(entry: Any) -> None:
    payload = json.loads(entry.bytes())
    theirs = library(payload)
    (ours,) = parse(payload).inbound
    address = {"message": "sender.id", "subscribed": "user.id", "unsubscribed": "user_id"}[payload["event"]]
    assert theirs is None or ours.address == attrgetter(address)(theirs)
    assert ours.external_id.endswith(str(payload["message_token"]))


def test_the_library_gives_up_on_some() -> None:
    given_up = [entry.name for entry in READABLE if library(json.loads(entry.bytes())) is None]
    assert "a type nobody knows" in given_up
    assert len(given_up) < len(READABLE) / 4
