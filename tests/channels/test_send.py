"""What every channel owes the rest of the house, run by each of them: sending, when all goes well and when not."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.port import OutboundFile, Remedy, SendError, Sent
from dialogues.turn import Choice
from tests.channels.harness import NOW, TEXT, ChannelHarness, outbound
from tests.channels.provider import CutShort, Drop, Hang, Say, serving
from tests.channels.registry import HARNESSES, PRIVATE
from tests.examples import examples

PAPER = OutboundFile("https://counter.example/f/secret", "άδεια.pdf", 9, "application/pdf")


async def send_against(
    harness: ChannelHarness, *script: Any, deadline: float = 5.0, **more: Any
) -> tuple[Sent | SendError, Any]:
    async with serving(*script) as provider, aiohttp.ClientSession() as session:
        channel = harness.build(session, provider.url, deadline)
        try:
            return await channel.send(outbound(**more)), provider.seen
        except SendError as error:
            assert_private(error)
            return error, provider.seen


def assert_private(error: BaseException) -> None:
    """No token, number or text, in the error or in anything chained to it."""
    told = "".join(traceback.format_exception(error)) + repr(error)
    chained = error.__context__ or error.__cause__
    told += repr(chained) + str(getattr(chained, "__dict__", ""))
    assert not [secret for secret in PRIVATE if secret in told]


async def test_an_accepted_message_gets_the_providers_id(harness: ChannelHarness) -> None:
    sent, seen = await send_against(harness, harness.accepted)
    assert sent == harness.sent
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("refused", "answer", "remedy", "code"),
    [
        pytest.param(each, *refusal, id=f"{each.name} {refusal[2]} {refusal[0].status}")
        for each in HARNESSES
        for refusal in each.refusals
    ],
)
async def test_every_refusal_asks_for_its_remedy(
    refused: ChannelHarness, answer: Say, remedy: Remedy, code: str
) -> None:
    error, _ = await send_against(refused, answer)
    assert isinstance(error, SendError)
    assert (error.remedy, error.code) == (remedy, code)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (302, Remedy.PAGE_OPERATOR),
        (400, Remedy.NEVER),
        (401, Remedy.PAGE_OPERATOR),
        (403, Remedy.PAGE_OPERATOR),
        (404, Remedy.PAGE_OPERATOR),
        (408, Remedy.RETRY),
        (413, Remedy.NEVER),
        (429, Remedy.RETRY),
        (500, Remedy.UNKNOWN),
        (502, Remedy.UNKNOWN),
        (503, None),
        (504, Remedy.UNKNOWN),
    ],
)
async def test_every_http_status_asks_for_its_remedy(
    harness: ChannelHarness, status: int, remedy: Remedy | None
) -> None:
    error, seen = await send_against(harness, Say(b"<html>", status, {"Location": "/elsewhere"}))
    assert isinstance(error, SendError)
    assert (error.remedy, error.code) == (remedy or harness.unavailable, f"http:{status}")
    assert len(seen) == 1


@pytest.mark.parametrize(
    "unreadable", [b"", b"<html>", b"[]", b'{"status":"0"}', b'{"status":true}', b"{}", b"\xff", b"[" * 100_000]
)
async def test_a_success_that_cannot_be_read_may_have_been_one(harness: ChannelHarness, unreadable: bytes) -> None:
    error, seen = await send_against(harness, Say(unreadable, harness.accepted.status))
    assert isinstance(error, SendError)
    assert (error.remedy, error.code) == (Remedy.UNKNOWN, "http:unreadable")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("trouble", "code", "deadline"),
    [(Hang(), "timeout", 0.2), (Drop(), "http:dropped", 5.0), (CutShort(), "http:dropped", 5.0)],
)
async def test_a_lost_answer_may_have_been_a_success(
    harness: ChannelHarness, trouble: Any, code: str, deadline: float
) -> None:
    error, seen = await send_against(harness, trouble, deadline=deadline)
    assert isinstance(error, SendError)
    assert (error.remedy, error.code) == (Remedy.UNKNOWN, code)
    assert len(seen) == 1


async def test_an_endless_answer_is_not_read_to_its_end(harness: ChannelHarness) -> None:
    error, _ = await send_against(harness, Say(b" " * (5 << 20)))
    assert isinstance(error, SendError)
    assert error.remedy is Remedy.UNKNOWN


async def test_a_provider_out_of_reach_has_accepted_nothing(harness: ChannelHarness) -> None:
    async with serving(harness.accepted) as provider:
        closed = provider.url
    for url, code in ((closed, "http:connect"), ("http://nowhere.invalid", "http:connect")):
        async with aiohttp.ClientSession() as session:
            with pytest.raises(SendError) as caught:
                await harness.build(session, url).send(outbound())
            assert (caught.value.remedy, caught.value.code) == (Remedy.RETRY, code)
            assert_private(caught.value)


async def test_no_free_connection_means_not_sent(harness: ChannelHarness) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with serving(Hang()) as provider, aiohttp.ClientSession(connector=connector) as session:
        holding = asyncio.create_task(harness.build(session, provider.url).send(outbound()))
        await provider.asked.wait()
        with pytest.raises(SendError) as caught:
            await harness.build(session, provider.url, 0.1).send(outbound())
        assert (caught.value.remedy, caught.value.code) == (Remedy.RETRY, "http:connect")
        holding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await holding
        assert len(provider.seen) == 1


async def test_a_certificate_nobody_vouches_for_is_for_the_operator(harness: ChannelHarness, tmp_path: Path) -> None:
    async with serving(harness.accepted, tls=self_signed(tmp_path)) as provider, aiohttp.ClientSession() as session:
        with pytest.raises(SendError) as caught:
            await harness.build(session, provider.url).send(outbound())
        assert (caught.value.remedy, caught.value.code) == (Remedy.PAGE_OPERATOR, "http:certificate")
        assert_private(caught.value)
        assert not provider.seen


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=9)).sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


async def test_an_address_that_is_none_is_for_the_operator(harness: ChannelHarness) -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SendError) as caught:
            await harness.build(session, "nowhere").send(outbound())
    assert (caught.value.remedy, caught.value.code) == (Remedy.PAGE_OPERATOR, "http:url")


async def test_nothing_is_sent_after_closing_time(harness: ChannelHarness) -> None:
    async with aiohttp.ClientSession() as session:
        channel = harness.build(session, "http://127.0.0.1:9")
    with pytest.raises(SendError) as caught:
        await channel.send(outbound())
    assert (caught.value.remedy, caught.value.code) == (Remedy.RETRY, "http:closed")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "9" * 30}, 86_400.0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:02:00 GMT", "Date": "Mon, 23 Nov 2026 09:00:30 GMT"}, 90.0),
        ({"Retry-After": "Mon, 23 Nov 2026 08:00:00 GMT", "Date": "Mon, 23 Nov 2026 09:00:30 GMT"}, 0.0),
        ({"Retry-After": "Mon, 23 Nov 2026 09:02:00 -0000", "Date": "Mon, 23 Nov 2026 09:00:30 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "²"}, None),
        ({}, None),
    ],
)
async def test_a_wait_that_the_provider_names_is_passed_on(
    harness: ChannelHarness, headers: dict[str, str], seconds: float | None
) -> None:
    error, _ = await send_against(harness, Say(b"", 429, headers))
    assert isinstance(error, SendError)
    assert (error.remedy, error.retry_after) == (Remedy.RETRY, seconds)


async def test_a_file_is_one_request_that_tells_where_it_is(harness: ChannelHarness) -> None:
    for text in ("", TEXT):
        sent, seen = await send_against(harness, harness.accepted, text=text, file=PAPER)
        assert sent == harness.sent
        (request,) = seen
        assert "/f/secret" in unquote(request.body.decode())


async def test_half_a_surrogate_pair_is_no_reason_not_to_send(harness: ChannelHarness) -> None:
    sent, _ = await send_against(harness, harness.accepted, text="α\ud83d", choices=(Choice("\ud83d", "\ud83d"),))
    assert sent == harness.sent


@pytest.mark.parametrize("channel", HARNESSES, ids=lambda each: each.name)
@settings(max_examples=examples(30))
@given(
    text=st.text(),
    address=st.text(),
    choices=st.lists(st.builds(Choice, st.text(), st.text())).map(tuple),
    row=st.integers(),
    file=st.none() | st.builds(OutboundFile, st.text(), st.text(), st.integers(), st.text()),
)
async def test_whatever_is_sent_it_is_sent_or_a_send_error(
    channel: ChannelHarness, text: str, address: str, choices: tuple[Choice, ...], row: int, file: OutboundFile | None
) -> None:
    sent, _ = await send_against(
        channel, channel.accepted, id=row, text=text, address=address, choices=choices, file=file
    )
    assert sent == channel.sent or isinstance(sent, SendError)
