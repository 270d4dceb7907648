"""The web side, on either database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.http.service import Service, counting


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Service]:
    async with counting(database_url) as service:
        yield service
