"""What arrives at the Viber webhook."""

from __future__ import annotations

from typing import Any

from tests.channels.signing import Expect, Signing, Webhook

_INBOUND = Expect.INBOUND
_RECEIPT = Expect.RECEIPT
_NOTHING = Expect.NOTHING
_BAD = Expect.BAD
_FORBIDDEN = Expect.FORBIDDEN
AT_MS = 1_795_424_340_000  # 2026-11-23 08:59:00 UTC
TOKEN = 5_741_311_803_571_721_000

USER: dict[str, Any] = {
    "id": "01234567890A=",
    "name": "Μαρία",
    "avatar": "https://avatar.example.com",
    "country": "GR",
    "language": "el-GR",
    "api_version": 10,
}


def message(number: int, content: Any, **more: Any) -> dict[str, Any]:
    """A Viber message as captured: ``number`` makes its token."""
    return {
        "event": "message",
        "timestamp": AT_MS,
        "chat_hostname": "SN-CHAT-03_",
        "message_token": TOKEN + number,
        "sender": USER,
        "message": content,
        "silent": False,
        **more,
    }


def event(number: int, name: str, **more: Any) -> dict[str, Any]:
    return {"event": name, "timestamp": AT_MS, "chat_hostname": "SN-407_", "message_token": TOKEN + number, **more}


def text(value: Any) -> dict[str, Any]:
    return {"type": "text", "text": value}


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in names}


def viber(name: str, body: Any, expect: Expect, signing: Signing = Signing.RIGHT) -> Webhook:
    return Webhook(name, "viber", body, expect, signing=signing)


_MEDIA = {"media": "https://dl-media.viber.com/x", "thumbnail": "https://dl-media.viber.com/t"}

