from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from bot.phone.faults import Faults, ReceiptFaults
from tests.bot.phone.conftest import ACCOUNT, PUBLIC, A, B, E, Hook, MakeWorld, World

CALLBACK = f"{PUBLIC}/webhooks/sms/status?id=42&x=%CE%B1"

REFUSED = [
    ("no To", {"To": ""}, 400, 21604),
    ("no From", {"From": ""}, 400, 21603),
    ("no Body", {"Body": ""}, 400, 21602),
    ("To without a country", {"To": "6900000001"}, 400, 21211),
    ("To with letters", {"To": "+30690000000a"}, 400, 21211),
    ("To in other digits", {"To": "+٣٠٦٩٠٠٠٠٠٠٠١"}, 400, 21211),
    ("to ourselves", {"To": ACCOUNT.sms_number}, 400, 21266),
    ("From somebody else", {"From": "+302109999999"}, 400, 21606),
    ("a service that is not", {"From": "", "MessagingServiceSid": "MG1"}, 400, 21701),
    ("1601 characters", {"Body": "α" * 1601}, 400, 21617),
    ("a callback that is no URL", {"StatusCallback": "javascript:x"}, 400, 21609),
]


@pytest.mark.parametrize(("form", "http", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_refuses_what_twilio_refuses(world: World, form: dict[str, str], http: int, code: int) -> None:
    status, body = await world.sms(**form)
    assert (status, body["status"], body["code"]) == (http, http, code)
    assert body["message"]
    assert world.phone.accepted == []
    assert world.phone.counts[f"sms.refused.{code}"] == 1


@pytest.mark.parametrize("authorization", [None, "Basic x", "Basic " + "eDp5", "Bearer abc"])
async def test_wrong_credentials(world: World, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for method in ("POST", "GET"):
        async with world.http.request(method, world.messages_url, headers=headers) as response:
            assert response.status == 401
            assert (await response.json())["code"] == 20003


async def test_another_account(world: World) -> None:
    status, body = await world.get(world.messages_url.replace(ACCOUNT.twilio_sid, "AC" + "9" * 32))
    assert (status, body["code"]) == (404, 20404)


async def test_created_as_twilio_says_it(world: World) -> None:
    status, body = await world.sms(Body="α" * 71)
    assert status == 201
    assert body["sid"].startswith("SM")
    assert len(body["sid"]) == 34
    expected = {
        "status": "queued",
        "num_segments": "2",
        "error_code": None,
        "from": ACCOUNT.sms_number,
        "to": A.number,
        "direction": "outbound-api",
        "date_sent": None,
        "date_created": "Sun, 22 Nov 2026 10:00:00 +0000",
    }
    assert {name: body[name] for name in expected} == expected
    accepted = world.phone.accepted[0]
    assert (accepted.channel, accepted.address, accepted.provider_id) == ("sms", A.number, body["sid"])


async def test_statuses_are_posted_and_signed(world: World) -> None:
    _, body = await world.sms(StatusCallback=CALLBACK)
    await world.phone.idle()
    assert world.service.events() == ["sent", "delivered"]
    validator = RequestValidator(ACCOUNT.twilio_token)
    for hook in world.service.hooks:
        assert hook.url == CALLBACK
        assert validator.validate(hook.url, hook.form, hook.headers["X-Twilio-Signature"])
        assert not validator.validate(hook.url + "1", hook.form, hook.headers["X-Twilio-Signature"])
        assert (hook.form["MessageSid"], hook.form["To"]) == (body["sid"], A.number)
    _, fetched = await world.get(f"{world.messages_url.removesuffix('.json')}/{body['sid']}.json")
    assert fetched["status"] == "delivered"
    assert fetched["date_sent"]


async def test_a_messaging_service_accepts_first(make_world: MakeWorld) -> None:
    account = replace(ACCOUNT, sms_service="MG5")
    world = await make_world(account=account)
    _, body = await world.sms(From="", MessagingServiceSid="MG5", StatusCallback=CALLBACK)
    assert (body["status"], body["from"], body["num_segments"]) == ("accepted", None, "0")
    await world.phone.idle()
    assert world.service.events() == ["queued", "sent", "delivered"]
    assert world.service.hooks[0].form["MessagingServiceSid"] == "MG5"


@pytest.mark.parametrize("why", ["off", "fault", "unknown"])
async def test_undelivered(make_world: MakeWorld, why: str) -> None:
    world = await make_world(accept_strangers=False)
    to, code = (A.number, "30003") if why != "unknown" else ("+306999999999", "30005")
    if why == "off":
        await world.phone.switch(A, off=True)
    if why == "fault":
        world.phone.faults.set("sms", Faults(receipts=ReceiptFaults(failed=1)))
    await world.sms(To=to, StatusCallback=CALLBACK)
    await world.phone.idle()
    last = world.service.hooks[-1].form
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", code)


async def test_out_of_order_receipts_do_not_move_the_message_back(world: World) -> None:
    world.phone.faults.set("sms", Faults(receipts=ReceiptFaults(disordered=1, duplicated=1)))
    sids = [(await world.sms(StatusCallback=CALLBACK))[1]["sid"] for _ in range(5)]
    await world.phone.idle()
    by_sid: dict[str, list[str]] = {}
    for hook in world.service.hooks:
        by_sid.setdefault(hook.form["MessageSid"], []).append(hook.form["MessageStatus"])
    assert all(sorted(steps) == ["delivered", "delivered", "sent", "sent"] for steps in by_sid.values())
    assert any(steps != ["sent", "sent", "delivered", "delivered"] for steps in by_sid.values())
    assert {world.phone.screens.chat("sms", "A")[index].status for index in range(5)} == {"delivered"}
    assert set(by_sid) == set(sids)


async def test_a_callback_elsewhere_is_never_called(world: World) -> None:
    await world.sms(StatusCallback="https://counter.example.gr.evil.example/x")
    await world.phone.idle()
    assert [posted.status for posted in world.phone.journal.posted] == [None] * 4  # two statuses, one retry each
    assert world.service.hooks == []


@pytest.mark.parametrize(
    ("fragment", "statuses", "tries"),
    [
        ("", [503], 1),  # an answer, even a bad one, is not tried again by default
        ("#rc=2&rp=5xx", [503, 503], 3),
        ("#rc=2&rp=5xx", [503], 2),
        ("#rc=0&rp=all", [503], 1),
        ("#rc=many&rp=all", [503, 503], 2),
    ],
)
async def test_retries_as_the_url_says(make_world: MakeWorld, fragment: str, statuses: list[int], tries: int) -> None:
    world = await make_world()
    world.phone.faults.set("sms", Faults(receipts=ReceiptFaults(failed=1)))
    world.service.statuses = [200, *statuses]  # the first is for *sent*
    await world.sms(StatusCallback=CALLBACK + fragment)
    await world.phone.idle()
    hooks = world.service.hooks[1:]
    assert len(hooks) == tries
    assert {hook.path_qs for hook in hooks} == {"/webhooks/sms/status?id=42&x=%CE%B1"}
    assert len({hook.headers["I-Twilio-Idempotency-Token"] for hook in hooks}) == 1


async def test_listing_filters_and_pages(world: World) -> None:
    for minute in range(5):
        await world.sms(Body=f"μήνυμα {minute}")
        world.time.forward(minutes=1)
    await world.sms(To=B.number)
    status, page = await world.get(f"{world.messages_url}?To=%2B306900000001&PageSize=2")
    assert status == 200
    assert [one["body"] for one in page["messages"]] == ["μήνυμα 4", "μήνυμα 3"]
    bodies = []
    while page["next_page_uri"]:
        _, page = await world.get(world.running.url + page["next_page_uri"])
        bodies += [one["body"] for one in page["messages"]]
    assert bodies == ["μήνυμα 2", "μήνυμα 1", "μήνυμα 0"]
    assert page["previous_page_uri"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"DateSent>": "2026-11-22T10:03:00Z"}, 2),
        ({"DateSent<": "2026-11-22T10:00:59Z"}, 1),
        ({"DateSent": "2026-11-22"}, 5),
        ({"DateSent": "2026-11-23"}, 0),
        ({"DateSent>": "2026-11-22"}, 5),
        ({"DateSent<": "2026-11-21"}, 0),
        ({"From": ACCOUNT.sms_number}, 5),
        ({"From": B.number}, 0),
        ({"To": "+306911111111"}, 0),
    ],
)
async def test_listing_by_date_and_number(make_world: MakeWorld, query: dict[str, str], count: int) -> None:
    world = await make_world(receipts=None)
    for _ in range(5):
        await world.sms()
        world.time.forward(minutes=1)
    async with world.http.get(world.messages_url, params=query, headers=world.basic) as response:
        assert len((await response.json())["messages"]) == count


