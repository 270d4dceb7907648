"""The sandbox State over HTTP: wrong requests, wrong credentials, what hangs, the program."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import aiohttp
import pytest

from connectors.sandbox.books import BOOKS
from tests.connectors.sandbox import Sandbox, running


async def token(sandbox: Sandbox) -> str:
    form = {"grant_type": "client_credentials"}
    async with sandbox.session.post(f"{sandbox.url}/oauth/token", data=form, headers=basic("sandbox-only")) as response:
        return str((await response.json())["access_token"])


def basic(secret: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth("citizen-counter", secret)}


AUDIT = dict.fromkeys(
    ("auditTransactionId", "auditTransactionDate", "auditUnit", "auditProtocol", "auditUserId"), "something"
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", "INPUT_FORM"),
        (b"[]", "INPUT_FORM"),
        ({"getCaseChangesInputRecord": {"cursor": ""}}, "AUDIT_RECORD"),
        ({"auditRecord": {**AUDIT, "auditUnit": ""}, "getCaseChangesInputRecord": {"cursor": ""}}, "AUDIT_RECORD"),
        ({"auditRecord": AUDIT}, "INPUT_RECORD"),
        ({"auditRecord": AUDIT, "getCaseChangesInputRecord": {}}, "INPUT_FIELD"),
        ({"auditRecord": AUDIT, "getCaseChangesInputRecord": {"cursor": "", "limit": 501}}, "INPUT_LIMIT"),
        ({"auditRecord": AUDIT, "getCaseChangesInputRecord": {"cursor": ""}}, None),
    ],
)
async def test_a_wrong_request_gets_an_error_record(sandbox: Sandbox, body: Any, code: str | None) -> None:
    sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
    headers = {"Authorization": f"Bearer {await token(sandbox)}"}
    path = f"/esb/{BOOKS['permits'].service}RestService/getCaseChanges"
    async with sandbox.session.post(sandbox.url + path, headers=headers, **sent) as response:
        answer = await response.json()
    assert (answer["errorRecord"] or {}).get("errorCode") == code
    assert (answer["getCaseChangesOutputRecord"] is None) == (code is not None)


PAPER = {
    "submissionId": "s-1",
    "caseReference": "ΑΔ-2026-000123",
    "afm": "123456783",
    "code": "gas",
    "fileName": "α.pdf",
    "mediaType": "application/pdf",
    "content": "JVBERi0=",
}
WANTED = {"requestId": "r-1", "afm": "123456783", "certificate": "Αντίγραφο οικοδομικής άδειας"}


@pytest.mark.parametrize(
    ("operation", "record", "code"),
    [
        ("submitDocument", PAPER, None),
        ("submitDocument", {**PAPER, "content": "%PDF"}, "INPUT_FIELD"),
        ("submitDocument", {**PAPER, "submissionId": ""}, "INPUT_FIELD"),
        ("requestCertificate", WANTED, None),
        ("requestCertificate", {**WANTED, "details": [{"name": "x", "value": ""}]}, None),
        ("requestCertificate", {**WANTED, "details": "x"}, "INPUT_FIELD"),
        ("requestCertificate", {**WANTED, "details": [{"name": "x"}]}, "INPUT_FIELD"),
        ("requestCertificate", {**WANTED, "certificate": "Άδεια οδήγησης"}, "NOT_FOUND"),
    ],
)
async def test_a_wrong_errand_gets_an_error_record(
    sandbox: Sandbox, operation: str, record: dict[str, Any], code: str | None
) -> None:
    path = f"/esb/{BOOKS['permits'].service}RestService/{operation}"
    body = {"auditRecord": AUDIT, f"{operation}InputRecord": record}
    async with sandbox.session.post(sandbox.url + path, json=body, headers=basic("sandbox-only")) as response:
        answer = await response.json()
    assert (answer["errorRecord"] or {}).get("errorCode") == code


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
async def test_no_answer_without_a_good_token(sandbox: Sandbox, header: dict[str, str]) -> None:
    path = f"/esb/{BOOKS['permits'].service}RestService/getCases"
    async with sandbox.session.post(sandbox.url + path, json={}, headers=header) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("form", "header", "status"),
    [
        ({"grant_type": "password"}, basic("sandbox-only"), 400),
        ({"grant_type": "client_credentials"}, basic("wrong"), 401),
        ({"grant_type": "client_credentials"}, {"Authorization": "Basic ???"}, 401),
        ({"grant_type": "client_credentials"}, {}, 401),
    ],
)
async def test_no_token_without_the_right_pair(
    sandbox: Sandbox, form: dict[str, str], header: dict[str, str], status: int
) -> None:
    async with sandbox.session.post(f"{sandbox.url}/oauth/token", data=form, headers=header) as response:
        assert response.status == status
    assert sandbox.tokens.issued == 0


def when_it_hangs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once a request hangs in the sandbox."""
    hanging, until_cleared = asyncio.Event(), sandbox.faults.until_cleared

    async def watched(service: str) -> None:
        hanging.set()
        await until_cleared(service)

    monkeypatch.setattr(sandbox.faults, "until_cleared", watched)
    return hanging


async def test_what_hangs_goes_on_when_put_right(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    async def put(body: dict[str, Any]) -> int:
        async with sandbox.session.put(f"{sandbox.url}/admin/faults/contacts", json=body) as response:
            return response.status

    assert await put({"kind": "hang"}) == 200
    hanging = when_it_hangs(sandbox, monkeypatch)
    asking = asyncio.create_task(sandbox.registries().contacts.mobile_of("123456783"))
    await hanging.wait()
    assert await put({"kind": "slow", "seconds": 0.0}) == 200
    assert await asking == "+306900000001"


async def test_stopping_does_not_wait_for_what_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as sandbox:
        async with sandbox.session.put(f"{sandbox.url}/admin/faults/contacts", json={"kind": "hang", "times": 1}):
            pass
        hanging = when_it_hangs(sandbox, monkeypatch)
        asking = asyncio.create_task(sandbox.registries().contacts.mobile_of("123456783"))
        await hanging.wait()
    assert await asyncio.wait_for(asyncio.gather(asking, return_exceptions=True), 5.0)


async def test_as_a_program_of_its_own() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "REGISTRY_EVENTS_SECRET"}
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connectors.sandbox", "--port", str(port), "--citizens", "10"),
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    assert program.stderr is not None
    try:
        assert f"http://127.0.0.1:{port}/clerk/" in (await program.stderr.readline()).decode()
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/admin/cases") as response:
            assert len((await response.json())["cases"]) == 35
    finally:
        program.send_signal(signal.SIGTERM)
        rest = await program.stderr.read()
    assert await program.wait() == 0
    assert rest == b""
