"""What the web side says of itself, and what it says where there is nothing."""

from __future__ import annotations

import json

import pytest

from tests.channels.viber_webhooks import TOKEN, USER
from tests.channels.webhooks import WEBHOOKS
from tests.http.faults import (
    Trouble,
    closed,
    without_schema,
)
from tests.http.service import Service


async def test_health_says_alive_and_ready(service: Service) -> None:
    alive, ready = await service.ask("GET", "/healthz"), await service.ask("GET", "/readyz")
    assert (alive.status, json.loads(alive.body)) == (200, {"status": "ok"})
    assert (ready.status, json.loads(ready.body)) == (200, {"status": "ok", "parts": {"store": "ok"}})
    assert alive.headers["Cache-Control"] == ready.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("database_url", "trouble"),
    [("sqlite", without_schema), ("postgresql", closed)],
    indirect=["database_url"],
    ids=["of another day", "closed"],
)
async def test_without_its_store_it_lives_and_is_not_ready(service: Service, trouble: Trouble) -> None:
    async with trouble(service.store.database.url):
        ready = await service.ask("GET", "/readyz")
        assert (ready.status, json.loads(ready.body)) == (503, {"status": "failing", "parts": {"store": "failing"}})
        assert (await service.ask("GET", "/healthz")).status == 200
        assert (await service.ask("GET", "/metrics")).status == 200
    assert (await service.ask("GET", "/readyz")).status == 200


async def test_metrics_count_answers_and_name_nobody(service: Service) -> None:
    for entry in WEBHOOKS:
        await service.post(entry)
    answer = await service.ask("GET", "/metrics")
    told = answer.body.decode()
    kept = await service.kept()
    assert f'counter_queue_depth{{channel="all",priority="all",queue="inbox"}} {float(kept[0])}' in told
    for status in (200, 400, 403):
        assert f'counter_ack_seconds_count{{answer="{status}",channel="viber"}}' in told
    assert "30690000" not in told
    assert str(TOKEN) not in told
    assert str(USER["id"]) not in told


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/webhooks/viber", 405),
        ("PUT", "/webhooks/sms", 405),
        ("POST", "/healthz", 405),
        ("GET", "/webhooks", 404),
        ("POST", "/webhooks/viber/", 404),
        ("POST", "/webhooks/%76iber", 403),
        ("POST", "/webhooks/telegram", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/%00%ff", 404),
    ],
)
async def test_elsewhere_there_is_nothing(service: Service, method: str, target: str, status: int) -> None:
    answer = await service.ask(method, target)
    assert answer.status == status
    assert await service.kept() == (0, 0)


@pytest.mark.parametrize(("language", "word"), [("el-GR,el;q=0.9", "Ρωτήστε"), ("en", "Ask about your cases")])
async def test_the_bare_address_says_where_to_write(service: Service, language: str, word: str) -> None:
    answer = await service.ask("GET", "/", headers={"Accept-Language": language})
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert word in answer.body.decode()
    assert "Viber, SMS" in answer.body.decode()
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
