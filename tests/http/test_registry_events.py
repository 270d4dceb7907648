"""Events of registries over real HTTP, on both databases: every answer of docs/http.md, and what is kept."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.web.signed import MAX_BODY
from casestore.tables import registry_events as rows
from tests.clock import START
from tests.connectors.signing import NEW, OLD, STRANGE, event, headers
from tests.http.faults import Trouble, closed, disk_full, read_only
from tests.http.service import Answer, Service, counting

PATH = "/registries/permits/events"


async def post(service: Service, body: bytes, path: str = PATH, **signed: Any) -> Answer:
    """Signed as its sender would, now."""
    return await service.ask("POST", path, headers=headers(body, **{"at": START, **signed}), data=body)


async def kept(service: Service) -> list[tuple[str, int, str]]:
    async with service.store.database.read() as connection:
        found = await connection.execute(select(rows.c.registry, rows.c.sequence, rows.c.state).order_by(rows.c.id))
        return [tuple(row) for row in found]


async def test_an_event_is_kept_and_then_answered(service: Service) -> None:
    answer = await post(service, event())
    assert (answer.status, answer.body) == (200, b"")
    assert await kept(service) == [("permits", 4, "open")]


async def test_the_same_event_is_kept_once_however_often_and_at_once(service: Service) -> None:
    answers = [await post(service, event())]
    answers += await asyncio.gather(*(post(service, event(), id_=f"delivery-{n}") for n in range(6)))
    assert {answer.status for answer in answers} == {200}
    assert len(await kept(service)) == 1
    other = event(id="permits-0-8", data={"sequence": 5, "stage": "issuance"})
    assert (await post(service, other)).status == 200
    assert len(await kept(service)) == 2


async def test_an_id_is_unique_for_its_registry_and_of_any_length(service: Service) -> None:
    of_efka = event(source="/registries/efka", subject="ΕΦ-2026-000201")
    assert (await post(service, of_efka, "/registries/efka/events")).status == 200
    assert (await post(service, event(id="α\0" + "9" * 5000))).status == 200
    assert (await post(service, event())).status == 200
    assert len(await kept(service)) == 3


async def test_what_is_kept_is_sealed(service: Service) -> None:
    await post(service, event(data={"sequence": 4, "stage": "review", "note": "στον διευθυντή"}))
    dump = await service.dump()
    for told in ("123456783", "διευθυντή", "ΑΔ-2026-000123", "permits-0-7"):
        assert told.encode() not in dump
    assert b"permits" in dump  # the dump does see what is in the clear


UNSIGNED: dict[str, dict[str, Any]] = {
    "another's secret": {"secret": STRANGE},
    "too old": {"at": START - timedelta(minutes=6)},
    "ahead of our clock": {"at": START + timedelta(minutes=6)},
}


@pytest.mark.parametrize("name", UNSIGNED)
async def test_what_nobody_we_know_signed_now_is_403_and_nothing_is_kept(service: Service, name: str) -> None:
    assert (await post(service, event(), **UNSIGNED[name])).status == 403
    assert (await service.ask("POST", PATH, data=event())).status == 403
    changed = await service.ask("POST", PATH, headers=headers(event(), at=START), data=event() + b" ")
    assert changed.status == 403
    assert await kept(service) == []


async def test_one_secret_can_follow_another(database_url: str) -> None:
    async with counting(database_url, registry_events_secret=f"{NEW}, {OLD}") as service:
        for number, secret in enumerate((NEW, OLD)):
            assert (await post(service, event(id=f"e-{number}"), secret=secret)).status == 200
        assert (await post(service, event(id="e-9"), secret=STRANGE)).status == 403
        assert len(await kept(service)) == 2


async def test_without_a_secret_there_is_no_such_place(database_url: str) -> None:
    async with counting(database_url, registry_events_secret=None) as service:
        assert (await post(service, event())).status == 404


UNREADABLE = {
    "no JSON": b"{",
    "no subject": event(subject=...),
    "of another registry": event(source="/registries/efka"),
    "a case of another registry": event(subject="ΕΦ-2026-000201"),
    "a type that is none": event("καιρός"),
    "a time that is a number": event(time=5),
    "a sequence that no row holds": event(data={"sequence": 2**31, "stage": "review"}),
    "no tax number": event(data={"afm": "12345", "stage": "review"}),
    "half a character": event(data={"stage": "review", "note": "@"}).replace(b"@", rb"\ud800"),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_what_is_signed_and_cannot_be_read_is_400_and_quotes_nothing(service: Service, name: str) -> None:
    answer = await post(service, UNREADABLE[name])
    assert answer.status == 400
    assert "12345" not in answer.body.decode()
    assert await kept(service) == []


async def test_who_signs_for_a_registry_that_there_is_not_is_told_404(service: Service) -> None:
    body = event(source="/registries/tax")
    assert (await post(service, body, "/registries/tax/events")).status == 404
    assert (await service.ask("POST", "/registries/tax/events", data=body)).status == 403
    assert await kept(service) == []


async def test_an_unknown_type_is_kept_for_who_knows_it_later(service: Service) -> None:
    for number, kind in enumerate(("case.archived", "weather.changed")):
        assert (await post(service, event(kind, {}, id=f"e-{number}", subject=..., time=...))).status == 200
    assert await kept(service) == [("permits", 0, "open")] * 2
    async with service.store.database.read() as connection:
        types = list(await connection.scalars(select(rows.c.type).order_by(rows.c.id)))
    assert types == ["gr.gov.case.archived", "gr.gov.weather.changed"]


async def test_a_certificate_that_is_told_of_is_kept(service: Service) -> None:
    data = {"sequence": 1, "request": "r-1", "reason": "δεν βρέθηκε"}
    assert (await post(service, event("certificate.refused", data=data, subject="r-1"))).status == 200
    assert await kept(service) == [("permits", 1, "open")]


@pytest.mark.parametrize("sign", [True, False])
async def test_too_large_is_413_signed_or_not(service: Service, sign: bool) -> None:
    body = event(data={"stage": "review", "note": "α" * MAX_BODY})
    signed = headers(body, at=START) if sign else {}
    assert (await service.ask("POST", PATH, headers=signed, data=body)).status == 413
    assert await kept(service) == []


@pytest.mark.parametrize(
    ("database_url", "trouble"),
    [("sqlite", disk_full), ("postgresql", read_only), ("postgresql", closed)],
    indirect=["database_url"],
    ids=["disk full", "read only", "closed"],
)
async def test_what_cannot_be_stored_is_503_and_taken_at_the_next_try(service: Service, trouble: Trouble) -> None:
    async with trouble(service.store.database.url):
        during = await asyncio.gather(*(post(service, event(id=f"e-{n}")) for n in range(4)))
        assert {(answer.status, answer.headers["Retry-After"]) for answer in during} == {(503, "5")}
    assert await kept(service) == []
    assert (await post(service, event(id="e-1"))).status == 200
    assert len(await kept(service)) == 1


async def test_nothing_of_an_event_is_logged(service: Service) -> None:
    await post(service, event(data={"afm": "12345", "stage": "review", "note": "στον διευθυντή"}))
    await post(service, event(), secret=STRANGE)
    told = json.dumps(service.book.lines, ensure_ascii=False)
    assert [line["event"] for line in service.book.lines] == ["webhook.unreadable", "webhook.forbidden"]
    assert not [secret for secret in ("12345", "διευθυντή", "ΑΔ-2026", OLD) if secret in told]


async def test_unsigned_events_are_counted_by_registry_and_invented_ones_together(service: Service) -> None:
    for registry in ("permits", "permits", "efka", "tax", "x" * 500, "123456783"):
        assert (await post(service, event(), f"/registries/{registry}/events", secret=STRANGE)).status == 403
    told = [(line["sender"], line["times"]) for line in service.book.lines if line["event"] == "webhook.forbidden"]
    assert told == [("permits", 1), ("efka", 1), ("registries", 1)]
    metrics = (await service.ask("GET", "/metrics")).body.decode()
    counted = [line for line in metrics.splitlines() if line.startswith("counter_forbidden_webhooks_total")]
    assert [line.split("_total")[1] for line in counted] == [
        '{sender="permits"} 2.0',
        '{sender="efka"} 1.0',
        '{sender="registries"} 3.0',
    ]
