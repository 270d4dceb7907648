from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

import pytest
from viberbot import Api, BotConfiguration
from viberbot.api.viber_requests import create_request

from bot.phone.context import ReceiptTimes
from bot.phone.faults import Faults, ReceiptFaults
from bot.phone.viber_handsets import ATHENS
from tests.bot.phone.conftest import ACCOUNT, A, B, MakeWorld, PhoneHarness, keyboard, text_message


def bubbles(harness: PhoneHarness, key: str = "A") -> list[tuple[bool, str, str, str]]:
    return [(one.mine, one.kind, one.text, one.status) for one in harness.phone.screens.chat("viber", key)]


def drain(queue: asyncio.Queue[dict[str, Any] | None]) -> list[dict[str, Any]]:
    return [change for _ in range(queue.qsize()) if (change := queue.get_nowait()) is not None]


async def test_signature_is_what_the_official_library_accepts(harness: PhoneHarness) -> None:
    assert await harness.phone.viber.write(A.viber_id, "Πού βρίσκεται η αίτησή μου; 😀")
    hook = harness.service.hooks[0]
    signature = hook.headers["X-Viber-Content-Signature"]
    assert Api(BotConfiguration(ACCOUNT.viber_token, "Θυρίδα", "")).verify_signature(hook.body, signature)
    assert signature == hmac.new(ACCOUNT.viber_token.encode(), hook.body, hashlib.sha256).hexdigest()
    assert hook.path_qs == f"/webhooks/viber?sig={signature}"
    assert hook.body.isascii()
    assert rb"\u03a0" in hook.body
    assert hook.json["message"] == {"type": "text", "text": "Πού βρίσκεται η αίτησή μου; 😀"}


async def test_every_callback_is_read_by_the_official_library(harness: PhoneHarness) -> None:
    viber = harness.phone.viber
    await viber.open(A.viber_id, context="από-το-site")
    await viber.subscribe(A.viber_id)
    for message in (
        {"type": "text", "text": "γεια"},
        {"type": "picture", "media": "https://x.example/a.jpg", "text": "το χαρτί"},
        {"type": "file", "media": "https://x.example/a.pdf", "file_name": "a.pdf", "size": 9},
        {"type": "location", "location": ATHENS},
        {"type": "contact", "contact": {"name": "Ά", "phone_number": A.number}},
        {"type": "sticker", "sticker_id": 40100},
        {"type": "url", "media": "https://x.example/"},
    ):
        await viber.say(A.viber_id, message)
    await harness.viber(text_message(A.viber_id))
    await harness.phone.idle()
    await viber.look(A.viber_id)
    await viber.unsubscribe(A.viber_id)
    for hook in harness.service.hooks:
        assert create_request(hook.json).event_type == hook.json["event"]
    assert harness.service.events() == [
        "conversation_started",
        "subscribed",
        *["message"] * 7,
        "delivered",
        "seen",
        "unsubscribed",
    ]


async def test_the_welcome_is_read_from_the_answer(harness: PhoneHarness) -> None:
    harness.service.answer = json.dumps({"type": "text", "text": "Καλώς ήρθατε", "sender": {"name": "Θυρίδα"}}).encode()
    assert await harness.phone.viber.open(A.viber_id)
    started = harness.service.hooks[0].json
    assert (started["type"], started["subscribed"], started["user"]["id"]) == ("open", False, A.viber_id)
    assert bubbles(harness) == [(True, "event", "opened", "taken"), (False, "text", "Καλώς ήρθατε", "delivered")]
    assert harness.phone.counts["viber.welcomed"] == 1


@pytest.mark.parametrize("answer", [b"", b"ok", b'{"type":"text","text":"no sender"}', b"[]"])
async def test_a_bad_welcome_is_not_shown(harness: PhoneHarness, answer: bytes) -> None:
    harness.service.answer = answer
    assert await harness.phone.viber.open(A.viber_id)
    assert [kind for _, kind, _, _ in bubbles(harness)] == ["event"]


async def test_the_first_message_subscribes_without_a_callback(make_world: MakeWorld) -> None:
    harness = await make_world(accept_strangers=False)
    await harness.phone.viber.write(A.viber_id, "γεια")
    assert harness.service.events() == ["message"]
    assert (await harness.viber(text_message(A.viber_id)))["status"] == 0
    assert harness.phone.screens.snapshot()["flags"]["A"] == {"open": True, "subscribed": True}


