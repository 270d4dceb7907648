"""Who signed an event, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connect import event_reader
from connectors.signatures import BadSignature
from tests.connectors.sandbox import NOW
from tests.connectors.signing import NEW, OLD, READER, STRANGE, event, headers, read

# Who, and when


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_either_secret_signs_while_one_follows_the_other(secret: str) -> None:
    assert read(event(), secret=secret) is not None


def test_either_of_several_signatures_is_enough() -> None:
    body = event()
    both = headers(body, NEW)["Webhook-Signature"] + " " + headers(body, STRANGE)["Webhook-Signature"]
    assert event_reader([NEW], lambda: NOW).read("permits", {**headers(body), "Webhook-Signature": both}, body)
    assert event_reader([STRANGE], lambda: NOW).read("permits", {**headers(body), "Webhook-Signature": both}, body)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_within_the_window(minutes: int) -> None:
    assert read(event(), at=NOW + timedelta(minutes=minutes)) is not None


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_a_replay_comes_too_late(seconds: int) -> None:
    with pytest.raises(BadSignature, match="time"):
        read(event(), at=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "different",
    [
        {"Webhook-Id": ""},
        {"Webhook-Id": "e-2"},
        {"Webhook-Id": "\ud800"},
        {"Webhook-Timestamp": ""},
        {"Webhook-Timestamp": str(int(NOW.timestamp()) + 1)},
        {"Webhook-Timestamp": "²"},
        {"Webhook-Timestamp": "9" * 11},
        {"Webhook-Timestamp": "9" * 400},
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1a," + headers(event())["Webhook-Signature"][3:]},
        {"Webhook-Signature": headers(event())["Webhook-Signature"][3:]},
        {"Webhook-Signature": headers(event(), STRANGE)["Webhook-Signature"]},
        {"Webhook-Signature": "v1,\udc80κ"},
    ],
)
def test_a_wrong_signature(different: dict[str, str]) -> None:
    with pytest.raises(BadSignature) as caught:
        READER.read("permits", {**headers(event()), **different}, event())
    assert caught.value.status == 403


def test_a_changed_body_is_nobodys() -> None:
    with pytest.raises(BadSignature):
        READER.read("permits", headers(event()), event().replace(b"123456783", b"090000045"))


def test_without_a_secret_nothing_is_taken() -> None:
    with pytest.raises(BadSignature):
        event_reader([], lambda: NOW).read("permits", headers(event()), event())


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "whsec_κ"])
def test_a_secret_that_is_none_stops_the_start(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_"):
        event_reader([secret], lambda: NOW)


NOISE = st.text(max_size=30)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), NOISE), st.binary())
def test_noise_is_nobodys(noise: dict[str, str], body: bytes) -> None:
    with pytest.raises(BadSignature):
        READER.read("permits", noise, body)


def test_who_has_a_secret_of_its_own_is_signed_for_by_nobody_else() -> None:
    reader = event_reader([NEW], lambda: NOW, {"permits": [OLD]})
    with pytest.raises(BadSignature):
        reader.read("permits", headers(event(), secret=NEW), event())
    assert reader.read("permits", headers(event(), secret=OLD), event())
    with pytest.raises(BadSignature):
        reader.read("kep", headers(event(), secret=OLD), event())
