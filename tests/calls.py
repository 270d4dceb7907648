"""An employee on the telephone, through HTTP forms alone; and a citizen with a case and a declared mobile."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dialogues.turn import AskCallBack
from tests.bot.notices.harness import PERMIT
from tests.casestore.fixture import put_case
from tests.clock import START
from tests.console import Employee, employ
from tests.fakes.contact_registry import FakeContactRegistry
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

AFM = "123456783"
VIBER, MOBILE = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001"


@dataclass
class CallForms:
    """An employee's browser, by forms alone."""

    system: System
    employee: Employee

    async def page(self, path: str) -> tuple[int, str]:
        async with self.employee.session.get(f"{self.system.url}/console/{path}", allow_redirects=False) as response:
            return response.status, await response.text()

    async def post(self, path: str, csrf: str | None = None, **fields: str) -> tuple[int, str]:
        """The status and, where it goes on, to where; else the page."""
        form = {"csrf": self.employee.csrf if csrf is None else csrf, **fields}
        url = f"{self.system.url}/console/{path}"
        async with self.employee.session.post(url, data=form, allow_redirects=False) as response:
            text = await response.text()
            assert not re.search(r"\d{9}", response.headers.get("Location", ""))
            return response.status, response.headers.get("Location", text)

    async def begin(self, by: str, value: str, purpose: str = "case") -> int:
        status, where = await self.post("calls", by=by, value=value, purpose=purpose)
        assert status == 303, where
        return int(where.rpartition("/")[2])

    async def code(self, call: int) -> None:
        assert (await self.post(f"calls/{call}/code"))[0] == 303
        await self.system.settle()

    async def proven(self, by: str = "afm", value: str = AFM) -> int:
        call = await self.begin(by, value)
        await self.code(call)
        typed = self.system.said_to(MOBILE)[-1].split()[-1]
        assert (await self.post(f"calls/{call}/prove", code=typed))[0] == 303
        return call


@asynccontextmanager
async def running_calls(database_url: str, **more: Any) -> AsyncIterator[System]:
    """Whoever writes wants to be rung up; the contact registry holds one mobile; two employees."""
    contacts = FakeContactRegistry({AFM: MOBILE})
    dialogue = EchoDialogue(effects=[AskCallBack()])
    async with running_system(database_url, dialogue, registries=((), contacts), **more) as system:
        await employ(system.store, "anna@gov.gr", name="Άννα Π.")
        await employ(system.store, "nikos@gov.gr", name="Νίκος Κ.")
        async with system.store.database.write() as connection:
            citizen = await system.store.citizens.ensure_one(connection, AFM, START)
            await put_case(system.store.cases, connection, citizen, PERMIT, START)
        await system.settle()  # the contact feed learns the mobile
        yield system