async def test_tracking_data_comes_back(harness: PhoneHarness) -> None:
    await harness.phone.viber.write(A.viber_id, "γεια")
    await harness.viber(text_message(A.viber_id, tracking_data="turn-7"))
    await harness.phone.viber.write(A.viber_id, "ευχαριστώ")
    first, second = (hook.json["message"] for hook in harness.service.hooks if hook.json["event"] == "message")
    assert "tracking_data" not in first
    assert second["tracking_data"] == "turn-7"


async def test_ticks_from_sent_to_seen(harness: PhoneHarness) -> None:
    await harness.phone.viber.write(A.viber_id, "γεια")
    watched = harness.phone.screens.look()
    tokens = [(await harness.viber(text_message(A.viber_id, text)))["message_token"] for text in ("α", "β")]
    await harness.phone.idle()
    assert [status for *_, status in bubbles(harness)] == ["taken", "delivered", "delivered"]
    await harness.phone.viber.look(A.viber_id)
    await harness.phone.viber.look(A.viber_id)
    assert [status for *_, status in bubbles(harness)] == ["taken", "seen", "seen"]
    receipts = [(one.json["event"], one.json["message_token"]) for one in harness.service.hooks[1:]]
    assert sorted(receipts[:2]) == sorted(("delivered", token) for token in tokens)
    assert receipts[2:] == [("seen", receipts[1][1])]  # once, for the newest
    assert all(one.json["user_id"] == A.viber_id for one in harness.service.hooks[1:])
    changes = [change for change in drain(watched) if change["change"] == "bubble"]
    assert [one["bubble"]["status"] for one in changes if one["bubble"]["text"] == "α"] == ["sent", "delivered", "seen"]


async def test_seen_by_itself(make_world: MakeWorld) -> None:
    harness = await make_world(receipts=ReceiptTimes(delivered=0.1, seen=2.5))
    await harness.viber(text_message("stranger"))
    await harness.phone.idle()
    assert harness.service.events() == ["delivered", "seen"]
    assert harness.time.naps == [0.1, 2.5]


async def test_no_receipts_at_all(make_world: MakeWorld) -> None:
    harness = await make_world(receipts=None)
    await harness.viber(text_message("stranger"))
    await harness.phone.idle()
    assert harness.service.hooks == []


async def test_a_phone_without_signal_gets_its_messages_later(harness: PhoneHarness) -> None:
    await harness.phone.viber.write(A.viber_id, "γεια")
    await harness.phone.switch(A, off=True)
    for text in ("α", "β"):
        await harness.viber(text_message(A.viber_id, text))
    await harness.phone.idle()
    assert harness.service.events() == ["message"]
    await harness.phone.switch(A, off=False)
    assert harness.service.events() == ["message", "delivered", "delivered"]


@pytest.mark.parametrize(
    "button",
    [
        {"Text": "x"},
        {"Text": "x", "ActionBody": "y", "ActionType": "dance"},
        {"Text": "x", "ActionBody": "y", "Columns": 7},
        {"Text": "x", "ActionBody": "y", "Rows": 3},
    ],
)
async def test_a_keyboard_that_the_client_cannot_show_fails_later(
    harness: PhoneHarness, button: dict[str, Any]
) -> None:
    answer = await harness.viber(text_message("stranger", keyboard=keyboard(button)))
    assert answer["status"] == 0
    await harness.phone.idle()
    failed = harness.service.hooks[0].json
    assert (failed["event"], failed["message_token"]) == ("failed", answer["message_token"])
    assert failed["desc"]


async def test_failed_deliveries_on_demand(harness: PhoneHarness) -> None:
    harness.phone.faults.set("viber", Faults(receipts=ReceiptFaults(failed=1)))
    await harness.phone.viber.write(A.viber_id, "γεια")
    await harness.viber(text_message(A.viber_id))
    await harness.phone.idle()
    assert harness.service.events() == ["message", "failed"]
    assert bubbles(harness)[-1][-1] == "failed"