@pytest.mark.parametrize("query", ["PageSize=many", "DateSent=yesterday"])
async def test_a_listing_that_cannot_be_read(world: World, query: str) -> None:
    assert (await world.get(f"{world.messages_url}?{query}"))[0] == 404


async def test_an_unknown_message(world: World) -> None:
    assert (await world.get(f"{world.messages_url.removesuffix('.json')}/SM0.json"))[0] == 404


async def test_only_the_newest_are_kept(make_world: MakeWorld) -> None:
    world = await make_world(keep=3, receipts=None)
    for index in range(10):
        await world.sms(Body=str(index))
    _, page = await world.get(world.messages_url)
    assert [one["body"] for one in page["messages"]] == ["9", "8", "7"]
    assert len(world.phone.accepted) <= 6
    assert world.phone.counts["sms.accepted"] == 10


async def test_inbound_is_signed_with_its_blanks(world: World) -> None:
    assert await world.phone.sms.write(E.number, "που βρισκεται η αιτηση μου & τι + χρειαζεται;")
    hook = world.service.hooks[0]
    assert hook.path_qs == "/webhooks/sms"
    assert RequestValidator(ACCOUNT.twilio_token).validate(hook.url, hook.form, hook.headers["X-Twilio-Signature"])
    expected = {
        "From": E.number,
        "To": ACCOUNT.sms_number,
        "Body": "που βρισκεται η αιτηση μου & τι + χρειαζεται;",
        "FromCity": "",
        "ToZip": "",
        "FromCountry": "GR",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
    }
    assert {name: hook.form[name] for name in expected} == expected
    assert hook.form["MessageSid"] == hook.form["SmsSid"]


