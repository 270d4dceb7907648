"""Who is let in, and who is not: sign-in, sessions, rights, forged requests, what strangers wrote."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pyotp
import pytest
from sqlalchemy import update

from bot.console.passwords import new_totp, totp_step
from casestore.staff.model import GENERAL, Role
from casestore.staff.sessions import IDLE, LONGEST
from casestore.tables import audit
from dialogues.turn import Handover
from tests.clock import START
from tests.console import PASSWORD, Employee, employ, sign_in, signed_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER = "tGVuIFZpYmVyIGlkIGhlcmU="
NASTY = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>\u202etxt.exe\u200b {{7*7}} {% raw %}"
PAGES = ("", "?view=all", "c/1", "part/inbox", "part/c/1", "part/c/1/side", "calls", "part/callbacks", "audit")
FORMS = ("calls", "calls/1/code", "calls/1/prove", "calls/1/note", "calls/1/end", "callbacks", "callbacks/1/ring")
READS = ("me", "conversations", "conversations/1", "conversations/1/messages", "changes", "stream")
ACTS = ("claim", "release", "close", "transfer", "snooze", "reply", "notes", "reveal", "preview")
OVERSEEN = (
    *("board", "board/waiting", "part/board", "reports", "reports/bot.csv"),
    *("arrange", "arrange/desks", "arrange/hours", "arrange/canned"),
    *("api/board", "api/board/waiting", "api/reports/bot"),
)
SETS = [f"arrange/{kind}{back}" for kind in ("desks", "hours", "canned") for back in ("", "/back")]
WRITES = [("POST", f"conversations/1/{act}") for act in ACTS] + [("PUT", "conversations/1/draft"), ("POST", "presence")]


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    """One conversation that waits, and an agent."""
    async with running_system(sqlite_url, EchoDialogue(effects=[Handover("asked")])) as system:
        await employ(system.store, "anna@gov.gr")
        assert await system.phone.viber.write(VIBER, NASTY)
        await system.settle()
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield employee


@pytest.fixture
async def stranger() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


async def statuses(session: aiohttp.ClientSession, system: System, csrf: str = "") -> dict[str, int]:
    """What every route answers, by its name."""
    found = {}
    asked = [*(("GET", f"api/{path}") for path in READS), *((method, f"api/{path}") for method, path in WRITES)]
    asked += [*(("GET", path) for path in OVERSEEN), *(("POST", path) for path in SETS)]
    asked += [*(("GET", page) for page in PAGES), *(("POST", form) for form in FORMS)]
    for method, path in asked:
        url, headers = f"{system.url}/console/{path}", {"X-CSRF-Token": csrf}
        async with session.request(method, url, json={}, headers=headers, allow_redirects=False) as response:
            found[f"{method} {path}"] = response.status
    return found


async def test_nothing_is_told_or_done_without_a_session(system: System, stranger: aiohttp.ClientSession) -> None:
    for cookie in ("", "__Host-counter-staff=guessed", f"__Host-counter-staff={'x' * 500}"):
        stranger.headers["Cookie"] = cookie
        found = await statuses(stranger, system)
        assert {status for route, status in found.items() if " api/" in route} == {401}
        assert {status for route, status in found.items() if " api/" not in route} == {303}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN])
async def test_who_has_no_right_to_answer_sees_no_conversation(system: System, role: Role) -> None:
    await employ(system.store, "other@gov.gr", role, demo=False)
    async with signed_in(system.url, "other@gov.gr") as other:
        found = await statuses(other.session, system, other.csrf)
    assert found.pop("GET api/me") == 200
    assert (found.pop("GET "), found.pop("GET ?view=all"), found.pop("GET audit")) == (303, 303, 200)
    assert set(found.values()) <= {403, 404}


async def test_an_agent_does_not_read_who_did_what(system: System, anna: Employee) -> None:
    async with anna.session.get(f"{system.url}/console/audit") as response:
        assert response.status == 403


async def test_an_agent_does_not_oversee(system: System, anna: Employee) -> None:
    found = await statuses(anna.session, system, anna.csrf)
    assert {found[f"GET {path}"] for path in OVERSEEN} | {found[f"POST {path}"] for path in SETS} == {403}


async def test_the_log_is_checked_once_for_all_who_look_within_some_minutes(system: System) -> None:
    await employ(system.store, "watch@gov.gr", Role.AUDITOR)
    async with signed_in(system.url, "watch@gov.gr") as auditor:
        assert 'class="fine"' in await read(auditor, "audit")
        async with system.store.database.write() as connection:
            await connection.execute(update(audit).values(action="nothing"))
        assert 'class="fine"' in await read(auditor, "audit")
        system.clock.forward(10 * 60)
        assert 'class="trouble"' in await read(auditor, "audit")


async def read(employee: Employee, page: str) -> str:
    async with employee.session.get(f"{employee.url}/console/{page}") as response:
        return await response.text()


async def test_what_a_page_reads_by_itself_keeps_no_session(system: System, anna: Employee) -> None:
    for _ in range(3):
        system.clock.forward(IDLE.total_seconds() / 2)
        for page in PAGES:
            if page.startswith("part/"):
                await read(anna, page)
    await anna.get("me", 401)


async def test_bytes_that_are_no_text_and_numbers_too_large_are_refused(system: System, anna: Employee) -> None:
    url = f"{system.url}/console/api/conversations"
    cookie = anna.session.headers["Cookie"].encode()
    for header in (b"X-CSRF-Token", b"Idempotency-Key", b"User-Agent"):
        body = b'{"version": 1, "text": "x"}'
        sent = b"POST /console/api/conversations/1/reply HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        sent += f"Content-Length: {len(body)}\r\n".encode()
        csrf = b"" if header == b"X-CSRF-Token" else b"X-CSRF-Token: " + anna.csrf.encode() + b"\r\n"
        sent += b"Cookie: " + cookie + b"\r\n" + csrf + header + b": \xff\xfe\r\n\r\n" + body
        reader, writer = await asyncio.open_connection("127.0.0.1", int(system.url.rpartition(":")[2]))
        writer.write(sent)
        status = int((await reader.readline()).split()[1])
        writer.close()
        assert 400 <= status < 500, header
    for cursor in ("0001-01-01T00:00:00+14:00~1", f"2026-01-01T00:00:00+00:00~{'9' * 30}"):
        async with anna.session.get(url, params={"view": "all", "before": cursor}) as response:
            assert response.status == 422


@pytest.mark.parametrize(
    "headers", [{"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 32}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_another_sites_page_changes_nothing(system: System, anna: Employee, headers: dict[str, str]) -> None:
    for method, path in WRITES:
        status, said = await anna.ask(method, path, {"version": 1}, headers)
        assert (status, said["error"]) == (403, "csrf"), path
    for path in FORMS:
        form = {"csrf": anna.csrf if "Sec-Fetch-Site" in headers else headers["X-CSRF-Token"], "by": "afm"}
        async with anna.session.post(f"{system.url}/console/{path}", data=form, headers=headers) as response:
            assert response.status == 403, path
    assert (await anna.one(1))["owner"] == "queue"
    async with anna.session.post(f"{system.url}/console/logout", data={"csrf": "0"}) as response:
        assert response.status == 403
    await anna.get("me")


async def test_a_session_that_a_browser_brought_is_not_the_one_it_gets(
    system: System, stranger: aiohttp.ClientSession
) -> None:
    stranger.headers["Cookie"] = "__Host-counter-staff=planted"
    assert await sign_in(stranger, system.url, "anna@gov.gr") == 303
    first = stranger.headers["Cookie"]
    assert "planted" not in first
    assert await sign_in(stranger, system.url, "anna@gov.gr") == 303
    assert stranger.headers["Cookie"] != first
    form = {"email": "anna@gov.gr", "password": PASSWORD}
    async with stranger.post(
        f"{system.url}/console/login?next=https://evil.example/", data=form, allow_redirects=False
    ) as response:
        assert response.headers["Location"] == "/console/"
        cookie = response.headers["Set-Cookie"]
        assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"))
    async with stranger.post(
        f"{system.url}/console/login", data=form, headers={"Sec-Fetch-Site": "cross-site"}
    ) as response:
        assert response.status == 403


async def test_five_failures_lock_an_account_and_time_opens_it(system: System, stranger: aiohttp.ClientSession) -> None:
    wrong = [await sign_in(stranger, system.url, "anna@gov.gr", "wrong password") for _ in range(5)]
    assert (wrong, await sign_in(stranger, system.url, "ANNA@gov.gr")) == ([403] * 5, 403)
    assert await sign_in(stranger, system.url, "nobody@gov.gr", "x" * 5000) in (403, 413)
    system.clock.forward(15 * 60 + 1)
    assert await sign_in(stranger, system.url, " Anna@gov.gr ") == 303


async def test_of_failures_at_once_each_counts_and_the_lock_holds(system: System) -> None:
    async with system.store.database.write() as connection:
        now, until = system.clock(), system.clock() + timedelta(minutes=15)
        fails = [await system.store.accounts.failed(connection, 1, now, tries=5, lock_until=until) for _ in range(7)]
        assert fails == [False] * 4 + [True] + [False] * 2
        assert not await system.store.accounts.let_in(connection, 1, None, now)
        assert await system.store.accounts.let_in(connection, 1, None, until)


async def test_a_code_of_the_second_factor_opens_once(system: System, stranger: aiohttp.ClientSession) -> None:
    secret = new_totp()
    await employ(system.store, "boss@gov.gr", Role.ADMIN, totp=secret)
    assert await sign_in(stranger, system.url, "boss@gov.gr") == 403
    code = pyotp.TOTP(secret).at(system.clock())
    assert await sign_in(stranger, system.url, "boss@gov.gr", code=code) == 303
    assert await sign_in(stranger, system.url, "boss@gov.gr", code=code) == 403
    system.clock.forward(30)
    assert await sign_in(stranger, system.url, "boss@gov.gr", code=pyotp.TOTP(secret).at(system.clock())) == 303
    assert totp_step(secret, "ⅷⅷⅷⅷⅷⅷ", START) is None


async def test_an_account_of_the_demo_is_let_in_nowhere_else(system: System, stranger: aiohttp.ClientSession) -> None:
    await employ(system.store, "demo@demo.example", demo=True)
    assert await sign_in(stranger, system.url, "demo@demo.example") == 403


async def test_sessions_end_by_themselves_and_at_once_with_any_change_of_rights(system: System, anna: Employee) -> None:
    for step in (IDLE - timedelta(seconds=1),) * 2:
        system.clock.forward(step.total_seconds())
        await anna.get("me")
    async with system.store.database.write(wake=True) as connection:
        await system.store.accounts.set_rights(connection, 1, Role.AGENT, [GENERAL, "kep"], system.clock())
    await anna.get("me", 401)
    async with signed_in(system.url, "anna@gov.gr") as again:
        system.clock.forward(IDLE.total_seconds() + 1)
        await again.get("me", 401)
    async with signed_in(system.url, "anna@gov.gr") as busy:
        for _ in range(25):
            system.clock.forward(LONGEST.total_seconds() / 25)
            async with busy.session.get(f"{system.url}/console/api/me") as response:
                last = response.status
        assert last == 401
    async with signed_in(system.url, "anna@gov.gr") as once:
        async with once.session.post(
            f"{system.url}/console/logout", data={"csrf": once.csrf}, allow_redirects=False
        ) as out:
            assert out.status == 303
        await once.get("me", 401)


async def test_what_strangers_write_is_text(system: System, anna: Employee) -> None:
    await anna.claim(1)
    assert (await anna.ask("POST", "conversations/1/notes", {"text": NASTY}))[0] == 201
    assert (await anna.ask("PUT", "conversations/1/draft", {"text": f"</textarea>{NASTY}"}))[0] == 200
    await employ(system.store, "evil@gov.gr", name="<b>Κακός</b>")
    for page in PAGES[:-1]:
        async with anna.session.get(f"{system.url}/console/{page}") as response:
            text, policy = await response.text(), response.headers["Content-Security-Policy"]
            assert response.status == 200, page
        assert not re.search(r"<img|<script(?! type=\"module\" src=)|<b>Κακός|</textarea>.*</textarea>", text), page
        assert "49" not in re.findall(r"\{\{.*?\}\}|\b49\b", text)
        assert "unsafe" not in policy
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text), page


@pytest.mark.parametrize(
    "name", ["..%2f..%2fsettings.py", "%2e%2e/%2e%2e/guard.py", "x" * 3000, "console.css%00", ".env"]
)
async def test_static_files_are_ours_alone(system: System, stranger: aiohttp.ClientSession, name: str) -> None:
    async with stranger.get(f"{system.url}/console/static/{name}") as response:
        assert response.status == 404
    async with stranger.get(f"{system.url}/console/static/console.css") as response:
        assert (response.status, response.content_type) == (200, "text/css")


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"version": "1"}', b'{"version": -1}', b'{"version": true}', b"x" * 40_000]
)
async def test_what_cannot_be_read_is_refused(system: System, anna: Employee, body: bytes) -> None:
    headers = {"X-CSRF-Token": anna.csrf, "Content-Type": "application/json"}
    url = f"{system.url}/console/api/conversations/1/claim"
    async with anna.session.post(url, data=body, headers=headers) as response:
        assert response.status in (400, 413, 422)
    for path in ("conversations/x", f"conversations/{'9' * 40}", "conversations/-1", "conversations/999"):
        await anna.get(path, 404)
    for query in ("view=none", "before=x", "before=2026-01-01~1", "view=all&before=2026-01-01T00:00:00%2B00:00~x"):
        await anna.get(f"conversations?{query}", 422)