async def test_receipts_twice_and_out_of_order(make_world: MakeWorld) -> None:
    harness = await make_world(receipts=ReceiptTimes(seen=1.0))
    harness.phone.faults.set("viber", Faults(receipts=ReceiptFaults(duplicated=1, disordered=1)))
    for index in range(6):
        await harness.viber(text_message(f"stranger-{index}"))
    await harness.phone.idle()
    by_user: dict[str, list[str]] = {}
    for hook in harness.service.hooks:
        by_user.setdefault(hook.json["user_id"], []).append(hook.json["event"])
    assert all(sorted(events) == ["delivered", "delivered", "seen", "seen"] for events in by_user.values())
    assert any(events[0] == "seen" for events in by_user.values())


async def test_lost_receipts(harness: PhoneHarness) -> None:
    harness.phone.faults.set("viber", Faults(receipts=ReceiptFaults(lost=1)))
    await harness.viber(text_message("stranger"))
    await harness.phone.idle()
    assert harness.service.hooks == []


async def test_retries_until_200_with_the_same_token(make_world: MakeWorld) -> None:
    harness = await make_world(viber_retries=(5.0, 15.0, 60.0))
    harness.service.statuses = [503, 204]  # anything but 200 is no
    assert await harness.phone.viber.write(A.viber_id, "γεια")
    assert len({hook.body for hook in harness.service.hooks}) == 1
    assert [posted.status for posted in harness.phone.journal.posted] == [503, 204, 200]
    assert harness.time.naps == [5.0, 15.0]
    assert bubbles(harness)[-1][-1] == "taken"


async def test_gives_up_in_the_end(make_world: MakeWorld) -> None:
    harness = await make_world(viber_retries=(1.0,))
    harness.service.statuses = [500, 500]
    assert not await harness.phone.viber.write(A.viber_id, "γεια")
    assert bubbles(harness)[-1][-1] == "failed"


async def test_what_taps_send(harness: PhoneHarness) -> None:
    await harness.phone.viber.write(A.viber_id, "γεια")
    buttons: list[dict[str, Any]] = [
        {"Text": "<b>Ναι</b>", "ActionBody": "το ναι"},
        {"Text": "Σιωπηλό", "ActionBody": "ψιτ", "Silent": True},
        {"Text": "Σελίδα", "ActionType": "open-url", "ActionBody": "https://x.example/"},
        {"Text": "Πού", "ActionType": "location-picker", "ActionBody": "x"},
        {"Text": "Κινητό", "ActionType": "share-phone", "ActionBody": "x"},
        {"Text": "Τίποτα", "ActionType": "none", "ActionBody": "x"},
    ]
    await harness.viber(text_message(A.viber_id, keyboard=keyboard(*buttons), min_api_version=3))
    shown = harness.phone.screens.chat("viber", "A")[-1]
    assert shown.keyboard[0]["label"] == "Ναι"
    await harness.phone.idle()
    del harness.service.hooks[:]
    for index in range(len(buttons)):
        await harness.phone.viber.tap(A.viber_id, harness.phone.viber.button(A.viber_id, shown.id, index))
    sent = [(hook.json["message"], hook.json["silent"]) for hook in harness.service.hooks]
    assert sent == [
        ({"type": "text", "text": "το ναι"}, False),
        ({"type": "text", "text": "ψιτ"}, True),
        ({"type": "text", "text": "https://x.example/"}, False),
        ({"type": "location", "location": ATHENS}, False),
        ({"type": "contact", "contact": {"name": "", "phone_number": A.number}}, False),
    ]
    assert "ψιτ" not in [text for _, _, text, _ in bubbles(harness)]


@pytest.mark.parametrize(("bubble", "button"), [(999, 0), (0, 5), (0, -1)])
async def test_no_such_button(harness: PhoneHarness, bubble: int, button: int) -> None:
    await harness.phone.viber.write(B.viber_id, "γεια")
    shown = harness.phone.screens.chat("viber", "B")[-1]
    with pytest.raises(LookupError):
        harness.phone.viber.button(B.viber_id, bubble or shown.id, button)


async def test_strangers_have_no_screen(harness: PhoneHarness) -> None:
    assert await harness.phone.viber.write("stranger", "γεια")
    await harness.viber(text_message("stranger"))
    await harness.phone.idle()
    await harness.phone.viber.look("stranger")
    assert harness.service.events() == ["message", "delivered", "seen"]
    assert all(not chat["bubbles"] for chat in harness.phone.screens.snapshot()["chats"])
