"""The page at the root, for who opens the service's address without a link of their own."""

from __future__ import annotations

import pytest

from tests.http.service import Service


@pytest.mark.parametrize(("language", "mark"), [("el-GR,el;q=0.9", 'lang="el"'), ("en-US", 'lang="en"')])
async def test_it_says_where_to_write_in_the_readers_language(service: Service, language: str, mark: str) -> None:
    page = await service.ask("GET", "/", headers={"Accept-Language": language})
    told = page.body.decode()
    assert (page.status, page.content_type) == (200, "text/html")
    assert mark in told
    assert "Viber" in told
    assert "<script" not in told


@pytest.mark.parametrize(("target", "status"), [("/", 405), ("/my-data/..", 404), ("/my-data/%2e%2e", 404)])
async def test_it_takes_nothing(service: Service, target: str, status: int) -> None:
    """Nor does a guess at a link lead up to it."""
    assert (await service.ask("POST", target)).status == status
