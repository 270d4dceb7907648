"""What every channel owes the rest of the house, run by each of them: fetching what a person has sent."""

from __future__ import annotations

import gzip
import traceback
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.channels import media
from bot.channels.port import Attachment, FetchError, Remedy
from tests.channels.harness import ChannelHarness
from tests.channels.provider import CutShort, Drop, Hang, Provider, Say, serving

CONTENT = b"%PDF-1.7 " + b"x" * 200_000
LIMIT = 1 << 20


async def fetch_against(
    harness: ChannelHarness, *script: Any, address: str | None = None, limit: int = LIMIT, deadline: float = 5.0
) -> tuple[bytes | FetchError, Provider]:
    """``address`` may hold ``{url}``, the provider's own; by default it is where the provider keeps files."""
    async with serving(*script) as provider, aiohttp.ClientSession() as session:
        channel = harness.build(session, provider.url, deadline)
        told = (address or "{url}" + harness.media).replace("{url}", provider.url)
        try:
            return await channel.fetch(Attachment("file", told), limit), provider
        except FetchError as error:
            said = "".join(traceback.format_exception(error)) + repr(error.__context__)
            secrets = (provider.url, harness.media, harness.token, "elsewhere")
            assert not [secret for secret in secrets if secret in said]
            return error, provider


def told(error: bytes | FetchError) -> tuple[Remedy, str]:
    assert isinstance(error, FetchError)
    return error.remedy, error.code


async def test_a_file_is_fetched_whole(harness: ChannelHarness) -> None:
    content, provider = await fetch_against(harness, Say(CONTENT))
    assert content == CONTENT
    (seen,) = provider.seen
    assert (seen.method, seen.path, "authorization" in seen.headers) == ("GET", harness.media, harness.signs_in)


async def test_a_redirect_is_followed_without_credentials(harness: ChannelHarness) -> None:
    content, provider = await fetch_against(harness, Say(b"", 307, {"Location": "/there/it/is"}), Say(CONTENT))
    assert content == CONTENT
    assert [seen.path for seen in provider.seen] == [harness.media, "/there/it/is"]
    assert "authorization" not in provider.seen[1].headers


@pytest.mark.parametrize(
    "location",
    ["http://localhost:1/elsewhere", "https://viber.com.elsewhere.example/", "https://elsewhere.example/viber.com/",
     "https://twiliocdn.com@elsewhere.example/", "https://s3-external-1.amazonaws.com/elsewhere/",
     "https://media.viber.com:8443/elsewhere", "http://dl-media.viber.com/elsewhere", "//elsewhere.example/",
     "https://dl-media.viber.com.:443@elsewhere.example/"],
)  # fmt: skip
async def test_a_redirect_leads_to_no_other_host(harness: ChannelHarness, location: str) -> None:
    error, provider = await fetch_against(harness, Say(b"", 302, {"Location": location}), Say(CONTENT))
    assert told(error) == (Remedy.NEVER, "media:host")
    assert len(provider.seen) == 1


@pytest.mark.parametrize("location", ["", "http://[::1", "https://x:port/", "file:///elsewhere", "{media}"])
async def test_a_redirect_to_nowhere_is_given_up(harness: ChannelHarness, location: str) -> None:
    error, _ = await fetch_against(harness, Say(b"", 302, {"Location": location.replace("{media}", harness.media)}))
    assert told(error) == (Remedy.NEVER, "media:redirects")


@pytest.mark.parametrize(
    "address",
    ["https://elsewhere.example/a", "http://169.254.169.254/latest", "http://localhost:1/a", "https://viber.com.x/",
     "https://api.twilio.com.elsewhere.example/2010-04-01/a"],
)  # fmt: skip
async def test_a_stranger_chooses_no_host(harness: ChannelHarness, address: str) -> None:
    error, provider = await fetch_against(harness, Say(CONTENT), address=address)
    assert told(error) == (Remedy.NEVER, "media:host")
    assert not provider.seen


@pytest.mark.parametrize("address", ["/a", "no address", "https://[::1", "mailto:a"])
async def test_an_attachment_without_an_address_cannot_be_fetched(harness: ChannelHarness, address: str) -> None:
    error, _ = await fetch_against(harness, Say(CONTENT), address=address)
    assert told(error) == (Remedy.NEVER, "media:no-address")


async def test_what_is_too_large_is_not_read(harness: ChannelHarness) -> None:
    error, _ = await fetch_against(harness, Say(CONTENT), limit=len(CONTENT) - 1)
    assert told(error) == (Remedy.NEVER, "media:too-large")
    content, _ = await fetch_against(harness, Say(CONTENT), limit=len(CONTENT))
    assert content == CONTENT