VIBER = (
    viber("text", message(1, text("που βρίσκεται η αίτησή μου;")), _INBOUND),
    viber("text with an emoji", message(2, text("ευχαριστώ 🙏🏽")), _INBOUND),
    viber("half a surrogate pair", message(3, text("\ud83d")), _INBOUND),
    viber("a NUL in the text", message(4, text("α\x00β")), _INBOUND),
    viber("empty text", message(5, text("")), _INBOUND),
    viber("text is null", message(6, text(None)), _INBOUND),
    viber("text is missing", message(7, {"type": "text"}), _INBOUND),
    viber("text is a number", message(8, text(7)), _BAD),
    viber("7,000 letters", message(9, text("ά" * 7000)), _INBOUND),
    viber("a silent tap", message(10, text("Η αίτησή μου"), silent=True, reply_type="message"), _INBOUND),
    viber("tracking data and a chat", message(11, {**text("ναι"), "tracking_data": "t"}, chat_id="c=="), _INBOUND),
    viber("picture", message(12, {"type": "picture", "file_name": "p.jpg", "size": 9, **_MEDIA}), _INBOUND),
    viber("picture with words", message(13, {"type": "picture", "text": "το έγγραφο", **_MEDIA}), _INBOUND),
    viber("video", message(14, {"type": "video", "duration": 9, "size": 9, **_MEDIA}), _INBOUND),
    viber("file", message(15, {"type": "file", "file_name": "αίτηση.pdf", "size": 9, **_MEDIA}), _INBOUND),
    viber("contact", message(16, {"type": "contact", "contact": {"phone_number": "+306900000009"}}), _INBOUND),
    viber("contact without a contact", message(17, {"type": "contact"}), _INBOUND),
    viber("location", message(18, {"type": "location", "location": {"lat": 37.97, "lon": 23.72}}), _INBOUND),
    viber("location at the pole", message(19, {"type": "location", "location": {"lat": 90, "lon": 0}}), _INBOUND),
    viber("location without its length", message(20, {"type": "location", "location": {"lat": 1}}), _INBOUND),
    viber("url", message(21, {"type": "url", "media": "https://example.com"}), _INBOUND),
    viber("sticker", message(22, {"type": "sticker", "sticker_id": 46105}), _INBOUND),
    viber("rich media", message(23, {"type": "rich_media", "rich_media": {}}), _INBOUND),
    viber("a type nobody knows", message(24, {"type": "hologram"}), _INBOUND),
    viber("no type", message(25, {"text": "α"}), _BAD),
    viber("type is a list", message(26, {"type": ["text"]}), _BAD),
    viber("message is a string", message(27, "γεια"), _BAD),
    viber("no message", without(message(28, None), "message"), _BAD),
    viber("no sender", without(message(29, text("α")), "sender"), _BAD),
    viber("sender without an id", message(30, text("α"), sender=without(USER, "id")), _BAD),
    viber("sender's id is null", message(31, text("α"), sender={"id": None}), _BAD),
    viber("sender's id of 50 kilobytes", message(32, text("α"), sender={"id": "A" * 50_000}), _BAD),
    viber("nothing known of the sender but the id", message(33, text("α"), sender={"id": "01234567890A="}), _INBOUND),
    viber("language is a number", message(34, text("α"), sender={**USER, "language": 30}), _INBOUND),
    viber("no token", without(message(35, text("α")), "message_token"), _BAD),
    viber("token is text", message(36, text("α"), message_token=f"{TOKEN + 36}"), _INBOUND),
    viber("token is true", message(37, text("α"), message_token=True), _BAD),
    viber("token is half", message(38, text("α"), message_token=0.5), _BAD),
    viber("no timestamp", without(message(39, text("α")), "timestamp"), _INBOUND),
    viber("timestamp beyond the calendar", message(40, text("α"), timestamp=10**30), _INBOUND),
    viber("timestamp before the calendar", message(41, text("α"), timestamp=-(10**18)), _INBOUND),
    viber("timestamp in seconds", message(42, text("α"), timestamp=AT_MS // 1000), _INBOUND),
    viber("timestamp is text", message(43, text("α"), timestamp="χθες"), _INBOUND),
    viber("timestamp is not a number", message(44, text("α"), timestamp=float("nan")), _INBOUND),
    viber("fields nobody announced", message(45, text("α"), billing={"a": [1]}, priority="x"), _INBOUND),
    viber("opened", event(50, "conversation_started", type="open", user=USER, subscribed=False), _NOTHING),
    viber("opened by a link", event(51, "conversation_started", type="open", context="c", user=USER), _NOTHING),
    viber("opened by nobody", event(52, "conversation_started"), _NOTHING),
    viber("subscribed", event(53, "subscribed", user=USER), _INBOUND),
    viber("subscribed by nobody", event(54, "subscribed"), _BAD),
    viber("unsubscribed", event(55, "unsubscribed", user_id="01234567890A="), _INBOUND),
    viber("unsubscribed, told the wrong way", event(56, "unsubscribed", user=USER), _BAD),
    viber("delivered", event(57, "delivered", user_id="01234567890A="), _RECEIPT),
    viber("seen", event(58, "seen", user_id="01234567890A="), _RECEIPT),
    viber("failed", event(59, "failed", user_id="01234567890A=", desc="failure description"), _RECEIPT),
    viber("failed, nobody knows why", event(60, "failed", user_id="01234567890A="), _RECEIPT),
    viber("delivered without a token", without(event(61, "delivered", user_id="a"), "message_token"), _BAD),
    viber("delivered to nobody", event(62, "delivered"), _BAD),
    viber("the webhook was set", event(63, "webhook"), _NOTHING),
    viber("likewise, timestamp and token swapped", event(64, "webhook", timestamp=4987034606158369000), _NOTHING),
    viber("an event nobody knows", event(65, "client_status", user_id="a"), _NOTHING),
    viber("no event", without(event(66, "x"), "event"), _BAD),
    viber("event is a list", event(67, "x") | {"event": ["message"]}, _BAD),
    viber("not JSON", b"event=message", _BAD),
    viber("nothing", b"", _BAD),
    viber("a JSON list", b"[]", _BAD),
    viber("a JSON null", b"null", _BAD),
    viber("JSON cut short", b'{"event":"message","timestamp":1', _BAD),
    viber("JSON 60,000 brackets deep", b"[" * 60_000, _BAD),
    viber("a number of 5,000 digits", b'{"event":' + b"9" * 5000 + b"}", _BAD),
    viber("not UTF-8", b'{"event":"\xff\xfe"}', _BAD),
    viber("unsigned", message(70, text("α")), _FORBIDDEN, Signing.MISSING),
    viber("signed with nothing", message(71, text("α")), _FORBIDDEN, Signing.EMPTY),
    viber("signed wrong", message(72, text("α")), _FORBIDDEN, Signing.WRONG),
    viber("signed in Greek", message(73, text("α")), _FORBIDDEN, Signing.NOT_ASCII),
    viber("signed by another", message(74, text("α")), _FORBIDDEN, Signing.OTHER_TOKEN),
    viber("signed in capitals", message(75, text("α")), _FORBIDDEN, Signing.UPPER),
    viber("altered", message(76, text("α")), _FORBIDDEN, Signing.ALTERED),
    viber("signed in the query", message(77, text("α")), _INBOUND, Signing.IN_QUERY),
    viber("signed wrong in the query", message(78, text("α")), _FORBIDDEN, Signing.WRONG_IN_QUERY),
    viber("the header counts, not the query", message(79, text("α")), _FORBIDDEN, Signing.WRONG_BESIDE_QUERY),
    viber("nothing, unsigned", b"", _FORBIDDEN, Signing.MISSING),
)
