from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from bot.channels.port import WebhookRequest
from bot.channels.viber import ViberChannel
from bot.phone import screens
from bot.phone.media import LIMIT
from bot.phone.page_routes import FILES, PAGE
from tests.bot.phone.conftest import ACCOUNT, A, MakeWorld, PhoneHarness, keyboard, text_message

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100


async def act(harness: PhoneHarness, path: str, body: Any = None, key: str = "A") -> int:
    async with harness.http.post(f"{harness.running.url}/phone/{key}/{path}", json=body or {}) as response:
        status = response.status
    await harness.phone.idle()
    return status


async def test_the_page_is_served_and_allows_nothing_foreign(harness: PhoneHarness) -> None:
    async with harness.http.get(harness.running.url) as response:
        text, policy = await response.text(), response.headers["Content-Security-Policy"]
    assert "<main>" in text
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    for name, content_type in FILES.items():
        assert name == "sample.jpg" or name in text + "".join(
            (PAGE / script).read_text("utf-8") for script in FILES if script.endswith(".js")
        )
        async with harness.http.get(f"{harness.running.url}/static/{name}") as response:
            assert (response.status, response.content_type) == (200, content_type)
    async with harness.http.get(f"{harness.running.url}/static/index.html") as response:
        assert response.status == 404


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js")])
def test_texts_never_become_markup(name: str) -> None:
    script = (PAGE / name).read_text("utf-8")
    assert not [
        sink for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(") if sink in script
    ]


async def test_who_holds_a_phone(harness: PhoneHarness) -> None:
    async with harness.http.get(f"{harness.running.url}/phone/facts") as response:
        facts = await response.json()
    assert [(one["key"], one["afm"], one["registered"]) for one in facts["people"]] == [
        ("A", "123456783", True),
        ("B", "090000045", True),
        ("C", "090000057", True),
        ("D", "090000069", True),
        ("E", "090000070", False),
        ("X", None, False),
    ]
    assert facts["number"] == ACCOUNT.sms_number


async def test_what_is_typed_arrives_signed(harness: PhoneHarness) -> None:
    assert await act(harness, "sms/write", {"text": "που βρισκεται η αιτηση μου"}) == 202
    hook = harness.service.hooks[0]
    assert (hook.form["From"], hook.form["Body"]) == (A.number, "που βρισκεται η αιτηση μου")
    assert RequestValidator(ACCOUNT.twilio_token).validate(hook.url, hook.form, hook.headers["X-Twilio-Signature"])
    assert await act(harness, "viber/write", {"text": "σύνδεση"}) == 202
    assert harness.service.hooks[1].json["message"]["text"] == "σύνδεση"


@pytest.mark.parametrize(
    ("action", "event", "kind"),
    [
        ("viber/open", "conversation_started", None),
        ("viber/subscribe", "subscribed", None),
        ("viber/unsubscribe", "unsubscribed", None),
        ("viber/picture", "message", "picture"),
        ("viber/contact", "message", "contact"),
        ("viber/location", "message", "location"),
        ("viber/sticker", "message", "sticker"),
    ],
)
async def test_every_button_of_the_page(harness: PhoneHarness, action: str, event: str, kind: str | None) -> None:
    assert await act(harness, action) == 202
    hook = harness.service.hooks[0].json
    assert hook["event"] == event
    assert hook.get("message", {}).get("type") == kind
    if kind == "picture":
        async with harness.http.get(hook["message"]["media"]) as response:
            assert (response.status, response.content_type) == (200, "image/jpeg")


async def test_tap_look_and_switch(harness: PhoneHarness) -> None:
    await act(harness, "viber/write", {"text": "γεια"})
    buttons = keyboard({"Text": "Ναι", "ActionBody": "ναι"})
    await harness.viber(text_message(A.viber_id, keyboard=buttons))
    await harness.phone.idle()
    shown = harness.phone.screens.chat("viber", "A")[-1]
    assert await act(harness, "viber/tap", {"bubble": shown.id, "button": 0}) == 202
    assert await act(harness, "viber/look") == 202
    assert await act(harness, "both/switch", {"off": True}) == 202
    assert harness.service.events() == ["message", "delivered", "message", "seen"]
    assert harness.phone.screens.snapshot()["flags"]["A"]["off"] is True


@pytest.mark.parametrize(
    ("path", "body", "key", "status"),
    [
        ("viber/write", {"text": "  "}, "A", 400),
        ("viber/write", {"text": 5}, "A", 400),
        ("viber/write", {"text": "x" * 7001}, "A", 400),
        ("sms/write", {}, "A", 400),
        ("sms/write", {"text": "x" * 1601}, "A", 400),
        ("sms/write", ["text"], "A", 400),
        ("viber/tap", {"bubble": 1, "button": 0}, "A", 404),
        ("viber/tap", {"bubble": "one", "button": 0}, "A", 400),
        ("viber/tap", {}, "A", 404),
        ("viber/dance", {}, "A", 404),
        ("sms/look", {}, "A", 404),
        ("fax/write", {"text": "x"}, "A", 404),
        ("sms/write", {"text": "x"}, "Z", 404),
    ],
)
async def test_what_the_page_would_not_send(harness: PhoneHarness, path: str, body: Any, key: str, status: int) -> None:
    assert await act(harness, path, body, key) == status
    assert harness.service.hooks == []


async def test_another_site_cannot_write(harness: PhoneHarness) -> None:
    url = f"{harness.running.url}/phone/A/sms/write"
    async with harness.http.post(url, data='{"text":"x"}', headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    async with harness.http.post(url, data="{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("name", "content", "kind"), [("φωτο.png", PNG, "picture"), ("χαρτί.pdf", b"%PDF-1.7 ...", "file")]
)
async def test_uploads_are_sent_and_served(harness: PhoneHarness, name: str, content: bytes, kind: str) -> None:
    async with harness.http.put(f"{harness.running.url}/phone/A/upload/{name}", data=content) as response:
        assert response.status == 202
    await harness.phone.idle()
    message = harness.service.hooks[0].json["message"]
    assert (message["type"], message["file_name"], message["size"]) == (kind, name, len(content))
    async with harness.http.get(message["media"]) as response:
        assert await response.read() == content
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_service_fetches_what_a_person_sent(harness: PhoneHarness) -> None:
    paper = b"%PDF-1.7 ..."
    async with harness.http.put(f"{harness.running.url}/phone/A/upload/paper.pdf", data=paper) as response:
        assert response.status == 202
    await harness.phone.idle()
    channel = ViberChannel(ACCOUNT.viber_token, "Θυρίδα", harness.http, api_url=harness.running.viber_api_url)
    hook = harness.service.hooks[0]
    request = WebhookRequest("/webhooks/viber", hook.url, hook.headers, hook.body, harness.time.now)
    (attachment,) = channel.parse(request).inbound[0].attachments
    assert (attachment.kind, attachment.name, attachment.size) == ("file", "paper.pdf", len(paper))
    assert await channel.fetch(attachment, 1 << 20) == paper


async def test_uploads_that_are_not_taken(harness: PhoneHarness) -> None:
    url = f"{harness.running.url}/phone/A/upload/x"
    async with harness.http.put(url, data=b"<svg onload=alert(1)>") as response:
        assert response.status == 415
    async with harness.http.put(url, data=io.BytesIO(b"x" * (LIMIT + 1))) as response:
        assert response.status == 413

    async def pieces() -> Any:
        yield PNG

    async with harness.http.put(url, data=pieces()) as response:
        assert response.status == 411
    async with harness.http.get(f"{harness.running.url}/media/nothing/x") as response:
        assert response.status == 404


async def test_old_uploads_make_room(harness: PhoneHarness) -> None:
    for _ in range(21):
        async with harness.http.put(f"{harness.running.url}/phone/A/upload/x.png", data=PNG) as response:
            assert response.status == 202
    await harness.phone.idle()
    found = []
    for hook in (harness.service.hooks[0], harness.service.hooks[-1]):
        async with harness.http.get(hook.json["message"]["media"]) as response:
            found.append(response.status)
    assert found == [404, 200]


async def next_change(stream: aiohttp.StreamReader) -> dict[str, Any]:
    while True:
        line = await asyncio.wait_for(stream.readline(), 5)
        if line.startswith(b"data: "):
            change: dict[str, Any] = json.loads(line[6:])
            return change


async def test_the_stream_tells_everything_live(harness: PhoneHarness) -> None:
    await harness.phone.sms.write(A.number, "πριν")
    async with harness.http.get(f"{harness.running.url}/phone/stream") as response:
        assert response.content_type == "text/event-stream"
        snapshot = await next_change(response.content)
        sms = next(chat for chat in snapshot["chats"] if (chat["channel"], chat["person"]) == ("sms", "A"))
        assert [(one["text"], one["status"]) for one in sms["bubbles"]] == [("πριν", "taken")]
        assert sms["bubbles"][0]["parts"] == {"encoding": "UCS-2", "units": 4, "parts": 1}
        await harness.sms(Body="<img src=x onerror=alert(1)>")
        change = await next_change(response.content)
        assert (change["change"], change["bubble"]["text"]) == ("bubble", "<img src=x onerror=alert(1)>")
        await harness.phone.idle()
        statuses = [(await next_change(response.content))["bubble"]["status"] for _ in range(2)]
        assert statuses == ["sent", "delivered"]
        harness.phone.screens.close()
        rest = await asyncio.wait_for(response.content.read(), 5)
        assert b"data" not in rest


async def test_a_page_that_lags_is_cut_off(make_world: MakeWorld) -> None:
    harness = await make_world(receipts=None)
    queue = harness.phone.screens.look()
    for _ in range(screens.BACKLOG + 10):
        await harness.phone.sms.write(A.number, "x")
    changes = [queue.get_nowait() for _ in range(queue.qsize())]
    assert len(changes) == screens.BACKLOG + 1
    assert changes[-1] is None
    assert len(harness.phone.screens.chat("sms", "A")) == screens.KEPT
