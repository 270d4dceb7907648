from __future__ import annotations

from dataclasses import replace

import pytest
from twilio.request_validator import RequestValidator

from bot.phone.faults import Faults, ReceiptFaults
from tests.bot.phone.conftest import ACCOUNT, PUBLIC, A, B, E, Hook, MakeWorld, PhoneHarness

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
async def test_refuses_what_twilio_refuses(harness: PhoneHarness, form: dict[str, str], http: int, code: int) -> None:
    status, body = await harness.sms(**form)
    assert (status, body["status"], body["code"]) == (http, http, code)
    assert body["message"]
    assert harness.phone.accepted == []
    assert harness.phone.counts[f"sms.refused.{code}"] == 1


@pytest.mark.parametrize("authorization", [None, "Basic x", "Basic " + "eDp5", "Bearer abc"])
async def test_wrong_credentials(harness: PhoneHarness, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    for method in ("POST", "GET"):
        async with harness.http.request(method, harness.messages_url, headers=headers) as response:
            assert response.status == 401
            assert (await response.json())["code"] == 20003


async def test_another_account(harness: PhoneHarness) -> None:
    status, body = await harness.get(harness.messages_url.replace(ACCOUNT.twilio_sid, "AC" + "9" * 32))
    assert (status, body["code"]) == (404, 20404)


async def test_created_as_twilio_says_it(harness: PhoneHarness) -> None:
    status, body = await harness.sms(Body="α" * 71)
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
    accepted = harness.phone.accepted[0]
    assert (accepted.channel, accepted.address, accepted.provider_id) == ("sms", A.number, body["sid"])


async def test_statuses_are_posted_and_signed(harness: PhoneHarness) -> None:
    _, body = await harness.sms(StatusCallback=CALLBACK)
    await harness.phone.idle()
    assert harness.service.events() == ["sent", "delivered"]
    validator = RequestValidator(ACCOUNT.twilio_token)
    for hook in harness.service.hooks:
        assert hook.url == CALLBACK
        assert validator.validate(hook.url, hook.form, hook.headers["X-Twilio-Signature"])
        assert not validator.validate(hook.url + "1", hook.form, hook.headers["X-Twilio-Signature"])
        assert (hook.form["MessageSid"], hook.form["To"]) == (body["sid"], A.number)
    _, fetched = await harness.get(f"{harness.messages_url.removesuffix('.json')}/{body['sid']}.json")
    assert fetched["status"] == "delivered"
    assert fetched["date_sent"]


async def test_a_messaging_service_accepts_first(make_world: MakeWorld) -> None:
    account = replace(ACCOUNT, sms_service="MG5")
    harness = await make_world(account=account)
    _, body = await harness.sms(From="", MessagingServiceSid="MG5", StatusCallback=CALLBACK)
    assert (body["status"], body["from"], body["num_segments"]) == ("accepted", None, "0")
    await harness.phone.idle()
    assert harness.service.events() == ["queued", "sent", "delivered"]
    assert harness.service.hooks[0].form["MessagingServiceSid"] == "MG5"


@pytest.mark.parametrize("why", ["off", "fault", "unknown"])
async def test_undelivered(make_world: MakeWorld, why: str) -> None:
    harness = await make_world(accept_strangers=False)
    to, code = (A.number, "30003") if why != "unknown" else ("+306999999999", "30005")
    if why == "off":
        await harness.phone.switch(A, off=True)
    if why == "fault":
        harness.phone.faults.set("sms", Faults(receipts=ReceiptFaults(failed=1)))
    await harness.sms(To=to, StatusCallback=CALLBACK)
    await harness.phone.idle()
    last = harness.service.hooks[-1].form
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", code)


async def test_out_of_order_receipts_do_not_move_the_message_back(harness: PhoneHarness) -> None:
    harness.phone.faults.set("sms", Faults(receipts=ReceiptFaults(disordered=1, duplicated=1)))
    sids = [(await harness.sms(StatusCallback=CALLBACK))[1]["sid"] for _ in range(5)]
    await harness.phone.idle()
    by_sid: dict[str, list[str]] = {}
    for hook in harness.service.hooks:
        by_sid.setdefault(hook.form["MessageSid"], []).append(hook.form["MessageStatus"])
    assert all(sorted(steps) == ["delivered", "delivered", "sent", "sent"] for steps in by_sid.values())
    assert any(steps != ["sent", "sent", "delivered", "delivered"] for steps in by_sid.values())
    assert {harness.phone.screens.chat("sms", "A")[index].status for index in range(5)} == {"delivered"}
    assert set(by_sid) == set(sids)


async def test_a_callback_elsewhere_is_never_called(harness: PhoneHarness) -> None:
    await harness.sms(StatusCallback="https://counter.example.gr.evil.example/x")
    await harness.phone.idle()
    assert [posted.status for posted in harness.phone.journal.posted] == [None] * 4  # two statuses, one retry each
    assert harness.service.hooks == []


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
    harness = await make_world()
    harness.phone.faults.set("sms", Faults(receipts=ReceiptFaults(failed=1)))
    harness.service.statuses = [200, *statuses]  # the first is for *sent*
    await harness.sms(StatusCallback=CALLBACK + fragment)
    await harness.phone.idle()
    hooks = harness.service.hooks[1:]
    assert len(hooks) == tries
    assert {hook.path_qs for hook in hooks} == {"/webhooks/sms/status?id=42&x=%CE%B1"}
    assert len({hook.headers["I-Twilio-Idempotency-Token"] for hook in hooks}) == 1


async def test_listing_filters_and_pages(harness: PhoneHarness) -> None:
    for minute in range(5):
        await harness.sms(Body=f"μήνυμα {minute}")
        harness.time.forward(minutes=1)
    await harness.sms(To=B.number)
    status, page = await harness.get(f"{harness.messages_url}?To=%2B306900000001&PageSize=2")
    assert status == 200
    assert [one["body"] for one in page["messages"]] == ["μήνυμα 4", "μήνυμα 3"]
    bodies = []
    while page["next_page_uri"]:
        _, page = await harness.get(harness.running.url + page["next_page_uri"])
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
    harness = await make_world(receipts=None)
    for _ in range(5):
        await harness.sms()
        harness.time.forward(minutes=1)
    async with harness.http.get(harness.messages_url, params=query, headers=harness.basic) as response:
        assert len((await response.json())["messages"]) == count


@pytest.mark.parametrize("query", ["PageSize=many", "DateSent=yesterday"])
async def test_a_listing_that_cannot_be_read(harness: PhoneHarness, query: str) -> None:
    assert (await harness.get(f"{harness.messages_url}?{query}"))[0] == 404


async def test_an_unknown_message(harness: PhoneHarness) -> None:
    assert (await harness.get(f"{harness.messages_url.removesuffix('.json')}/SM0.json"))[0] == 404


async def test_only_the_newest_are_kept(make_world: MakeWorld) -> None:
    harness = await make_world(keep=3, receipts=None)
    for index in range(10):
        await harness.sms(Body=str(index))
    _, page = await harness.get(harness.messages_url)
    assert [one["body"] for one in page["messages"]] == ["9", "8", "7"]
    assert len(harness.phone.accepted) <= 6
    assert harness.phone.counts["sms.accepted"] == 10


async def test_inbound_is_signed_with_its_blanks(harness: PhoneHarness) -> None:
    assert await harness.phone.sms.write(E.number, "που βρισκεται η αιτηση μου & τι + χρειαζεται;")
    hook = harness.service.hooks[0]
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


async def test_inbound_with_a_picture(harness: PhoneHarness) -> None:
    await harness.phone.sms.write(A.number, "", media=("https://x.example/1",))
    form = harness.service.hooks[0].form
    assert (form["NumMedia"], form["MediaUrl0"]) == ("1", "https://x.example/1")
    assert form["MessageSid"].startswith("MM")


async def test_inbound_that_is_not_taken(harness: PhoneHarness) -> None:
    harness.service.statuses = [500]
    assert not await harness.phone.sms.write(A.number, "γεια")
    assert harness.phone.screens.chat("sms", "A")[0].status == "failed"
    assert len(harness.service.hooks) == 1


async def test_the_carrier_obeys_stop_and_start(harness: PhoneHarness) -> None:
    await harness.phone.sms.write(A.number, " stop ")
    assert (await harness.sms())[1]["code"] == 21610
    assert [bubble.mine for bubble in harness.phone.screens.chat("sms", "A")] == [True, False]
    assert (await harness.sms(To=B.number))[0] == 201
    await harness.phone.sms.write(A.number, "START")
    assert (await harness.sms())[0] == 201
    received: list[Hook] = [hook for hook in harness.service.hooks if hook.form.get("Body")]
    assert [hook.form["Body"] for hook in received] == [" stop ", "START"]


async def test_a_carrier_that_leaves_stop_to_the_service(make_world: MakeWorld) -> None:
    harness = await make_world(carrier_opt_out=False)
    await harness.phone.sms.write(A.number, "STOP")
    assert (await harness.sms())[0] == 201


async def test_the_official_client_understands_it(harness: PhoneHarness) -> None:
    from twilio.base.version import Version
    from twilio.rest.api.v2010.account.message import MessageInstance

    _, body = await harness.sms()
    instance = MessageInstance(object.__new__(Version), body, account_sid=ACCOUNT.twilio_sid)  # it calls nobody
    assert (instance.sid, instance.status, instance.num_segments) == (body["sid"], "queued", "1")
    assert instance.date_created == harness.time.now.replace(microsecond=0)
