from __future__ import annotations

import statistics
from random import Random
from typing import Any, Literal

import aiohttp
import pytest

from bot.phone.faults import FaultPlan, Faults, Latency, ReceiptFaults, Refusal, Verdict
from tests.bot.phone.conftest import ACCOUNT, A, MakeWorld, PhoneHarness, text_message

Kind = Literal["fixed", "uniform", "exponential", "lognormal"]


@pytest.mark.parametrize(
    ("kind", "spread", "mean"), [("fixed", 0.0, 0.2), ("uniform", 0.1, 0.2), ("exponential", 0.0, 0.2)]
)
def test_latency_has_its_mean(kind: Kind, spread: float, mean: float) -> None:
    rng, latency = Random(1), Latency(kind=kind, seconds=0.2, spread=spread)
    drawn = [latency.draw(rng) for _ in range(4000)]
    assert statistics.fmean(drawn) == pytest.approx(mean, rel=0.05)
    assert min(drawn) >= 0


def test_lognormal_latency_has_its_median_and_none_is_none() -> None:
    rng, latency = Random(1), Latency(kind="lognormal", seconds=0.2, spread=0.5)
    assert statistics.median(latency.draw(rng) for _ in range(4000)) == pytest.approx(0.2, rel=0.05)
    assert [Latency(kind=kind).draw(rng) for kind in ("lognormal", "exponential")] == [0.0, 0.0]


def test_the_same_seed_gives_the_same_trouble() -> None:
    faults = Faults(refusals=(Refusal(share=0.3),), lose_answer=0.3, late=0.5, late_by=3.0)

    def verdicts(seed: int) -> list[Verdict]:
        plan = FaultPlan(Random(seed))
        plan.set("viber", faults)
        return [plan.next("viber") for _ in range(50)]

    assert verdicts(1) == verdicts(1)
    assert verdicts(1) != verdicts(2)
    assert any(verdict.refusal for verdict in verdicts(1))
    assert any(verdict.lose_answer and verdict.hold == 3.0 for verdict in verdicts(1))


def test_scripted_verdicts_come_first_and_once() -> None:
    plan = FaultPlan(Random(1))
    plan.set("sms", Faults(lose_answer=1))
    plan.script("sms", [Verdict(), Verdict(lose_request=True)])
    assert [plan.next("sms") for _ in range(3)] == [Verdict(), Verdict(lose_request=True), Verdict(lose_answer=True)]
    plan.script("sms", [Verdict(lose_request=True)])
    plan.clear()
    assert plan.next("sms") == plan.next("viber") == Verdict()


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_accepted_but_the_answer_is_lost(harness: PhoneHarness, channel: Literal["viber", "sms"]) -> None:
    harness.phone.faults.script(channel, [Verdict(lose_answer=True)])
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(harness, channel)
    assert [one.address for one in harness.phone.accepted] == [address_of(channel)]
    await send(harness, channel)
    assert len(harness.phone.accepted) == 2


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_lost_before_it_was_accepted(harness: PhoneHarness, channel: Literal["viber", "sms"]) -> None:
    harness.phone.faults.script(channel, [Verdict(lose_request=True)])
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await send(harness, channel)
    assert harness.phone.accepted == []


async def test_slow_and_late_answers(harness: PhoneHarness) -> None:
    harness.phone.faults.set("viber", Faults(latency=Latency(seconds=0.05), late=1, late_by=30.0))
    await harness.viber(text_message("stranger"))
    assert harness.time.naps[0] == 0.05
    assert 30.0 in harness.time.naps
    assert len(harness.phone.accepted) == 1


async def test_viber_refuses_over_http(harness: PhoneHarness) -> None:
    harness.phone.faults.set("viber", Faults(refusals=(Refusal(http=429, retry_after=7),)))
    url = f"{harness.running.viber_api_url}/send_message"
    async with harness.http.post(url, json=text_message("stranger")) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    assert harness.phone.accepted == []
    assert harness.phone.counts["viber.refused.429"] == 1


async def test_viber_refuses_by_status(harness: PhoneHarness) -> None:
    harness.phone.faults.script("viber", [Verdict(refusal=Refusal(code=12)), Verdict(refusal=Refusal(code=99))])
    first, second = [await harness.viber(text_message("stranger")) for _ in range(2)]
    assert (first["status"], first["status_message"]) == (12, "tooManyRequests")
    assert (second["status"], second["status_message"]) == (99, "generalError")


