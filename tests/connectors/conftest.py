from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.connectors.world import World, running


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as world:
        yield world
