"""A service with a supervisor and two agents."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from casestore.staff.model import Role
from dialogues.turn import Handover
from tests.console import Employee, employ, signed_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    async with running_system(sqlite_url, EchoDialogue(effects=[Handover("asked")])) as system:
        await employ(system.store, "head@gov.gr", Role.SUPERVISOR)
        await employ(system.store, "anna@gov.gr")
        await employ(system.store, "nikos@gov.gr", Role.AGENT, "permits")
        yield system


@pytest.fixture
async def head(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "head@gov.gr") as employee:
        yield employee
