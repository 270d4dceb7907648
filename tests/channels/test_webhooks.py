"""What every channel owes the rest of the house, run by each of them: webhooks, and replies in parts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bot.channels.port import BadWebhook, Channel, Parsed, WebhookRequest
from bot.channels.text import units
from dialogues.turn import Choice, Reply
from tests.channels.harness import ADDRESS, NOW, ChannelHarness
from tests.channels.registry import HARNESSES, TOKENS, channels
from tests.channels.signing import PUBLIC_URL
from tests.channels.webhooks import WEBHOOKS, Expect, Signing, Webhook, signed
from tests.clock import START
from tests.examples import examples

SENDERS = {harness.name: harness.sender for harness in HARNESSES}


def request_of(entry: Webhook) -> WebhookRequest:
    target, headers, body = signed(entry)
    url = URL(target, encoded=True)
    lower = {name.lower(): value for name, value in headers.items()}
    return WebhookRequest(url.path, PUBLIC_URL + target, lower, body, START)


def outcome(channel: Channel, request: WebhookRequest) -> tuple[Expect, Parsed]:
    """What the intake would make of it."""
    if not channel.verify(request):
        return Expect.FORBIDDEN, Parsed()
    try:
        parsed = channel.parse(request)
    except BadWebhook:
        return Expect.BAD, Parsed()
    kinds = [kind for kind, found in ((Expect.INBOUND, parsed.inbound), (Expect.RECEIPT, parsed.receipts)) if found]
    assert len(kinds) < 2
    return (kinds or [Expect.NOTHING])[0], parsed


@pytest.mark.parametrize("entry", WEBHOOKS, ids=lambda entry: f"{entry.channel}: {entry.name}")
async def test_every_webhook_becomes_what_the_table_says(entry: Webhook) -> None:
    async with channels() as both:
        found, parsed = outcome(both[entry.channel], request_of(entry))
    assert found is entry.expect
    for inbound in parsed.inbound:
        assert (inbound.channel, inbound.address) == (entry.channel, SENDERS[entry.channel])
        assert inbound.external_id.isascii()
        assert datetime(2010, 1, 1, tzinfo=UTC) < inbound.at <= NOW
        inbound.text.encode()
        assert "\x00" not in inbound.text


def test_the_table_is_wide_and_names_every_entry_once() -> None:
    assert len(WEBHOOKS) >= 60
    assert len({(entry.channel, entry.name) for entry in WEBHOOKS}) == len(WEBHOOKS)
    assert {entry.expect for entry in WEBHOOKS} == set(Expect)


@pytest.mark.parametrize("signing", list(Signing)[:8])  # the rest belong to one provider: see the table
async def test_a_signature_is_right_or_the_request_is_refused(harness: ChannelHarness, signing: Signing) -> None:
    body = (("MessageSid", "SM1"), ("From", ADDRESS), ("Blank", ""))
    entry = Webhook("any", harness.name, body, Expect.NOTHING, signing=signing)
    async with channels() as both:
        assert both[harness.name].verify(request_of(entry)) is (signing is Signing.RIGHT)


@pytest.mark.parametrize("url", ["", "no url at all", "https://[::1", "https://x:port/", "https://x/\udcff"])
async def test_a_strange_url_is_a_wrong_signature(harness: ChannelHarness, url: str) -> None:
    async with channels() as both:
        assert not both[harness.name].verify(WebhookRequest("/", url, harness.forged, b"a=\xff", START))


def _webhook(channel: str, path: str, body: Any) -> Webhook:
    return Webhook("any", channel, body, Expect.NOTHING, path=path)


PATHS = [(harness.name, target) for harness in HARNESSES for target in harness.targets]
_names = st.sampled_from(
    ["MessageSid", "SmsSid", "From", "To", "Body", "NumMedia", "MessageStatus", "SmsStatus", "ErrorCode", "OptOutType"]
)
_values = st.text() | st.sampled_from([ADDRESS, "SM1", "failed", "delivered", "received", "30003", "STOP", "2"])
_forms = st.lists(st.tuples(_names | st.text(), _values.map(lambda text: text.encode(errors="replace").decode())))
_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_json = st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
_events = st.sampled_from(
    ["message", "seen", "failed", "subscribed", "unsubscribed", "conversation_started", "webhook"]
)
_callbacks = st.fixed_dictionaries(
    {"event": _events},
    optional={
        "timestamp": st.integers() | _json,
        "message_token": st.integers() | _json,
        "user_id": st.text() | _json,
        "user": st.fixed_dictionaries({"id": st.text() | _json}, optional={"language": _json}) | _json,
        "sender": st.fixed_dictionaries({"id": st.just("a=") | _json}, optional={"language": _json}) | _json,
        "message": st.fixed_dictionaries({"type": st.just("text") | _json}, optional={"text": _json}) | _json,
        "desc": _json,
    },
)
_bodies = st.binary() | _json | _callbacks | _forms.map(lambda pairs: tuple(pairs))


@settings(max_examples=examples(300))
@given(target=st.sampled_from(PATHS), body=_bodies)
async def test_whatever_is_signed_right_is_read_or_called_bad(target: tuple[str, str], body: Any) -> None:
    request = request_of(_webhook(*target, body))
    async with channels() as both:
        assert both[target[0]].verify(request)
        found, parsed = outcome(both[target[0]], request)
    assert found is not Expect.FORBIDDEN
    for inbound in parsed.inbound:
        f"{inbound.text}{inbound.address}{inbound.external_id}{inbound.language}".encode()
        assert inbound.at <= NOW
    for secret in TOKENS:
        assert secret not in parsed.answer.body


@given(text=st.text(max_size=200), factor=st.integers(1, 200), titles=st.lists(st.text(min_size=1), max_size=30))
async def test_composed_parts_fit_and_only_the_last_has_choices(text: str, factor: int, titles: list[str]) -> None:
    reply = Reply((text + " ") * factor, tuple(Choice(title, title) for title in titles))
    async with channels() as both:
        for harness in HARNESSES:
            parts = both[harness.name].compose(reply)
            assert all(part.text.strip() and units(part.text) <= harness.limit for part in parts)
            assert not any(part.choices or part.file for part in parts[:-1])
