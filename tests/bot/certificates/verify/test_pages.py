"""/verify as anybody asks it: by code, by file, by photo, as a page and as JSON, and as often as they like."""

from __future__ import annotations

import asyncio
import io
import json
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.certificates.issuer import record
from bot.certificates.verify.build import verify_pages
from bot.certificates.verify.verdict import Result
from bot.metrics import Metrics
from bot.web.throttle import Rate, Throttle, address_of, counted
from casestore.certificates.records import Why
from nlu.certificate_codes import new_code, plain
from tests.bot.certificates.papers import Papers
from tests.bot.certificates.sheets import CLEARANCE, FAMILY
from tests.bot.certificates.verify.photos import page_of
from tests.bot.web.served import post, served
from tests.clock import FakeClock
from tests.harness import settings_for
from tests.http.service import Service, counting

JSON = {"Accept": "application/json"}


@asynccontextmanager
async def serving(papers: Papers, url: str, folder: Path) -> AsyncIterator[Service]:
    """With both papers on record. The clock is that of the day on which they were issued."""
    papers.lend(folder)
    async with counting(url) as service:
        service.clock.now = CLEARANCE.issued_at + timedelta(hours=1)
        async with service.store.database.write() as connection:
            await record(service.store.issued, connection, CLEARANCE, papers.plain)
            await record(service.store.issued, connection, FAMILY, papers.lasting)
        yield service


@pytest.fixture
async def service(sealed: Papers, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(sealed, sqlite_url, tmp_path) as service:
        yield service


async def asked(service: Service, code: str, **headers: str) -> dict[str, Any]:
    answer = await service.ask("GET", f"/verify/{code}", headers=JSON | headers)
    assert answer.status == 200, answer.body
    return dict(json.loads(answer.body))


async def sent(service: Service, content: bytes, name: str = "a.pdf", **headers: str) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name)
    answer = await service.ask("POST", "/verify", data=form, headers=JSON | headers)
    assert answer.status == 200, answer.body
    return dict(json.loads(answer.body))


async def test_a_code_tells_what_was_issued_and_nothing_of_anybody(service: Service, sealed: Papers) -> None:
    told = await asked(service, sealed.plain.code)
    assert told == {
        "result": "genuine",
        "title": CLEARANCE.title,
        "issuer": CLEARANCE.office,
        "issued_at": CLEARANCE.issued_at.isoformat(),
        "basis": "code",
        "code": sealed.plain.code,
        "valid_until": CLEARANCE.valid_until.isoformat(),  # type: ignore[union-attr] # it has one
    }
    for path in (f"/V/{plain(sealed.plain.code)}", f"/verify/{sealed.plain.code.lower()}"):
        page = await service.ask("GET", path, headers={"Accept-Language": "el"})
        shown = page.body.decode()
        assert "Έχει εκδοθεί και ισχύει" in shown
        assert CLEARANCE.holder not in shown
        assert "<script" not in shown
        assert page.headers["Cache-Control"] == "no-store"


async def test_over_revoked_unknown_and_mistyped(service: Service, sealed: Papers) -> None:
    unknown = new_code(random.Random(1).randrange)
    assert await asked(service, unknown) == {
        "result": "unknown", "title": None, "issuer": None, "issued_at": None, "code": unknown
    }  # fmt: skip
    mistyped = await asked(service, sealed.plain.code[:-1] + ("1" if sealed.plain.code[-1] == "0" else "0"))
    assert (mistyped["result"], mistyped["reason"]) == ("unknown", "mistyped")
    async with service.store.database.write() as connection:
        await service.store.issued.revoke(connection, sealed.lasting.code, "eleni", Why.CHANGED, service.clock())
    revoked = await asked(service, sealed.lasting.code)
    assert (revoked["result"], revoked["revoked_why"]) == ("revoked", "changed")
    assert "eleni" not in str(revoked)
    service.clock.now += timedelta(days=40)
    assert (await asked(service, sealed.plain.code))["result"] == "expired"


async def test_a_file_is_what_it_is(service: Service, sealed: Papers) -> None:
    """Each file that is opened takes a child of a second, so here they are few; every case is in test_verdict.py."""
    exact = await sent(service, sealed.plain.pdf)
    assert (exact["result"], exact["basis"]) == ("genuine", "copy")
    altered = await sent(service, sealed.plain.pdf + b"\n")
    assert (altered["result"], altered["reason"], altered["title"]) == ("altered", "changed", CLEARANCE.title)
    photo = io.BytesIO()
    page_of(sealed.lasting.pdf).save(photo, "JPEG")
    shown = await sent(service, photo.getvalue(), "IMG_1.jpg")
    assert (shown["result"], shown["basis"], shown["holder"]) == ("genuine", "qr", FAMILY.holder)
    assert (await sent(service, b"hello", "hello.txt"))["result"] == "unreadable"
    assert await service.kept() == (0, 0)
    dumped = await service.dump()
    assert plain(sealed.plain.code).encode() not in dumped.replace(b"-", b"")
    assert "Αντωνίου".encode() not in dumped


async def test_a_sealed_paper_that_is_not_on_record_is_known_by_its_seal(
    sealed: Papers, sqlite_url: str, tmp_path: Path
) -> None:
    sealed.lend(tmp_path)
    async with counting(sqlite_url) as service:
        told = await sent(service, sealed.plain.pdf)
        assert (told["result"], told["basis"], told["reason"]) == ("genuine", "seal", "no-record")


