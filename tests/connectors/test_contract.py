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

from connectors.audit import Cause, because
from connectors.connect import Registries, Spoken
from connectors.guard import Limits
from connectors.registry import RegistryError, RegistryRefused, RegistryUnavailable
from connectors.sandbox.faults import Fault, Kind
from tests.connectors.world import PATIENT, World, elapsed_since, served

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
in_json = pytest.mark.parametrize("spoken", [Spoken.JSON])


@pytest.fixture(params=[Spoken.JSON, pytest.param(Spoken.SOAP, marks=pytest.mark.slow)])
def spoken(request: pytest.FixtureRequest) -> Spoken:
    return Spoken(request.param)


def tokens_for(spoken: Spoken, number: int) -> int:
    """SOAP sends the pair itself with each call."""
    return number if spoken is Spoken.JSON else 0


async def failure(sample: Sample, registries: Registries) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        await sample.ask(registries)
    assert caught.value.registry == sample.service
    assert sample.subject not in str(caught.value)
    return caught.value


@every
async def test_answers(world: World, sample: Sample, spoken: Spoken) -> None:
    assert await sample.ask(world.registries(spoken=spoken)) == sample.answer


@every
async def test_writes_each_call_down_before_and_after(world: World, sample: Sample, spoken: Spoken) -> None:
    with because(Cause(protocol="message-7", user="citizen-1", address="192.0.2.1")):
        await sample.ask(world.registries(spoken=spoken))
    [(entry, result)] = world.audit.rows
    assert (entry.registry, entry.subject, entry.cause.protocol) == (sample.service, sample.subject, "message-7")
    assert result is not None
    assert (result.error, result.sequence_id) == (None, "1")
    assert sample.subject not in repr(entry)