@pytest.mark.parametrize(
    ("refusal", "http", "code"),
    [
        (Refusal(http=429, retry_after=1.5), 429, 20429),
        (Refusal(http=503), 503, 20500),
        (Refusal(http=400, code=21612), 400, 21612),
    ],
)
async def test_twilio_refuses(harness: PhoneHarness, refusal: Refusal, http: int, code: int) -> None:
    harness.phone.faults.script("sms", [Verdict(refusal=refusal)])
    status, body = await harness.sms()
    assert (status, body["code"], body["status"]) == (http, code, http)


async def test_shares_are_kept(harness: PhoneHarness) -> None:
    harness.phone.faults.set("viber", Faults(refusals=(Refusal(share=0.25, code=12),)))
    answers = [await harness.viber(text_message("stranger")) for _ in range(200)]
    assert 30 <= sum(answer["status"] == 12 for answer in answers) <= 70


async def test_the_admin_sets_reads_and_clears(harness: PhoneHarness) -> None:
    base = f"{harness.running.url}/admin"
    wanted = {"latency": {"kind": "uniform", "seconds": 0.1}, "refusals": [{"share": 0.5, "http": 502}], "late": 0.1}
    async with harness.http.put(f"{base}/faults/sms", json=wanted) as response:
        assert response.status == 204
    assert harness.phone.faults.in_force()["sms"].refusals == (Refusal(share=0.5, http=502),)
    async with harness.http.get(f"{base}/faults") as response:
        assert (await response.json())["sms"]["latency"]["kind"] == "uniform"
    async with harness.http.post(f"{base}/faults/viber/script", json=[{"refusal": {"code": 6}}]) as response:
        assert response.status == 204
    assert (await harness.viber(text_message("stranger")))["status"] == 6
    await harness.viber(text_message("stranger", "γεια"))
    await harness.phone.idle()
    async with harness.http.get(f"{base}/accepted?limit=1") as response:
        assert [one["text"] for one in await response.json()] == ["γεια"]
    async with harness.http.get(f"{base}/posted") as response:
        assert [one["event"] for one in await response.json()] == ["delivered"]
    async with harness.http.get(f"{base}/counts") as response:
        assert (await response.json())["viber.accepted"] == 1
    async with harness.http.post(f"{base}/clear", json={}) as response:
        assert response.status == 204
    assert (harness.phone.accepted, dict(harness.phone.counts)) == ([], {})
    assert harness.phone.faults.in_force()["sms"] == Faults()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("faults/viber", {"latancy": {}}, 400),
        ("faults/viber", {"receipts": {"doubled": 1}}, 400),
        ("faults/viber", [], 400),
        ("faults/fax", {}, 404),
    ],
)
async def test_the_admin_is_strict(harness: PhoneHarness, path: str, body: Any, status: int) -> None:
    async with harness.http.put(f"{harness.running.url}/admin/{path}", json=body) as response:
        assert response.status == status


async def test_the_admin_takes_json_only(harness: PhoneHarness) -> None:
    base = f"{harness.running.url}/admin"
    async with harness.http.put(f"{base}/faults/viber", data="{}") as response:
        assert response.status == 415
    async with harness.http.post(f"{base}/clear", data="{}") as response:
        assert response.status == 415


async def test_counters_only(make_world: MakeWorld) -> None:
    harness = await make_world(record=False)
    await harness.viber(text_message("stranger"))
    await harness.sms()
    await harness.phone.idle()
    assert (harness.phone.accepted, harness.phone.journal.posted) == ([], [])
    assert harness.phone.counts["viber.accepted"] == harness.phone.counts["sms.accepted"] == 1
    assert harness.phone.counts["viber.posted.delivered.200"] == 1
    _, page = await harness.get(harness.messages_url)
    assert page["messages"] == []


async def test_an_unreachable_service_is_counted(make_world: MakeWorld) -> None:
    harness = await make_world(viber_retries=())
    harness.phone.faults.set("viber", Faults(receipts=ReceiptFaults()))
    harness.phone.webhook_client.addresses = type(harness.phone.addresses)(
        "http://127.0.0.1:1", harness.phone.addresses.public_url
    )
    assert not await harness.phone.viber.write(A.viber_id, "γεια")
    assert harness.phone.counts["viber.posted.message.unreachable"] == 1


def address_of(channel: str) -> str:
    return "stranger" if channel == "viber" else A.number


async def send(harness: PhoneHarness, channel: str) -> None:
    if channel == "viber":
        await harness.viber(text_message("stranger"), token=ACCOUNT.viber_token)
    else:
        await harness.sms()
