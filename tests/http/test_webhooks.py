"""The counter's web side over real HTTP, on both databases: every answer of docs/http.md, and what is kept."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.web.signed import MAX_BODY, Limits
from tests.channels.registry import TOKENS
from tests.channels.viber_webhooks import USER, event, message, text
from tests.channels.webhooks import SMS, VIBER, WEBHOOKS, Expect, Signing, Webhook, signed
from tests.http.faults import (
    Trouble,
    closed,
    disk_full,
    postgresql_locked,
    read_only,
    sqlite_locked,
)
from tests.http.service import Service, counting

KEEPS = {Expect.INBOUND: (1, 0), Expect.RECEIPT: (0, 1)}
ONE_OF_EACH = tuple(
    next(entry for entry in table if entry.expect is expect)
    for table in (VIBER, SMS)
    for expect in (Expect.INBOUND, Expect.RECEIPT)
)


async def test_every_webhook_gets_its_answer_and_keeps_what_it_should(service: Service) -> None:
    found, expected = {}, {}
    for entry in WEBHOOKS:
        before = await service.kept()
        answer = await service.post(entry)
        after = await service.kept()
        name = f"{entry.channel}: {entry.name}"
        found[name] = (answer.status, after[0] - before[0], after[1] - before[1])
        expected[name] = (entry.expect.status, *KEEPS.get(entry.expect, (0, 0)))
    assert found == expected
    assert len(found) == len(WEBHOOKS) >= 60


async def test_what_was_seen_before_is_kept_once_and_answered_alike(service: Service) -> None:
    inbound = [entry for entry in WEBHOOKS if entry.expect is Expect.INBOUND]
    once = [await service.post(entry) for entry in inbound]
    again = await asyncio.gather(*(service.post(entry) for entry in inbound for _ in range(2)))
    assert {answer.status for answer in (*once, *again)} == {200}
    assert await service.kept() == (len(inbound), 0)


async def test_what_is_kept_is_sealed(service: Service) -> None:
    for entry in ONE_OF_EACH:
        await service.post(entry)
    dump = await service.dump()
    told = ("που βρίσκεται", "που βρισκεται", "+306900000001", "306900000001", USER["id"], *TOKENS)
    assert not [secret for secret in told if secret.encode() in dump]
    assert b"viber" in dump  # the dump does see what is in the clear


async def test_an_answer_to_sms_is_empty_twiml_and_to_viber_is_nothing(service: Service) -> None:
    viber, sms = await service.post(VIBER[0]), await service.post(SMS[0])
    assert viber.body == b""
    assert (sms.content_type, sms.body) == ("text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')


async def test_who_opens_the_chat_is_welcomed_in_the_answer(service: Service) -> None:
    answer = await service.post(next(entry for entry in VIBER if entry.name == "opened"))
    welcome = json.loads(answer.body)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert (welcome["type"], welcome["text"]) == ("text", "Καλώς ήρθατε")
    assert welcome["keyboard"]["Buttons"][0]["ActionBody"] == "/ask_case_status"
    assert await service.kept() == (0, 0)


async def test_an_id_longer_than_can_be_kept_is_bad_and_not_tried_for_an_hour(service: Service) -> None:
    for payload in (
        message(0, text("α"), message_token="9" * 250),
        event(0, "delivered", user_id="a", message_token="9" * 80),
    ):
        assert (await service.post(Webhook("long", "viber", payload, Expect.BAD))).status == 400
    assert await service.kept() == (0, 0)


# --- size


def viber_of(size: int) -> Webhook:
    """A message whose body has exactly so many bytes."""
    empty = Webhook("sized", "viber", message(900, text("")), Expect.INBOUND)
    return replace(empty, body=message(900, text("a" * (size - len(empty.bytes())))))


async def test_the_size_limit_is_exact(service: Service) -> None:
    assert (await service.post(viber_of(MAX_BODY))).status == 200
    assert (await service.post(viber_of(MAX_BODY + 1))).status == 413
    assert await service.kept() == (1, 0)


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("signing", [Signing.RIGHT, Signing.MISSING])
async def test_too_large_is_413_signed_or_not_told_beforehand_or_not(
    service: Service, channel: str, signing: Signing
) -> None:
    entry = Webhook("large", channel, b"a" * (MAX_BODY + 1), Expect.BAD, signing=signing)
    target, headers, body = signed(entry)

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 4096):
            yield body[start : start + 4096]

    for data in (body, in_pieces()):
        assert (await service.ask("POST", target, headers=headers, data=data)).status == 413
    assert await service.kept() == (0, 0)


async def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(service: Service) -> None:
    head = b"POST /webhooks/viber HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n"
    assert (await service.speak(head)).startswith(b"HTTP/1.1 413 ")


async def test_a_compressed_body_that_swells_is_413(service: Service) -> None:
    bomb = zlib.compress(b"a" * (32 << 20))
    assert len(bomb) < MAX_BODY
    answer = await service.ask("POST", "/webhooks/viber", headers={"Content-Encoding": "deflate"}, data=bomb)
    assert answer.status == 413


POST = b"POST /webhooks/viber HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
BROKEN = {
    "deflate that is none": POST + b"Content-Encoding: deflate\r\nContent-Length: 3\r\n\r\nabc",
    "gzip that is none": POST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    "deflate cut short": POST
    + b"Content-Encoding: deflate\r\nContent-Length: 4\r\n\r\n"
    + zlib.compress(b"a" * 99)[:4],
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab",
    "a negative length": POST + b"Content-Length: -2\r\n\r\nab",
    "no such protocol": b"POST /webhooks/viber HTTP/9\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a header without end": POST + b"X-Long: " + b"a" * 100_000,
}
CUT_SHORT = (POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", POST + b"Content-Length: 9\r\n\r\nab")


@pytest.mark.parametrize("name", BROKEN)
async def test_a_request_that_cannot_be_read_is_the_callers_fault(service: Service, name: str) -> None:
    assert b" 400 " in await service.speak(BROKEN[name])
    assert (await service.post(VIBER[0])).status == 200
    assert await service.kept() == (1, 0)
    assert not [line for line in service.book.lines if line["level"] == "error"]


@pytest.mark.parametrize("request_cut", CUT_SHORT, ids=["chunked", "counted"])
async def test_who_hangs_up_in_the_middle_troubles_nobody(service: Service, request_cut: bytes) -> None:
    for _ in range(3):
        await service.speak(request_cut, hang_up=True)
    assert (await service.post(VIBER[0])).status == 200
    assert service.book.lines == []


async def test_a_body_that_stops_coming_is_let_go(database_url: str) -> None:
    async with counting(database_url, limits=Limits(read_within=0.1)) as service:
        for half in CUT_SHORT:
            assert (await service.speak(half)).startswith(b"HTTP/1.1 408 ")
        assert await service.kept() == (0, 0)


async def test_no_answer_says_what_serves_it(service: Service) -> None:
    gets = [
        await service.ask("GET", target) for target in ("/healthz", "/readyz", "/metrics", "/nothing", "/my-data/x")
    ]
    posts = [await service.post(replace(VIBER[0], signing=signing)) for signing in (Signing.RIGHT, Signing.WRONG)]
    for answer in (*gets, *posts, await service.ask("PUT", "/webhooks/sms")):
        assert "Server" not in answer.headers
        assert "Date" in answer.headers
    for request in BROKEN.values():
        assert b"aiohttp" not in await service.talk(request)


async def test_what_nobody_signed_is_counted_and_logged_once_a_minute(service: Service) -> None:
    unsigned = [replace(table[0], signing=Signing.MISSING) for table in (VIBER, SMS)]
    for _ in range(5):
        await asyncio.gather(*(service.post(entry) for entry in unsigned))
    service.clock.forward(59)
    await service.post(unsigned[0])
    service.clock.forward(1)
    await service.post(unsigned[0])
    told = [(line["sender"], line["times"]) for line in service.book.lines if line["event"] == "webhook.forbidden"]
    assert sorted(told[:2]) == [("sms", 1), ("viber", 1)]
    assert told[2:] == [("viber", 6)]
    metrics = (await service.ask("GET", "/metrics")).body.decode()
    assert 'counter_forbidden_webhooks_total{sender="viber"} 7.0' in metrics
    assert 'counter_forbidden_webhooks_total{sender="sms"} 5.0' in metrics


# --- a store that cannot be written


@pytest.mark.parametrize(
    ("database_url", "trouble", "code"),
    [
        ("sqlite", disk_full, "SQLITE_"),
        ("postgresql", read_only, "25006"),
        ("postgresql", closed, "5"),
    ],
    indirect=["database_url"],
    ids=["disk full", "read only", "closed"],
)
async def test_what_cannot_be_stored_is_503_and_taken_at_the_next_try(
    service: Service, trouble: Trouble, code: str
) -> None:
    async with trouble(service.store.database.url):
        during = await asyncio.gather(*(service.post(entry) for entry in ONE_OF_EACH))
        assert [(answer.status, answer.headers["Retry-After"]) for answer in during] == [(503, "5")] * 4
        assert (await service.post(replace(VIBER[0], signing=Signing.WRONG))).status == 403
    assert await service.kept() == (0, 0)
    assert all(line["code"].startswith(code) for line in service.book.lines if line["event"] == "webhook.not-stored")
    for entry in ONE_OF_EACH:
        assert (await service.post(entry)).status == 200
    assert await service.kept() == (2, 2)


@pytest.mark.parametrize(
    ("database_url", "locked"),
    [("sqlite", sqlite_locked), ("postgresql", postgresql_locked)],
    indirect=["database_url"],
    ids=["sqlite", "postgresql"],
)
async def test_a_locked_table_is_503_in_time(database_url: str, locked: Trouble) -> None:
    """Nobody waits for a lock longer than a provider waits for us, and nothing is stored twice when it opens."""
    async with counting(database_url, limits=Limits(store_within=0.2)) as service, locked(service.store.database.url):
        assert (await service.post(VIBER[0])).status == 503
    async with counting(database_url) as service:
        assert (await service.post(VIBER[0])).status == 200
        assert await service.kept() == (1, 0)
