from __future__ import annotations

import json
from typing import Any

import pytest

from bot.phone.viber_rules import plain_label
from tests.bot.phone.conftest import ACCOUNT, PUBLIC, A, B, MakeWorld, PhoneHarness, keyboard, text_message

ANYONE = "user-nobody-knows"
REPLY = {"ActionBody": "ναι", "Text": "Ναι"}

REFUSED: list[tuple[str, Any, int]] = [
    ("not JSON", b"{", 3),
    ("not an object", b"[]", 3),
    ("over 30 KB", text_message(ANYONE, "α" * 7000), 3),  # 7000 letters are 42 KB when escaped
    ("no receiver", text_message(""), 4),
    ("receiver is no string", text_message(ANYONE, receiver=["x"]), 3),
    ("no sender", text_message(ANYONE, sender={}), 4),
    ("sender is no object", text_message(ANYONE, sender="Θυρίδα"), 4),
    ("long sender name", text_message(ANYONE, sender={"name": "x" * 29}), 3),
    ("no text", text_message(ANYONE, ""), 4),
    ("text too long", text_message(ANYONE, "a" * 7001), 3),
    ("text is no string", text_message(ANYONE, text=5), 3),
    ("long tracking data", text_message(ANYONE, tracking_data="x" * 4001), 3),
    ("unknown type", text_message(ANYONE, type="fax"), 3),
    ("type is no string", text_message(ANYONE, type=["text"]), 3),
    ("nothing at all", {"receiver": ANYONE, "sender": {"name": "Θυρίδα"}}, 4),
    ("picture without media", text_message(ANYONE, type="picture"), 4),
    ("file without size", text_message(ANYONE, type="file", media="https://x/y.pdf", file_name="y.pdf"), 4),
    ("keyboard of another type", text_message(ANYONE, keyboard={"Type": "piano", "Buttons": [REPLY]}), 3),
    ("keyboard without buttons", text_message(ANYONE, keyboard=keyboard()), 3),
    ("button is no object", text_message(ANYONE, keyboard={"Type": "keyboard", "Buttons": ["x"]}), 3),
    (
        "a new feature for an old client",
        text_message(ANYONE, keyboard=keyboard({**REPLY, "ActionType": "share-phone"})),
        14,
    ),
    ("version is no number", text_message(ANYONE, keyboard=keyboard(REPLY), min_api_version="3"), 3),
]


