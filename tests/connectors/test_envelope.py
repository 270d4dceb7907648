"""The envelope on the wire, the errors out of it, the guard around it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from connectors.audit import AuditEntry, CallCause, MemoryAudit
from connectors.call_policy import Repeatable
from connectors.connect import connect
from connectors.ked import Connection, Ked
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.rest import RestJson
from connectors.wire import (
    Answer,
    BadStatus,
    Declined,
    Malformed,
    ServiceCall,
    translate,
)
from tests.connectors.centre import answering, centre, other_centre, padded
from tests.connectors.sandbox import NOW, PATIENT, Clock, Sandbox

ASK = ServiceCall("getCases", {"afm": "123456783"}, subject="123456783", safe=True)
ENTRY = AuditEntry(
    "call-1", NOW, "permits", "getCases", "our-agency", CallCause("ΑΔ-2026-000123", "agent-3", "192.0.2.7")
)


def test_a_request_as_the_centre_wants_it() -> None:
    request = RestJson("esbpilot").write("permitService", ASK, ENTRY, "the-token")
    assert request.path == "/esbpilot/permitServiceRestService/getCases"
    assert request.headers["Authorization"] == "Bearer the-token"
    assert json.loads(request.body) == {
        "auditRecord": {
            "auditTransactionId": "call-1",
            "auditTransactionDate": "2026-11-22T10:00:00.000+00:00",
            "auditUnit": "our-agency",
            "auditProtocol": "ΑΔ-2026-000123",
            "auditUserId": "agent-3",
            "auditUserIp": "192.0.2.7",
        },
        "getCasesInputRecord": {"afm": "123456783"},
    }
    assert "the-token" not in repr(request)
    assert "123456783" not in repr(ASK)


def answer(**parts: Any) -> bytes:
    return json.dumps({"getCasesOutputRecord": {"cases": []}, "callSequenceId": 7, **parts}).encode()


def test_an_answer_is_read() -> None:
    assert RestJson().read(ASK, 200, answer(errorRecord=None)) == Answer({"cases": []}, "7")


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"errorCode": "GEN_001", "errorDescr": "Ο ΑΦΜ 123456783 δεν βρέθηκε"}, "GEN_001"),
        ({"errorCode": 42}, "42"),
        ({"errorCode": "ΑΦΜ 123456783"}, "unnamed"),
        ({"errorCode": "X123456783"}, "unnamed"),
        ({"errorDescr": "123456783"}, "unnamed"),
        ("123456783", "unnamed"),
    ],
)
def test_an_error_record_gives_its_code_and_nothing_else(record: Any, code: str) -> None:
    with pytest.raises(Declined) as caught:
        RestJson().read(ASK, 200, answer(errorRecord=record))
    assert translate("permits", caught.value).reason == f"error {code}"


@pytest.mark.parametrize("record", [None, {}, [], {"errorCode": None, "errorDescr": None}, {"errorCode": ""}])
def test_an_error_record_that_says_nothing_is_none(record: Any) -> None:
    assert RestJson().read(ASK, 200, answer(errorRecord=record)) == Answer({"cases": []}, "7")


def test_a_pair_in_place_of_a_token() -> None:
    request = RestJson(basic="our-name").write("permitService", ASK, ENTRY, "our-secret")
    assert request.headers["Authorization"] == aiohttp.encode_basic_auth("our-name", "our-secret")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
ENVELOPES = st.dictionaries(st.sampled_from(["getCasesOutputRecord", "callSequenceId", "errorRecord"]), JSON)


@given(st.binary() | (JSON | ENVELOPES).map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_answer_or_one_of_two_errors(body: bytes) -> None:
    outcome = result_of(body)
    if isinstance(outcome, Answer):
        assert isinstance(outcome.output, dict)
    else:
        assert outcome.__context__ is None or outcome.__suppress_context__  # what the parser says holds the body


def result_of(body: bytes) -> Answer | Malformed | Declined:
    try:
        return RestJson().read(ASK, 200, body)
    except (Malformed, Declined) as error:
        return error


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"callSequenceId": ' + b"9" * 5000 + b"}"])
def test_hostile_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        RestJson().read(ASK, 200, body)


@pytest.mark.parametrize(
    ("error", "ours", "reason"),
    [
        (TimeoutError(), RegistryUnavailable, "timeout"),
        (aiohttp.ServerTimeoutError(), RegistryUnavailable, "timeout"),
        (aiohttp.ServerDisconnectedError(), Repeatable, "connection"),
        (ConnectionResetError(), Repeatable, "connection"),
        (Malformed("json"), RegistryRefused, "malformed answer: json"),
        (Declined("GEN_001"), RegistryRefused, "error GEN_001"),
        (BadStatus(302), RegistryRefused, "http 302"),
        (BadStatus(400), RegistryRefused, "http 400"),
        (BadStatus(401), RegistryRefused, "credentials"),
        (BadStatus(403), RegistryRefused, "credentials"),
        (BadStatus(404), RegistryRefused, "http 404"),
        (BadStatus(408), RegistryUnavailable, "http 408"),
        (BadStatus(429), RegistryUnavailable, "http 429"),
        (BadStatus(500), Repeatable, "http 500"),
        (BadStatus(503), Repeatable, "http 503"),
    ],
)
def test_foreign_errors_in_our_words(error: Exception, ours: type[RegistryError], reason: str) -> None:
    told = translate("permits", error)
    assert (type(told), told.reason) == (ours, reason)


async def test_a_token_that_stays_refused(sandbox: Sandbox) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=401)

    error = await other_centre(sandbox, handler)
    assert (type(error), error.reason) == (RegistryRefused, "credentials")


async def test_the_token_follows_no_redirect(sandbox: Sandbox) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://192.0.2.1/"})

    assert (await other_centre(sandbox, handler)).reason == "http 307"


async def test_a_long_answer_is_read_beside_the_loop() -> None:
    """A dialect that waits for the loop while it reads: on the loop itself it would wait in vain."""
    loop = asyncio.get_running_loop()

    class Waiting(RestJson):
        def read(self, call: ServiceCall, status: int, body: bytes) -> Answer:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(timeout=10)
            return super().read(call, status, body)

    class Fixed:
        async def token(self, stale: str | None = None) -> str:
            return "good"

    long = padded("getCases", {"cases": []}, 100_000)
    async with centre(answering(long)) as url, aiohttp.ClientSession() as session:
        connection = Connection(url, session, Fixed(), Waiting(), MemoryAudit(), Clock().runtime(), "our-agency")
        assert await Ked("permits", "permitService", connection, PATIENT).call(ASK) == {"cases": []}


async def test_a_connection_cut_in_the_middle_is_asked_again(sandbox: Sandbox) -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    error = await other_centre(sandbox, handler)
    assert (type(error), error.reason, len(sandbox.audit.rows)) == (Repeatable, "connection", 3)


async def test_a_cancelled_call_is_written_down_as_that(sandbox: Sandbox) -> None:
    reached = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        reached.set()
        return await asyncio.Future()

    calling = asyncio.create_task(other_centre(sandbox, handler))
    await reached.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    [(_, result)] = sandbox.audit.rows
    assert result is not None
    assert result.error == "cancelled"


class NoCompletion(MemoryAudit):
    async def complete(self, audit_id: int, result: object) -> None:
        raise ConnectionError("database")


async def test_an_answer_that_is_not_accounted_for_is_not_used(sandbox: Sandbox) -> None:
    sandbox.audit = NoCompletion()
    with pytest.raises(RegistryUnavailable, match="audit"):
        await sandbox.registries().cases["permits"].cases_of("123456783")
    assert len(sandbox.audit.rows) == 1  # and not asked again


async def test_the_machines_own_clock_works_too(sandbox: Sandbox) -> None:
    registries = connect(
        f"{sandbox.url}/",
        "citizen-counter",
        "sandbox-only",
        session=sandbox.session,
        audit=sandbox.audit,
        limits=PATIENT,
    )
    assert await registries.contacts.mobile_of("123456783") == "+306900000001"
    [(entry, result)] = sandbox.audit.rows
    assert entry.at.utcoffset() is not None
    assert result is not None
    assert result.elapsed > 0
