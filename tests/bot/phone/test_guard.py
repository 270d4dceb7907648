"""Who may use the phone, and what its answers say to a browser."""

from __future__ import annotations

import pytest

from tests.bot.phone.conftest import PhoneHarness

DEEP = "[" * 40_000


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Host": "localhost:1", "Origin": "http://127.0.0.1:8082"}, True),
        ({"Host": "[::1]:8082"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Host": "bent-to-loopback.example"}, False),
        ({"Host": "127.0.0.1.evil.example"}, False),
        ({"Host": "[::1"}, False),
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/phone/facts", 200),
        ("GET", "/admin/accepted", 200),
        ("POST", "/phone/A/sms/write", 202),
        ("POST", "/admin/clear", 204),
        ("PUT", "/phone/A/upload/x.bin", 415),
    ],
)
async def test_only_this_machine_uses_the_phone(
    harness: PhoneHarness, method: str, path: str, status: int, headers: dict[str, str], allowed: bool
) -> None:
    body = {"text": "γεια"}
    async with harness.http.request(method, f"{harness.running.url}{path}", json=body, headers=headers) as response:
        assert response.status == (status if allowed else 403)
    await harness.phone.idle()
    assert bool(harness.service.hooks) is (allowed and path.endswith("write"))


@pytest.mark.parametrize("body", [DEEP, f'{{"text": {DEEP}', '{"bubble": Infinity, "button": 0}', "{", "[]", "\xff"])
@pytest.mark.parametrize("path", ["sms/write", "viber/write", "viber/tap", "both/switch"])
async def test_what_cannot_be_read_is_a_bad_request(harness: PhoneHarness, path: str, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{harness.running.url}/phone/A/{path}"
    async with harness.http.post(url, data=body.encode("latin-1"), headers=headers) as response:
        assert response.status in (400, 404)
        assert "[" not in await response.text()


async def test_deep_json_is_no_message_to_viber_either(harness: PhoneHarness) -> None:
    async with harness.http.post(f"{harness.running.url}/pa/send_message", data="[" * 20_000) as response:
        assert response.status == 200
        assert (await response.json())["status"] != 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/static/phone.js", 200),
        ("/static/nothing", 404),
        ("/phone/facts", 200),
        ("/phone/stream", 200),
        ("/phone/A/sms/write", 405),
        ("/media/a/b", 404),
        ("/admin/counts", 200),
        ("/nowhere", 404),
    ],
)
async def test_no_browser_guesses_at_an_answer(harness: PhoneHarness, path: str, status: int) -> None:
    async with harness.http.get(f"{harness.running.url}{path}") as response:
        assert response.status == status
        assert response.headers["X-Content-Type-Options"] == "nosniff"
