"""What every connector must do, in either dialect, against the sandbox over loopback, with each fault.

Here are the questions; what changes something has its own suite (``test_errands.py``), over the same two dialects.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web

from connectors.audit import CallCause, audit_cause
from connectors.call_policy import Limits
from connectors.connect import Registries, WireProtocol
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.sandbox.faults import Fault, Kind
from tests.connectors.sandbox import PATIENT, Sandbox, elapsed_since, served
from tests.fakes.audit import BrokenAudit

HASTY = Limits(deadline=0.3)


@dataclass(frozen=True)
class Sample:
    """A question to a connector, and what it answers from the sandbox as seeded."""

    service: str
    ask: Callable[[Registries], Awaitable[object]]
    answer: object
    subject: str


async def references(registries: Registries, registry: str, afm: str) -> list[str]:
    found = await registries.cases[registry].cases_of(afm)
    assert not found.stale
    return [case.reference for case in found.cases]


def cases_sample(registry: str, afm: str, reference: str) -> Sample:
    return Sample(registry, lambda registries: references(registries, registry, afm), [reference], afm)


SAMPLES = [
    cases_sample("permits", "123456783", "ΑΔ-2026-000123"),
    cases_sample("efka", "090000045", "ΕΦ-2026-000201"),
    cases_sample("cadastre", "090000045", "ΚΤ-2026-000301"),
    cases_sample("civil_protection", "090000057", "ΠΠ-2026-000401"),
    cases_sample("kep", "090000070", "ΚΕ-2026-000501"),
    Sample("contacts", lambda r: r.contacts.mobile_of("123456783"), "+306900000001", "123456783"),
]

every = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.service)
in_json = pytest.mark.parametrize("protocol", [WireProtocol.JSON])


@pytest.fixture(params=[WireProtocol.JSON, pytest.param(WireProtocol.SOAP, marks=pytest.mark.slow)])
def protocol(request: pytest.FixtureRequest) -> WireProtocol:
    return WireProtocol(request.param)


def tokens_for(protocol: WireProtocol, number: int) -> int:
    """SOAP sends the pair itself with each call."""
    return number if protocol is WireProtocol.JSON else 0


async def failure(sample: Sample, registries: Registries) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await sample.ask(registries)
    assert caught.value.registry == sample.service
    assert sample.subject not in str(caught.value)
    return caught.value


@every
async def test_answers(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    assert await sample.ask(sandbox.registries(protocol=protocol)) == sample.answer


@every
async def test_writes_each_call_down_before_and_after(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    with audit_cause(CallCause(protocol="message-7", user="citizen-1", address="192.0.2.1")):
        await sample.ask(sandbox.registries(protocol=protocol))
    [(entry, result)] = sandbox.audit.rows
    assert (entry.registry, entry.subject, entry.cause.protocol) == (sample.service, sample.subject, "message-7")
    assert result is not None
    assert (result.error, result.sequence_id) == (None, "1")
    assert sample.subject not in repr(entry)


@every
async def test_waits_for_a_slow_registry(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    sandbox.faults.put(sample.service, Fault(Kind.SLOW, seconds=0.05))
    assert await sample.ask(sandbox.registries(protocol=protocol)) == sample.answer


@every
@pytest.mark.parametrize("fault", [Fault(Kind.SLOW, seconds=60.0), Fault(Kind.HANG)], ids=lambda fault: fault.kind)
async def test_gives_up_at_the_deadline(sandbox: Sandbox, sample: Sample, protocol: WireProtocol, fault: Fault) -> None:
    registries = sandbox.registries(HASTY, protocol=protocol)
    sandbox.faults.put(sample.service, fault)
    started = time.monotonic()
    error = await failure(sample, registries)
    assert (type(error), error.reason) == (RegistryUnavailable, "timeout")
    assert elapsed_since(started) < 10.0
    [(_, result)] = sandbox.audit.rows
    assert result is not None
    assert result.error == "timeout"


@every
async def test_asks_again_after_a_stumble(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    sandbox.faults.put(sample.service, Fault(Kind.ERROR, times=2))
    assert await sample.ask(sandbox.registries(protocol=protocol)) == sample.answer
    assert sandbox.clock.slept == pytest.approx([0.05, 0.1])  # half of 0.1 s and of 0.2 s: chance is 0.5
    assert [result.error for _, result in sandbox.audit.rows if result] == ["http 500", "http 500", None]


@every
async def test_asks_again_for_an_answer_that_was_lost(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    sandbox.faults.put(sample.service, Fault(Kind.UNANSWERED, times=1))
    assert await sample.ask(sandbox.registries(protocol=protocol)) == sample.answer
    assert len(sandbox.audit.rows) == 2


@every
async def test_gives_up_after_three_errors(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    sandbox.faults.put(sample.service, Fault(Kind.ERROR))
    error = await failure(sample, sandbox.registries(protocol=protocol))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "http 500"
    assert len(sandbox.audit.rows) == 3


@every
async def test_refuses_what_is_another_citizens(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    sandbox.faults.put(sample.service, Fault(Kind.WRONG_CITIZEN))
    if sample.service == "contacts":  # its answer does not say whose it is
        assert await sample.ask(sandbox.registries(protocol=protocol)) == sample.answer
    else:
        error = await failure(sample, sandbox.registries(protocol=protocol))
        assert (type(error), error.reason) == (RegistryRefused, "malformed answer: afm")


@every
@pytest.mark.parametrize("kind", [Kind.MALFORMED, Kind.WRONG_FIELD])
async def test_refuses_an_answer_that_is_not_as_agreed(
    sandbox: Sandbox, sample: Sample, protocol: WireProtocol, kind: Kind
) -> None:
    sandbox.faults.put(sample.service, Fault(kind))
    error = await failure(sample, sandbox.registries(protocol=protocol))
    assert isinstance(error, RegistryRefused)
    assert error.reason.startswith("malformed answer: ")
    assert len(sandbox.audit.rows) == 1  # asking again would bring the same


@every
@in_json
async def test_renews_a_token_that_expired_early(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    registries = sandbox.registries(protocol=protocol)
    await registries.contacts.mobile_of("090000069")
    sandbox.tokens.expire_all()
    assert await sample.ask(registries) == sample.answer
    assert sandbox.tokens.issued == 2


@every
async def test_is_refused_with_wrong_credentials(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    error = await failure(sample, sandbox.registries(secret="not-the-secret", protocol=protocol))
    assert isinstance(error, RegistryRefused)
    assert error.reason == ("token: credentials" if protocol is WireProtocol.JSON else "credentials")
    assert "not-the-secret" not in repr(error.__cause__)


@every
@in_json
@pytest.mark.parametrize(
    ("kind", "ours", "reason"),
    [
        (Kind.ERROR, RegistryUnavailable, "token: http 500"),
        (Kind.MALFORMED, RegistryRefused, "token: malformed answer"),
        (Kind.WRONG_FIELD, RegistryRefused, "token: malformed answer"),
    ],
)
async def test_tells_trouble_with_the_token(
    sandbox: Sandbox, sample: Sample, protocol: WireProtocol, kind: Kind, ours: type[RegistryError], reason: str
) -> None:
    sandbox.faults.put("token", Fault(kind))
    error = await failure(sample, sandbox.registries(protocol=protocol))
    assert isinstance(error, ours)
    assert error.reason == reason


@every
@in_json
async def test_a_token_endpoint_that_hangs_keeps_to_the_deadline(
    sandbox: Sandbox, sample: Sample, protocol: WireProtocol
) -> None:
    sandbox.faults.put("token", Fault(Kind.HANG))
    error = await failure(sample, sandbox.registries(HASTY, protocol=protocol))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "timeout"


@every
async def test_nobody_there(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    async with served(web.Application()) as gone:
        pass
    error = await failure(sample, sandbox.registries(url=gone, protocol=protocol))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == ("token: connection" if protocol is WireProtocol.JSON else "connection")


@every
async def test_another_service_at_that_address(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    """A token, but no such operation: a refusal, not an outage."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "good", "expires_in": 60})

    app = web.Application()
    app.router.add_post("/oauth/token", token)
    async with served(app) as other:
        error = await failure(sample, sandbox.registries(url=other, protocol=protocol))
    assert isinstance(error, RegistryRefused)
    assert error.reason == "http 404"