async def test_what_unpacks_to_too_much_is_too_large(harness: ChannelHarness) -> None:
    bomb = Say(gzip.compress(b"\0" * (8 * LIMIT)), headers={"Content-Encoding": "gzip"})
    error, _ = await fetch_against(harness, bomb)
    assert told(error) == (Remedy.NEVER, "media:too-large")


@pytest.mark.parametrize(
    ("trouble", "code", "deadline"),
    [(Hang(), "timeout", 0.2), (Drop(), "http:dropped", 5.0), (CutShort(), "http:dropped", 5.0)],
)
async def test_a_lost_answer_may_be_asked_for_again(
    harness: ChannelHarness, trouble: Any, code: str, deadline: float
) -> None:
    error, _ = await fetch_against(harness, trouble, deadline=deadline)
    assert told(error) == (Remedy.RETRY, code)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(404, Remedy.NEVER), (410, Remedy.NEVER), (429, Remedy.RETRY), (500, Remedy.RETRY), (503, Remedy.RETRY),
     (403, None), (401, None)],
)  # fmt: skip
async def test_every_http_status_asks_for_its_remedy(
    harness: ChannelHarness, status: int, remedy: Remedy | None
) -> None:
    error, _ = await fetch_against(harness, Say(b"no", status))
    refused = Remedy.PAGE_OPERATOR if harness.signs_in else Remedy.NEVER
    assert told(error) == (remedy or refused, f"http:{status}")


async def test_a_refusal_after_a_redirect_is_no_matter_of_credentials(harness: ChannelHarness) -> None:
    error, _ = await fetch_against(harness, Say(b"", 302, {"Location": "/x"}), Say(b"", 403))
    assert told(error) == (Remedy.NEVER, "http:403")


async def test_out_of_reach_and_closed_are_told(harness: ChannelHarness) -> None:
    async with aiohttp.ClientSession() as session:
        channel = harness.build(session, "http://127.0.0.1:9")
        attachment = Attachment("file", "http://127.0.0.1:9" + harness.media)
        with pytest.raises(FetchError) as caught:
            await channel.fetch(attachment, LIMIT)
        assert told(caught.value) == (Remedy.RETRY, "http:connect")
    with pytest.raises(FetchError) as caught:
        await channel.fetch(attachment, LIMIT)
    assert told(caught.value) == (Remedy.RETRY, "http:closed")


@pytest.mark.parametrize(
    "address",
    ["https://dl-media.viber.com/5/media/2/x.jpg?a=b&c=%20", "https://example.com", "http://127.0.0.1:9/media/1/a"],
)
def test_an_address_is_kept_as_it_came(address: str) -> None:
    assert media.address_in(address, URL("http://127.0.0.1:9/pa")) == address


@pytest.mark.parametrize(
    "told",
    [None, 7, "", "x", "http://example.com", "http://127.0.0.1:8/", "https://", "https://[::1", "https://x:port/",
     "https://user:secret@x/", "https://me@x/", "ftp://x/", "javascript:alert(1)", "https://x/\n", "https://x/ y",
     "https://χ.gr/", "https://x/" + "a" * 2000],
)  # fmt: skip
def test_what_is_no_address_is_none(told: object) -> None:
    assert media.address_in(told, URL("http://127.0.0.1:9/pa")) is None


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("αίτηση.pdf", "αίτηση.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\a\b.doc", "b.doc"),
        ("a\x00\x1b\u202eb", "a\ufffdb"),
        ("α" * 300 + ".pdf", "α" * 252 + ".pdf"),
        *((nothing, None) for nothing in (" ", "", "a/", 7, None)),
    ],
)
def test_a_name_is_a_name(told: object, name: str | None) -> None:
    assert media.name_in(told) == name


@pytest.mark.parametrize(("told", "size"), [(0, 0), (9, 9), (-1, None), (1 << 41, None), (True, None), ("9", None)])
def test_a_size_is_a_number_of_bytes(told: object, size: int | None) -> None:
    assert media.size_in(told) == size


@pytest.mark.parametrize(
    ("told", "found"),
    [("image/jpeg", "image/jpeg"), ("Text/VCard; charset=utf-8", "text/vcard"), ("image", None), ("a/b/c", None),
     ("x/" + "y" * 99, None), ("", None), (None, None)],
)  # fmt: skip
def test_a_media_type_has_two_halves(told: object, found: str | None) -> None:
    assert media.media_type_in(told) == found