async def test_inbound_with_a_picture(world: World) -> None:
    await world.phone.sms.write(A.number, "", media=("https://x.example/1",))
    form = world.service.hooks[0].form
    assert (form["NumMedia"], form["MediaUrl0"]) == ("1", "https://x.example/1")
    assert form["MessageSid"].startswith("MM")


async def test_inbound_that_is_not_taken(world: World) -> None:
    world.service.statuses = [500]
    assert not await world.phone.sms.write(A.number, "γεια")
    assert world.phone.screens.chat("sms", "A")[0].status == "failed"
    assert len(world.service.hooks) == 1


async def test_the_carrier_obeys_stop_and_start(world: World) -> None:
    await world.phone.sms.write(A.number, " stop ")
    assert (await world.sms())[1]["code"] == 21610
    assert [bubble.mine for bubble in world.phone.screens.chat("sms", "A")] == [True, False]
    assert (await world.sms(To=B.number))[0] == 201
    await world.phone.sms.write(A.number, "START")
    assert (await world.sms())[0] == 201
    received: list[Hook] = [hook for hook in world.service.hooks if hook.form.get("Body")]
    assert [hook.form["Body"] for hook in received] == [" stop ", "START"]


async def test_a_carrier_that_leaves_stop_to_the_service(make_world: MakeWorld) -> None:
    world = await make_world(carrier_opt_out=False)
    await world.phone.sms.write(A.number, "STOP")
    assert (await world.sms())[0] == 201


async def test_the_official_client_understands_it(world: World) -> None:
    from twilio.base.version import Version
    from twilio.rest.api.v2010.account.message import MessageInstance

    _, body = await world.sms()
    instance = MessageInstance(_no_calls(Version), body, account_sid=ACCOUNT.twilio_sid)
    assert (instance.sid, instance.status, instance.num_segments) == (body["sid"], "queued", "1")
    assert instance.date_created == world.time.now.replace(microsecond=0)


def _no_calls(version: type[Any]) -> Any:
    return version.__new__(version)