@pytest.mark.parametrize(("message", "status"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_refuses_what_viber_refuses(harness: PhoneHarness, message: Any, status: int) -> None:
    answer = await harness.viber(message)
    assert answer["status"] == status
    assert answer["status_message"] != "ok"
    assert harness.phone.accepted == []
    assert harness.phone.counts[f"viber.refused.{status}"] == 1


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_wrong_token(harness: PhoneHarness, token: str | None) -> None:
    answer = await harness.viber(text_message(ANYONE), token=token)
    assert (answer["status"], answer["status_message"]) == (2, "invalidAuthToken")


async def test_token_in_the_body_is_as_good(harness: PhoneHarness) -> None:
    answer = await harness.viber(text_message(ANYONE, auth_token=ACCOUNT.viber_token), token=None)
    assert answer["status"] == 0


async def test_accepts_and_records_in_order(harness: PhoneHarness) -> None:
    tokens = [(await harness.viber(text_message(ANYONE, text)))["message_token"] for text in ("ένα", "δύο")]
    assert [(one.channel, one.address, one.text, one.provider_id) for one in harness.phone.accepted] == [
        ("viber", ANYONE, "ένα", str(tokens[0])),
        ("viber", ANYONE, "δύο", str(tokens[1])),
    ]
    assert harness.phone.accepted[0].at == harness.time.now
    assert harness.phone.counts["viber.accepted"] == 2
    assert all(5 * 10**18 <= token < 2**63 for token in tokens)


async def test_a_keyboard_alone_is_a_message(harness: PhoneHarness) -> None:
    answer = await harness.viber({"receiver": ANYONE, "sender": {"name": "Θ"}, "keyboard": keyboard(REPLY)})
    assert answer["status"] == 0


async def test_receivers_of_a_closed_world(make_world: MakeWorld) -> None:
    harness = await make_world(accept_strangers=False)
    assert (await harness.viber(text_message(ANYONE)))["status"] == 5
    assert (await harness.viber(text_message(A.viber_id)))["status"] == 6
    await harness.phone.viber.write(A.viber_id, "γεια")
    assert (await harness.viber(text_message(A.viber_id)))["status"] == 0
    await harness.phone.viber.unsubscribe(A.viber_id)
    assert (await harness.viber(text_message(A.viber_id)))["status"] == 6


async def test_a_hundred_an_hour_without_a_reply(make_world: MakeWorld) -> None:
    harness = await make_world(hourly_limit=2, receipts=None)
    assert [(await harness.viber(text_message(ANYONE)))["status"] for _ in range(3)] == [0, 0, 12]
    assert (await harness.viber(text_message(B.viber_id)))["status"] == 0
    harness.time.forward(minutes=61)
    assert (await harness.viber(text_message(ANYONE)))["status"] == 0
    assert [(await harness.viber(text_message(ANYONE)))["status"] for _ in range(2)] == [0, 12]
    await harness.phone.viber.write(ANYONE, "ευχαριστώ")
    assert (await harness.viber(text_message(ANYONE)))["status"] == 0


async def _set_webhook(harness: PhoneHarness, token: str = ACCOUNT.viber_token, **request: Any) -> dict[str, Any]:
    url = f"{harness.running.viber_api_url}/set_webhook"
    async with harness.http.post(url, json=request, headers={"X-Viber-Auth-Token": token}) as response:
        assert response.status == 200
        answer: dict[str, Any] = await response.json()
        return answer


async def test_set_webhook_needs_a_200(make_world: MakeWorld) -> None:
    harness = await make_world(viber_path=None)
    assert (await harness.viber(text_message(ANYONE)))["status"] == 10
    assert await harness.phone.viber.write(A.viber_id, "ακούει κανείς;") is False

    harness.service.statuses = [419]
    refused = await _set_webhook(harness, url=f"{PUBLIC}/hook")
    assert refused["status"] == 1
    assert "419" in refused["status_message"]
    assert (await harness.viber(text_message(ANYONE)))["status"] == 10

    accepted = await _set_webhook(harness, url=f"{PUBLIC}/hook", event_types=["seen", "nonsense"], send_name=True)
    assert accepted == {"status": 0, "status_message": "ok", "event_types": ["seen", "message"]}
    assert harness.service.events() == ["webhook", "webhook"]
    assert (await harness.viber(text_message(ANYONE)))["status"] == 0


async def test_set_webhook_filters_and_names(harness: PhoneHarness) -> None:
    await _set_webhook(harness, url=f"{PUBLIC}/hook?a=1", event_types=["seen"], send_name=True)
    await harness.phone.viber.subscribe(A.viber_id)  # filtered out
    await harness.phone.viber.write(A.viber_id, "γεια")
    assert harness.service.events() == ["webhook", "message"]
    message = harness.service.hooks[-1]
    assert message.path_qs.startswith("/hook?a=1&sig=")
    assert message.json["sender"]["name"] == A.name


@pytest.mark.parametrize(
    ("request_body", "status"), [({}, 4), ({"url": 5}, 4), ({"url": "https://elsewhere.example/x"}, 1)]
)
async def test_set_webhook_refuses(harness: PhoneHarness, request_body: dict[str, Any], status: int) -> None:
    assert (await _set_webhook(harness, **request_body))["status"] == status
    assert harness.service.hooks == []


async def test_set_webhook_wants_the_token_and_can_remove(harness: PhoneHarness) -> None:
    assert (await _set_webhook(harness, token="wrong", url=""))["status"] == 2
    assert (await _set_webhook(harness, url=""))["status"] == 0
    assert (await harness.viber(text_message(ANYONE)))["status"] == 10


async def test_account_info(harness: PhoneHarness) -> None:
    await harness.phone.viber.subscribe(A.viber_id)
    url = f"{harness.running.viber_api_url}/get_account_info"
    async with harness.http.post(url, data=b"{}", headers={"X-Viber-Auth-Token": ACCOUNT.viber_token}) as response:
        info = await response.json()
    assert (info["status"], info["webhook"], info["subscribers_count"]) == (0, f"{PUBLIC}/webhooks/viber", 1)
    async with harness.http.post(url, data=json.dumps({"auth_token": "wrong"})) as response:
        assert (await response.json())["status"] == 2


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("<b>Ναι</b>", "Ναι"),
        ("<font color='#fff'>Όχι &amp; άλλα</font>", "Όχι & άλλα"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("&lt;img src=x&gt;", "<img src=x>"),  # text from here on: the page never reads it as markup
        (None, ""),
    ],
)
def test_labels_become_plain(label: str | None, plain: str) -> None:
    assert plain_label(label) == plain
