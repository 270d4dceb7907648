"""An employee at the console, through HTTP alone; and accounts to sign in with."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from argon2 import PasswordHasher

from bot.store import Store
from casestore.staff.model import GENERAL, Member, Role
from tests.clock import START

PASSWORD = "σωστό άλογο μπαταρία"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # the tests are not attacked
_HASHED = _QUICK.hash(PASSWORD)


def viber_id(number: int) -> str:
    """One of many citizens on Viber."""
    return b64encode(f"{number:016d}".encode()).decode()


async def employ(
    store: Store,
    email: str,
    role: Role = Role.AGENT,
    *desks: str,
    name: str = "",
    demo: bool = False,
    totp: str | None = None,
) -> int:
    """An account with :data:`PASSWORD`."""
    answers = role in (Role.AGENT, Role.SUPERVISOR)
    member = Member(
        0, email, name or email.partition("@")[0], role, frozenset(desks or ((GENERAL,) if answers else ())), demo=demo
    )
    async with store.database.write() as connection:
        return await store.accounts.add(connection, member, _HASHED, START, totp=totp)


@dataclass
class Employee:
    """A signed-in browser without a page."""

    url: str
    session: aiohttp.ClientSession
    email: str
    csrf: str = ""
    keys: int = field(default=0)

    async def get(self, path: str, status: int = 200) -> Any:
        async with self.session.get(f"{self.url}/console/api/{path}") as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def page(self, path: str, status: int = 200, language: str = "el") -> str:
        async with self.session.get(f"{self.url}/console/{path}", headers={"Accept-Language": language}) as response:
            assert response.status == status, path
            return await response.text()

    async def ask(
        self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        sent = {"X-CSRF-Token": self.csrf, **(headers or {})}
        url = f"{self.url}/console/api/{path}"
        async with self.session.request(method, url, json=data or {}, headers=sent) as response:
            return response.status, json.loads(await response.text() or "{}")

    async def waiting(self, view: str = "waiting") -> list[Any]:
        found = await self.get(f"conversations?view={view}")
        return list(found["items"])

    async def one(self, number: int) -> Any:
        return await self.get(f"conversations/{number}")

    async def act(self, number: int, name: str, version: int | None = None, **more: Any) -> tuple[int, Any]:
        """Without a ``version``: of how it is owned now."""
        known = version if version is not None else (await self.one(number))["version"]
        return await self.ask("POST", f"conversations/{number}/{name}", {"version": known, **more})

    async def claim(self, number: int) -> int:
        """The version since."""
        status, answer = await self.act(number, "claim")
        assert status == 200, answer
        return int(answer["version"])

    async def reply(self, number: int, text: str, version: int | None = None, key: str = "") -> tuple[int, Any]:
        self.keys += 1
        known = version if version is not None else (await self.one(number))["version"]
        headers = {"Idempotency-Key": key or f"{self.email}-{self.keys}"}
        return await self.ask("POST", f"conversations/{number}/reply", {"version": known, "text": text}, headers)


@asynccontextmanager
async def signed_in(url: str, email: str, password: str = PASSWORD, code: str = "") -> AsyncIterator[Employee]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        status = await sign_in(session, url, email, password, code)
        assert status == 303
        employee = Employee(url, session, email)
        employee.csrf = (await employee.get("me"))["csrf"]
        yield employee


async def sign_in(
    session: aiohttp.ClientSession, url: str, email: str, password: str = PASSWORD, code: str = ""
) -> int:
    form = {"email": email, "password": password, "code": code}
    async with session.post(f"{url}/console/login", data=form, allow_redirects=False) as response:
        if response.status == 303:  # the service is behind https, where browsers keep this cookie
            assert response.headers["Location"] == "/console/"
            session.headers["Cookie"] = response.headers["Set-Cookie"].partition(";")[0]
        return response.status
