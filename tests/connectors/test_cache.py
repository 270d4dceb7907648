"""What is remembered of a registry: for how long, what is told when it is down, and one question at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from connectors.cache import Cached, CachePolicy, ResponseCache
from connectors.call_policy import Limits
from connectors.registry import CaseRegistry, RegistryRefused, RegistryUnavailable
from connectors.runtime import Runtime
from connectors.sandbox.faults import Fault, Kind
from tests.connectors.sandbox import NOW, PATIENT, Clock, Sandbox

AFM, CASE = "123456783", "ΑΔ-2026-000123"
FIRM = Limits(deadline=20.0, attempts=1, failures=100)


async def stages(sandbox: Sandbox, registry: CaseRegistry) -> tuple[list[str], object, bool]:
    told = await registry.cases_of(AFM)
    return [case.stage for case in told.cases], told.as_of, told.stale


async def test_an_answer_stands_for_half_a_minute(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["permits"]
    assert await stages(sandbox, registry) == (["completeness-check"], NOW, False)
    sandbox.state.move(CASE, "review")
    sandbox.clock.seconds = 29.9
    assert await stages(sandbox, registry) == (["completeness-check"], NOW, False)
    sandbox.clock.seconds = 30.0
    assert await stages(sandbox, registry) == (["review"], NOW + timedelta(seconds=30), False)
    assert len(sandbox.audit.rows) == 2


@pytest.mark.parametrize("kind", [Kind.ERROR, Kind.HANG])
async def test_a_registry_that_is_down_is_answered_for_with_the_time(sandbox: Sandbox, kind: Kind) -> None:
    registry = sandbox.registries(Limits(deadline=0.3, attempts=1)).cases["permits"]
    await registry.cases_of(AFM)
    sandbox.faults.put("permits", Fault(kind))
    sandbox.clock.seconds = 3600.0
    assert await stages(sandbox, registry) == (["completeness-check"], NOW, True)
    sandbox.faults.clear_all()
    assert await stages(sandbox, registry) == (["completeness-check"], NOW + timedelta(hours=1), False)


async def test_never_an_empty_list_in_place_of_an_error(sandbox: Sandbox) -> None:
    registry = sandbox.registries(FIRM).cases["permits"]
    sandbox.faults.put("permits", Fault(Kind.ERROR))
    with pytest.raises(RegistryUnavailable):
        await registry.cases_of(AFM)  # nothing is known yet
    sandbox.faults.clear_all()
    await registry.cases_of(AFM)
    sandbox.faults.put("permits", Fault(Kind.ERROR))
    sandbox.clock.seconds = 12 * 3600.0 - 1
    assert (await registry.cases_of(AFM)).stale
    sandbox.clock.seconds = 12 * 3600.0
    with pytest.raises(RegistryUnavailable):
        await registry.cases_of(AFM)  # too old to be told


async def test_no_cases_is_an_answer_like_any_other(sandbox: Sandbox) -> None:
    registry = sandbox.registries(FIRM).cases["permits"]
    assert (await registry.cases_of("090000069")).cases == ()
    sandbox.faults.put("permits", Fault(Kind.ERROR))
    sandbox.clock.seconds = 60.0
    told = await registry.cases_of("090000069")
    assert (told.cases, told.as_of, told.stale) == ((), NOW, True)


@pytest.mark.parametrize("kind", [Kind.MALFORMED, Kind.WRONG_CITIZEN])
async def test_a_refusal_is_not_papered_over(sandbox: Sandbox, kind: Kind) -> None:
    registry = sandbox.registries(FIRM).cases["permits"]
    await registry.cases_of(AFM)
    sandbox.clock.seconds = 60.0
    sandbox.faults.put("permits", Fault(kind))
    with pytest.raises(RegistryRefused):
        await registry.cases_of(AFM)


async def test_what_fills_a_gap_is_never_old(sandbox: Sandbox) -> None:
    registry = sandbox.registries(FIRM).cases["permits"]
    await registry.cases_of(AFM)
    await registry.case(CASE)
    sandbox.state.move(CASE, "review")
    found = await registry.case(CASE)
    assert found is not None
    assert found.stage == "review"
    sandbox.faults.put("permits", Fault(Kind.ERROR))
    with pytest.raises(RegistryUnavailable):
        await registry.case(CASE)


async def test_what_is_forgotten_is_gone(sandbox: Sandbox) -> None:
    registry = sandbox.registries(FIRM).cases["permits"]
    await registry.cases_of(AFM)
    registry.forget(AFM)
    sandbox.faults.put("permits", Fault(Kind.ERROR))
    with pytest.raises(RegistryUnavailable):
        await registry.cases_of(AFM)


async def test_one_call_for_all_who_wait(sandbox: Sandbox) -> None:
    registry = sandbox.registries(PATIENT).cases["permits"]
    told = await asyncio.gather(*(registry.cases_of(AFM) for _ in range(50)))
    assert {case.reference for one in told for case in one.cases} == {CASE}
    assert len(sandbox.audit.rows) == 1


async def test_one_citizens_answer_is_not_anothers(sandbox: Sandbox) -> None:
    registry = sandbox.registries(PATIENT).cases["permits"]
    one, other = await asyncio.gather(registry.cases_of(AFM), registry.cases_of("090000045"))
    assert ([case.reference for case in one.cases], other.cases) == ([CASE], ())


# The memory by itself


class Source:
    """Answers when it is let go, with the number of the question."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self) -> int:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return number


def memory(clock: Clock, keeping: CachePolicy | None = None) -> ResponseCache[int]:
    runtime: Runtime = clock.runtime()
    return ResponseCache(runtime, keeping or CachePolicy())


async def waiting(held: ResponseCache[int], source: Source, number: int) -> list[asyncio.Task[Cached[int]]]:
    tasks = [asyncio.create_task(held.get("a", source.ask)) for _ in range(number)]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_gives_up_takes_the_answer_from_nobody() -> None:
    held, source = memory(Clock()), Source()
    hasty, patient = await waiting(held, source, 2)
    hasty.cancel()
    source.go.set()
    assert (await patient).value == 1
    assert hasty.cancelled()


async def test_when_all_give_up_the_call_ends() -> None:
    held, source = memory(Clock()), Source()
    for task in await waiting(held, source, 2):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    [again] = await waiting(held, source, 1)
    source.go.set()
    assert (await again).value == 2  # a question of its own


async def test_a_failure_is_told_to_all_and_kept_for_nobody() -> None:
    held, source = memory(Clock()), Source()
    tasks = await waiting(held, source, 3)
    source.error = RegistryUnavailable("permits", "timeout")
    source.go.set()
    told = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(error) for error in told] == ["permits: timeout"] * 3
    source.error = None
    assert (await held.get("a", source.ask)).value == 2


async def test_what_was_on_its_way_when_forgotten_is_not_kept() -> None:
    held, source = memory(Clock()), Source()
    [before] = await waiting(held, source, 1)
    held.forget("a")
    [after] = await waiting(held, source, 1)
    source.go.set()
    assert [(await before).value, (await after).value] == [1, 2]
    assert (await held.get("a", source.ask)).value == 2


async def test_so_many_and_no_more() -> None:
    held, source = memory(Clock(), CachePolicy(most=2)), Source()
    source.go.set()
    for key in ("a", "b", "c", "c", "b", "a"):
        await held.get(key, source.ask)
    assert source.asked == 4
