from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.connectors.sandbox import Sandbox, running


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running() as sandbox:
        yield sandbox