async def test_forms_of_a_browser(service: Service, sealed: Papers) -> None:
    form = await service.ask("GET", "/verify", headers={"Accept-Language": "en"})
    assert "Is this document genuine?" in form.body.decode()
    typed = await service.ask("POST", "/verify?lang=en", data={"code": sealed.plain.code.lower().replace("-", " ")})
    assert "Issued here, and valid" in typed.body.decode()
    nothing = await service.ask("POST", "/verify", data={"code": " "})
    assert (nothing.status, "Δεν ήρθε κάτι" in nothing.body.decode()) == (400, True)
    wrong = await service.ask("POST", "/verify", data={"code": "4TY6"}, headers=JSON)
    assert b'"unreadable"' in wrong.body
    unknown = await service.ask("POST", "/verify", data={"code": "0000-0000-0000-0000"}, headers=JSON)
    assert b'"not-ours"' in unknown.body
    hostile = await service.ask("GET", "/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert b"<script" not in hostile.body


async def test_where_nothing_was_issued_yet_a_file_cannot_be_checked(sqlite_url: str) -> None:
    async with counting(sqlite_url) as service:
        form = aiohttp.FormData()
        form.add_field("file", b"%PDF-1.7\n", filename="a.pdf")
        assert (await service.ask("POST", "/verify", data=form)).status == 503


async def test_ten_thousand_guesses_find_nothing_and_are_slowed_down(service: Service, sealed: Papers) -> None:
    """From a thousand addresses, within ten seconds, all of them codes that could be right: what is looked up is what
    all together may ask, whoever they are."""
    settings = settings_for(service.store.database.url.render_as_string(hide_password=False))
    pages = verify_pages(settings, service.store, Metrics(), service.clock)
    found = []
    for number in range(10_000):
        service.clock.forward(0.001)
        found.append(await pages.verdict_of(new_code(secrets.randbelow), f"10.{number % 4}.1.{number % 250}"))
    assert {one.result for one in found if not isinstance(one, int)} == {Result.UNKNOWN}
    assert 600 <= sum(not isinstance(one, int) for one in found) <= 600 + 101
    waiting = await pages.verdict_of(sealed.plain.code, "198.51.100.1")
    assert isinstance(waiting, int)
    service.clock.forward(waiting)
    real = await pages.verdict_of(sealed.plain.code, "198.51.100.1")
    assert not isinstance(real, int)
    assert real.result is Result.GENUINE


async def test_one_address_has_one_file_read_at_a_time_and_keeps_nobody_else_out(
    service: Service, sealed: Papers
) -> None:
    """Slow senders take a place each; before, four of them from anywhere shut it for everybody."""
    head = b"POST /verify HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nExpect: 100-continue\r\n"
    head += b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n"
    first = [await asyncio.open_connection("127.0.0.1", URL(service.url).port) for _ in range(6)]
    for reader, writer in first:
        writer.write(head)
        await reader.readuntil(b"\r\n\r\n")  # it may go on: the body is read from now on
    refused = [await reader.readuntil(b"\r\n\r\n") for reader, _ in first[1:]]
    assert {answer.split()[1] for answer in refused} == {b"429"}
    assert (await sent(service, sealed.plain.pdf, **{"X-Forwarded-For": "192.0.2.2"}))["result"] == "genuine"
    for _, writer in first:
        writer.close()


async def test_one_address_is_slowed_down_soon_and_others_are_not(service: Service, sealed: Papers) -> None:
    answers = [
        (await service.ask("GET", f"/verify/{new_code(secrets.randbelow)}", headers=JSON)).status for _ in range(30)
    ]
    assert answers == [200] * 20 + [429] * 10
    page = await service.ask("GET", f"/verify/{sealed.plain.code}")
    assert (page.status, int(page.headers["Retry-After"]) > 0) == (429, True)
    elsewhere = {"X-Forwarded-For": "198.51.100.7"}
    for _ in range(40):  # what is found costs nothing
        assert (await asked(service, sealed.plain.code, **elsewhere))["result"] == "genuine"
    service.clock.now += timedelta(seconds=11)
    assert (await asked(service, sealed.plain.code))["result"] == "genuine"


def test_all_together_are_slowed_down_whatever_their_addresses() -> None:
    clock = FakeClock()
    throttle = Throttle(Rate(20, 6), Rate(600, 600), clock)
    passed = sum(throttle.take(f"10.0.{number // 250}.{number % 250}") == 0 for number in range(10_000))
    assert passed == 600
    clock.now += timedelta(seconds=1)
    assert sum(throttle.take(f"10.1.0.{number}") == 0 for number in range(100)) == 10
    assert len(throttle._buckets) <= 20_000


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # a stranger's word
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what came before it is the stranger's word
        ("127.0.0.1", "nonsense", ""),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "", "203.0.113.5"),
    ],
)
def test_an_address_is_counted_as_far_as_it_is_known(peer: str, forwarded: str, address: str) -> None:
    assert counted(peer, forwarded, [ip_network("127.0.0.0/8")]) == address


async def test_a_proxys_own_line_counts_where_it_passes_on_anothers() -> None:
    async def told(request: web.Request) -> web.Response:
        return web.Response(headers={"X-Counted": address_of(request, [ip_network("127.0.0.0/8")])})

    async with served(told) as there:
        _, head = await there.ask(post(b"", "X-Forwarded-For: 192.0.2.9", "X-Forwarded-For: 198.51.100.7"))
    assert b"x-counted: 198.51.100.7\r\n" in head


async def test_dates_of_records_are_those_of_the_paper(service: Service, sealed: Papers) -> None:
    kept = await service.store.issued.by_digest(sealed.lasting.sha256)
    assert kept is not None
    assert replace(kept, revocation=None).issued_at == FAMILY.issued_at
