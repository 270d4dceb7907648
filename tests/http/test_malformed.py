"""What is no HTTP, or no body as its header says: refused without a word of it, and a line in the log a minute."""

from __future__ import annotations

import pytest

from tests.http.service import Service

POST = b"POST /webhooks/viber HTTP/1.1\r\nHost: a\r\n"
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
SECRET = b"kekkek"
REQUESTS = {
    "brotli that is none": POST + b"Content-Encoding: br\r\nContent-Length: 6\r\n\r\nkekkek",
    "zstd that is none": POST + b"Content-Encoding: zstd\r\nContent-Length: 6\r\n\r\nkekkek",
    "gzip that is none": POST + b"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 6\r\n\r\nkekkek",
    "a version that there is not": b"GET /kekkek HTTP/9.9.9\r\nHost: a\r\n\r\n",
    "a header without a colon": GET + b"kekkek\r\n\r\n",
    "a header with a blank": GET + b"X kekkek: 1\r\n\r\n",
    "a length that is no number": POST + b"Content-Length: kekkek\r\n\r\n",
    "a chunk that has no length": POST + b"Transfer-Encoding: chunked\r\n\r\nkekkek\r\nabc\r\n",
    "a long path": b"GET /" + SECRET * 2000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long header": GET + b"X: " + SECRET * 2000 + b"\r\n\r\n",
    "an address that is none": b"GET http://[kekkek HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_it_is_refused_without_a_word_of_it(service: Service, name: str) -> None:
    told = await service.talk(REQUESTS[name])
    head, _, body = told.partition(b"\r\n\r\n")
    assert head.split()[1] == b"400"
    assert SECRET not in told
    assert b"rotli" not in told
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert b"\nserver:" not in head.lower()
    assert not [line for line in service.book.lines if line["level"] == "error"]


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01\x02\x00\x01 kekkek\r\n\r\n", b"K<ek>kek / HTTP/1.1\r\nHost: a\r\n\r\n"]
)
async def test_what_is_no_http_at_all_is_answered_alike_and_not_logged(service: Service, request_: bytes) -> None:
    told = await service.talk(request_)
    assert told.endswith(b"malformed request")
    assert SECRET not in told
    assert service.book.lines == []


async def test_an_expectation_is_not_quoted(service: Service) -> None:
    told = await service.talk(POST + b"Expect: kekkek\r\nConnection: close\r\nContent-Length: 1\r\n\r\na")
    assert told.split()[1] == b"417"
    assert SECRET not in told


async def test_of_many_there_is_one_line_a_minute_that_counts_them(service: Service) -> None:
    for _ in range(4):
        for request in REQUESTS.values():
            await service.talk(request)
    service.clock.forward(60)
    await service.talk(REQUESTS["brotli that is none"])
    lines = [(line["event"], line["level"], line["times"]) for line in service.book.lines]
    assert lines == [("http.malformed", "warning", 1), ("http.malformed", "warning", 4 * len(REQUESTS))]
    assert SECRET.decode() not in service.book.getvalue()
    counted = (await service.ask("GET", "/metrics")).body.decode()
    assert f"counter_malformed_requests_total {4 * len(REQUESTS) + 1}.0" in counted