@every
async def test_waits_for_a_slow_registry(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put(sample.service, Fault(Kind.SLOW, seconds=0.05))
    assert await sample.ask(world.registries(spoken=spoken)) == sample.answer


@every
@pytest.mark.parametrize("fault", [Fault(Kind.SLOW, seconds=60.0), Fault(Kind.HANG)], ids=lambda fault: fault.kind)
async def test_gives_up_at_the_deadline(world: World, sample: Sample, spoken: Spoken, fault: Fault) -> None:
    registries = world.registries(HASTY, spoken=spoken)
    world.faults.put(sample.service, fault)
    started = time.monotonic()
    error = await failure(sample, registries)
    assert (type(error), error.reason) == (RegistryUnavailable, "timeout")
    assert elapsed_since(started) < 10.0
    [(_, result)] = world.audit.rows
    assert result is not None
    assert result.error == "timeout"


@every
async def test_asks_again_after_a_stumble(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put(sample.service, Fault(Kind.ERROR, times=2))
    assert await sample.ask(world.registries(spoken=spoken)) == sample.answer
    assert world.clock.slept == pytest.approx([0.05, 0.1])  # half of 0.1 s and of 0.2 s: chance is 0.5
    assert [result.error for _, result in world.audit.rows if result] == ["http 500", "http 500", None]


@every
async def test_asks_again_for_an_answer_that_was_lost(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put(sample.service, Fault(Kind.UNANSWERED, times=1))
    assert await sample.ask(world.registries(spoken=spoken)) == sample.answer
    assert len(world.audit.rows) == 2


@every
async def test_gives_up_after_three_errors(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put(sample.service, Fault(Kind.ERROR))
    error = await failure(sample, world.registries(spoken=spoken))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "http 500"
    assert len(world.audit.rows) == 3


@every
async def test_refuses_what_is_another_citizens(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put(sample.service, Fault(Kind.WRONG_CITIZEN))
    if sample.service == "contacts":  # its answer does not say whose it is
        assert await sample.ask(world.registries(spoken=spoken)) == sample.answer
    else:
        error = await failure(sample, world.registries(spoken=spoken))
        assert (type(error), error.reason) == (RegistryRefused, "malformed answer: afm")


@every
@pytest.mark.parametrize("kind", [Kind.MALFORMED, Kind.WRONG_FIELD])
async def test_refuses_an_answer_that_is_not_as_agreed(
    world: World, sample: Sample, spoken: Spoken, kind: Kind
) -> None:
    world.faults.put(sample.service, Fault(kind))
    error = await failure(sample, world.registries(spoken=spoken))
    assert isinstance(error, RegistryRefused)
    assert error.reason.startswith("malformed answer: ")
    assert len(world.audit.rows) == 1  # asking again would bring the same


@every
@in_json
async def test_renews_a_token_that_expired_early(world: World, sample: Sample, spoken: Spoken) -> None:
    registries = world.registries(spoken=spoken)
    await registries.contacts.mobile_of("090000069")
    world.tokens.expire_all()
    assert await sample.ask(registries) == sample.answer
    assert world.tokens.issued == 2


@every
async def test_is_refused_with_wrong_credentials(world: World, sample: Sample, spoken: Spoken) -> None:
    error = await failure(sample, world.registries(secret="not-the-secret", spoken=spoken))
    assert isinstance(error, RegistryRefused)
    assert error.reason == ("token: credentials" if spoken is Spoken.JSON else "credentials")
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
    world: World, sample: Sample, spoken: Spoken, kind: Kind, ours: type[RegistryError], reason: str
) -> None:
    world.faults.put("token", Fault(kind))
    error = await failure(sample, world.registries(spoken=spoken))
    assert isinstance(error, ours)
    assert error.reason == reason


@every
@in_json
async def test_a_token_endpoint_that_hangs_keeps_to_the_deadline(world: World, sample: Sample, spoken: Spoken) -> None:
    world.faults.put("token", Fault(Kind.HANG))
    error = await failure(sample, world.registries(HASTY, spoken=spoken))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == "timeout"


@every
async def test_nobody_there(world: World, sample: Sample, spoken: Spoken) -> None:
    async with served(web.Application()) as gone:
        pass
    error = await failure(sample, world.registries(url=gone, spoken=spoken))
    assert isinstance(error, RegistryUnavailable)
    assert error.reason == ("token: connection" if spoken is Spoken.JSON else "connection")


@every
async def test_another_service_at_that_address(world: World, sample: Sample, spoken: Spoken) -> None:
    """A token, but no such operation: a refusal, not an outage."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "good", "expires_in": 60})

    app = web.Application()
    app.router.add_post("/oauth/token", token)
    async with served(app) as other:
        error = await failure(sample, world.registries(url=other, spoken=spoken))
    assert isinstance(error, RegistryRefused)
    assert error.reason == "http 404"


@every
async def test_the_breaker_opens_and_recovers(world: World, sample: Sample, spoken: Spoken) -> None:
    registries = world.registries(Limits(deadline=20.0, attempts=1, failures=3, open_for=30.0), spoken=spoken)
    world.faults.put(sample.service, Fault(Kind.ERROR))
    for _ in range(3):
        await failure(sample, registries)
    calls = len(world.audit.rows)
    assert (await failure(sample, registries)).reason == "circuit open"
    assert len(world.audit.rows) == calls  # nobody was asked
    assert registries.breakers()[sample.service] == "open"

    world.clock.seconds += 30.0
    assert (await failure(sample, registries)).reason == "http 500"  # the one that was let through to see
    assert (await failure(sample, registries)).reason == "circuit open"

    world.faults.clear_all()
    world.clock.seconds += 30.0
    assert await sample.ask(registries) == sample.answer
    assert registries.breakers()[sample.service] == "closed"


@every
async def test_the_trouble_of_one_is_not_the_trouble_of_another(world: World, sample: Sample, spoken: Spoken) -> None:
    registries = world.registries(Limits(deadline=20.0, attempts=1, failures=1), spoken=spoken)
    world.faults.put(sample.service, Fault(Kind.ERROR))
    await failure(sample, registries)
    states = registries.breakers()
    assert [name for name, state in states.items() if state == "open"] == [sample.service]


@every
async def test_fifty_at_once_renew_one_token(world: World, sample: Sample, spoken: Spoken) -> None:
    registries = world.registries(PATIENT, spoken=spoken)

    async def fifty() -> list[object]:
        return await asyncio.gather(*(sample.ask(registries) for _ in range(50)))

    assert await fifty() == [sample.answer] * 50
    assert world.tokens.issued == tokens_for(spoken, 1)
    world.tokens.expire_all()
    world.clock.seconds += 601  # else it would remember
    assert await fifty() == [sample.answer] * 50
    assert world.tokens.issued == tokens_for(spoken, 2)


class BrokenStore:
    """An audit store that is down."""

    async def begin(self, entry: object) -> int:
        raise ConnectionError("database")

    async def complete(self, audit_id: int, result: object) -> None:
        raise AssertionError("nothing was begun")


@every
async def test_what_cannot_be_written_down_is_not_asked(world: World, sample: Sample, spoken: Spoken) -> None:
    world.audit = BrokenStore()
    registries = world.registries(Limits(deadline=20.0, failures=1), spoken=spoken)
    assert (await failure(sample, registries)).reason == "audit"
    assert world.tokens.issued == 0
    assert registries.breakers()[sample.service] == "closed"  # the registry did nothing wrong
