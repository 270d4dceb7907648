"""A service whose citizen wants to be rung up, and two employees on the telephone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.calls import CallForms, running_calls
from tests.console import signed_in
from tests.harness import System


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    async with running_calls(sqlite_url) as system:
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[CallForms]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield CallForms(system, employee)


@pytest.fixture
async def nikos(system: System) -> AsyncIterator[CallForms]:
    async with signed_in(system.url, "nikos@gov.gr") as employee:
        yield CallForms(system, employee)