@every
async def test_the_breaker_opens_and_recovers(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    registries = sandbox.registries(Limits(deadline=20.0, attempts=1, failures=3, open_for=30.0), protocol=protocol)
    sandbox.faults.put(sample.service, Fault(Kind.ERROR))
    for _ in range(3):
        await failure(sample, registries)
    calls = len(sandbox.audit.rows)
    assert (await failure(sample, registries)).reason == "circuit open"
    assert len(sandbox.audit.rows) == calls  # nobody was asked
    assert registries.breakers()[sample.service] == "open"

    sandbox.clock.seconds += 30.0
    assert (await failure(sample, registries)).reason == "http 500"  # the one that was let through to see
    assert (await failure(sample, registries)).reason == "circuit open"

    sandbox.faults.clear_all()
    sandbox.clock.seconds += 30.0
    assert await sample.ask(registries) == sample.answer
    assert registries.breakers()[sample.service] == "closed"


@every
async def test_the_trouble_of_one_is_not_the_trouble_of_another(
    sandbox: Sandbox, sample: Sample, protocol: WireProtocol
) -> None:
    registries = sandbox.registries(Limits(deadline=20.0, attempts=1, failures=1), protocol=protocol)
    sandbox.faults.put(sample.service, Fault(Kind.ERROR))
    await failure(sample, registries)
    states = registries.breakers()
    assert [name for name, state in states.items() if state == "open"] == [sample.service]


@every
async def test_fifty_at_once_renew_one_token(sandbox: Sandbox, sample: Sample, protocol: WireProtocol) -> None:
    registries = sandbox.registries(PATIENT, protocol=protocol)

    async def fifty() -> list[object]:
        return await asyncio.gather(*(sample.ask(registries) for _ in range(50)))

    assert await fifty() == [sample.answer] * 50
    assert sandbox.tokens.issued == tokens_for(protocol, 1)
    sandbox.tokens.expire_all()
    sandbox.clock.seconds += 601  # else it would remember
    assert await fifty() == [sample.answer] * 50
    assert sandbox.tokens.issued == tokens_for(protocol, 2)


@every
async def test_what_cannot_be_written_down_is_not_asked(
    sandbox: Sandbox, sample: Sample, protocol: WireProtocol
) -> None:
    registries = sandbox.registries(Limits(deadline=20.0, failures=1), protocol=protocol, audit=BrokenAudit())
    assert (await failure(sample, registries)).reason == "audit"
    assert sandbox.tokens.issued == 0
    assert registries.breakers()[sample.service] == "closed"  # the registry did nothing wrong
