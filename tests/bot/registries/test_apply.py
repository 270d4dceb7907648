"""Events become cases: once, in order, gaps filled by asking, and nothing that is not legal. On both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import EVENT_ATTEMPTS, UNKNOWN_ATTEMPTS
from bot.registries.cases import advance
from bot.registries.payload import pack, unpack
from bot.registries.recorder import case_of
from bot.worker import run_until_idle
from casestore.database import Database
from casestore.people.citizens import Citizens
from casestore.tables import registry_events as rows
from casestore.vault import Vault
from connectors.events import EventData
from connectors.events_cases import CaseOpened, Closed, Decided, DocumentsChanged
from connectors.events_cases import StageChanged as Moved
from connectors.registry import CaseRecord, RegistryUnavailable, RequiredDocument
from tests.bot.registries.apply_harness import (
    AFM,
    CASE,
    LEASE,
    OPENED,
    OTHER_AFM,
    ApplyHarness,
    event,
    held,
)
from tests.casestore.fixture import put_case
from tests.clock import FakeClock


@pytest.fixture
def harness(database: Database, vault: Vault, clock: FakeClock) -> ApplyHarness:
    return ApplyHarness(database, vault, clock)


async def test_events_in_their_order_make_the_case(harness: ApplyHarness) -> None:
    papers = (RequiredDocument("deed", "Τίτλος", "missing", "λείπει", date(2026, 12, 1)),)
    accepted = (RequiredDocument("deed", "", "accepted"),)
    deed = RequiredDocument("deed", "Τίτλος", "accepted", "", date(2026, 12, 1))
    end = {"outcome": "granted", "closed": True, "note": "εγκρίθηκε", "documents": (deed,)}
    harness.registry.held[CASE] = held(6, **end)
    await harness.follow(
        OPENED,
        event(Moved("review", "στον μηχανικό"), 2),
        event(DocumentsChanged(papers), 3),
        event(DocumentsChanged(accepted), 4),
        event(Decided("granted", "εγκρίθηκε"), 5),
        event(Closed(None), 6),
    )
    case = await harness.case()
    assert case is not None
    assert (case.stage, case.outcome, case.closed, case.note) == ("review", "granted", True, "εγκρίθηκε")
    assert (case.title, case.expected_by, case.sequence) == ("Άδεια", date(2026, 12, 15), 6)
    assert [(d.title, d.status, d.deadline) for d in case.documents] == [("Τίτλος", "accepted", date(2026, 12, 1))]
    assert await harness.moves() == [1, 2, 3, 4, 6]  # asked about the outcome, the registry told the end as well
    assert harness.registry.asked == [CASE]
    assert harness.registry.forgotten == [AFM] * 6
    ends = ["applied"] * 4 + ["filled", "known"]
    assert await harness.ends() == [("done", end, 1) for end in ends]


async def test_what_arrived_in_another_order_is_applied_in_its_own(harness: ApplyHarness) -> None:
    await harness.follow(event(Moved("issuance"), 3), event(Moved("review"), 2), OPENED)
    assert await harness.moves() == [1, 2, 3]
    assert harness.registry.asked == []


async def test_what_is_repeated_or_older_changes_nothing(harness: ApplyHarness) -> None:
    second = event(Moved("review"), 2)
    await harness.follow(OPENED, second)
    heard = list(harness.heard)
    await harness.follow(second, replace(second, id="the same under another id"), replace(OPENED, id="older"))
    assert await harness.moves() == [1, 2]
    assert harness.heard == heard
    assert [result for _, result, _ in await harness.ends()] == ["applied", "applied", "known", "known"]
    assert harness.counted("known") == 2


async def test_a_gap_is_filled_by_asking(harness: ApplyHarness) -> None:
    harness.registry.held[CASE] = held(5, note="όπως λέει το μητρώο")
    await harness.follow(OPENED, event(Moved("assignment"), 4))
    assert await harness.case() == case_of(held(5, note="όπως λέει το μητρώο"))
    await harness.follow(event(Moved("pre-approval"), 2), event(Moved("issuance"), 6))
    assert harness.registry.asked == [CASE]
    assert await harness.moves() == [1, 5, 6]
    assert [result for _, result, _ in await harness.ends()] == ["applied", "filled", "known", "applied"]


async def test_the_first_word_of_a_case_is_asked_for_unless_it_opens_it(harness: ApplyHarness) -> None:
    harness.registry.held[CASE] = held(2)
    await harness.follow(event(Moved("review"), 2))
    assert harness.registry.asked == [CASE]
    assert await harness.case() == case_of(held(2))


async def test_papers_of_which_the_name_was_never_told_are_asked_for(harness: ApplyHarness) -> None:
    harness.registry.held[CASE] = held(2)
    await harness.follow(OPENED, event(DocumentsChanged((RequiredDocument("deed", "", "accepted"),)), 2))
    assert harness.registry.asked == [CASE]


async def test_whose_a_case_is_does_not_change_by_an_events_word(harness: ApplyHarness) -> None:
    harness.registry.held[CASE] = held(2)
    await harness.follow(OPENED, event(Moved("review"), 2, afm=OTHER_AFM))
    assert harness.registry.asked == [CASE]
    kept = await harness.cases.find(CASE)
    assert kept is not None
    assert kept.citizen_id == await harness.store.citizens.find(AFM)


async def test_a_registry_that_is_down_is_asked_again_and_holds_up_no_other_case(harness: ApplyHarness) -> None:
    other = "ΑΔ-2026-000124"
    harness.registry.held[CASE] = held(3)
    harness.registry.failures = [RegistryUnavailable("permits", "timeout")] * 3
    gap = event(Moved("review"), 3)
    await harness.follow(OPENED, gap, replace(OPENED, id="o", subject=other))
    assert await harness.case(other) is not None
    for _ in range(4):
        harness.clock.forward(60)
        await run_until_idle([harness.job])
    case = await harness.case()
    assert case is not None
    assert case.sequence == 3
    assert (await harness.ends())[1] == ("done", "filled", 4)
    assert harness.counted("retry") == 3


async def test_what_polling_has_brought_meanwhile_is_not_asked_for(harness: ApplyHarness) -> None:
    harness.registry.failures = [RegistryUnavailable("permits", "timeout")]
    await harness.follow(OPENED, event(Moved("review"), 3))
    async with harness.database.write() as connection:
        citizen = await harness.store.citizens.ensure_one(connection, AFM, harness.clock())
        await put_case(harness.cases, connection, citizen, case_of(held(7)), harness.clock())
    harness.clock.forward(60)
    await run_until_idle([harness.job])
    assert harness.registry.asked == [CASE]
    assert (await harness.ends())[1][:2] == ("done", "known")


@pytest.mark.parametrize("answer", [None, held(2)], ids=["no such case", "behind its event"])
async def test_what_never_can_be_applied_is_given_up_and_the_next_goes_on(
    harness: ApplyHarness, answer: CaseRecord | None
) -> None:
    if answer:
        harness.registry.held[CASE] = answer
    await harness.follow(OPENED, event(Moved("review"), 4))
    for _ in range(EVENT_ATTEMPTS):
        harness.clock.forward(700)
        await run_until_idle([harness.job])
    given_up = ("dead", "behind its event", EVENT_ATTEMPTS) if answer else ("dead", "no such case", UNKNOWN_ATTEMPTS)
    assert (await harness.ends())[1] == given_up
    assert await harness.events.depth() == (0, 1, None)
    harness.registry.held[CASE] = held(5)
    await harness.follow(event(Moved("issuance"), 5))
    assert (await harness.ends())[2][:2] == ("done", "filled")


async def test_an_event_of_a_case_that_there_is_not_waits_for_minutes_only(harness: ApplyHarness) -> None:
    await harness.follow(event(Moved("review"), 4))
    for _ in range(19):
        harness.clock.forward(30)
        await run_until_idle([harness.job])
    assert await harness.events.depth() == (0, 1, None)
    assert (await harness.ends())[0][:2] == ("dead", "no such case")


async def test_an_event_that_kills_its_worker_is_given_up(harness: ApplyHarness) -> None:
    await harness.arrive(OPENED)
    for number in range(EVENT_ATTEMPTS):
        assert await harness.events.claim(harness.clock(), f"killed-{number}", limit=1, lease=LEASE)
        harness.clock.forward(LEASE.total_seconds() + 1)
    await run_until_idle([harness.job])
    assert [(state, result) for state, result, _ in await harness.ends()] == [("dead", "worker-lost")]


async def test_an_event_that_cannot_be_opened_is_given_up_and_no_other(harness: ApplyHarness) -> None:
    await harness.arrive(OPENED, event(Moved("review"), 2))
    async with harness.database.write() as connection:
        await connection.execute(rows.update().where(rows.c.sequence == 1).values(payload_sealed=b"altered"))
    for _ in range(EVENT_ATTEMPTS):
        await run_until_idle([harness.job])
        harness.clock.forward(700)
    harness.registry.held[CASE] = held(2)
    for _ in range(2):
        harness.clock.forward(700)
        await run_until_idle([harness.job])
    assert [(state, result) for state, result, _ in await harness.ends()] == [
        ("dead", "SealBroken"),
        ("done", "filled"),
    ]


async def test_what_changed_is_heard_with_before_and_after(harness: ApplyHarness) -> None:
    await harness.follow(OPENED, event(Moved("review"), 2))
    heard = [(change.before and change.before.case.stage, change.after.case.stage) for change in harness.heard]
    assert heard == [(None, "submission"), ("submission", "review")]


async def test_what_hears_and_fails_leaves_nothing_and_is_tried_again(harness: ApplyHarness, vault: Vault) -> None:
    failing = [RuntimeError("hearing")]

    async def listener(connection: Any, changes: Any) -> None:
        await harness._hear(connection, changes)
        if failing:
            raise failing.pop()

    harness.recorder = harness.recording(harness.store.citizens, listener)
    harness.job = harness.another()
    await harness.follow(OPENED)
    assert await harness.case() is None
    harness.clock.forward(60)
    await run_until_idle([harness.job])
    assert await harness.moves() == [1]


async def test_all_listeners_are_called_in_their_order(harness: ApplyHarness, vault: Vault) -> None:
    called: list[str] = []

    async def first(_connection: Any, _changes: Any) -> None:
        called.append("first")

    async def second(_connection: Any, _changes: Any) -> None:
        called.append("second")

    harness.recorder = harness.recording(Citizens(harness.database, vault), first, second)
    harness.job = harness.another()
    await harness.follow(OPENED, event(Moved("review"), 2))
    assert called == ["first", "second"] * 2


async def test_of_two_workers_one_applies_it(harness: ApplyHarness) -> None:
    for number in range(1, 9):
        subject = f"ΑΔ-2026-{number:06d}"
        await harness.arrive(replace(OPENED, id=f"a-{number}", subject=subject))
        await harness.arrive(replace(event(Moved("review"), 2), subject=subject))
    await run_until_idle([harness.another(), harness.another()])
    assert sorted(await harness.moves()) == [1] * 8 + [2] * 8
    assert len(harness.heard) == 16


async def test_who_was_too_slow_changes_nothing(harness: ApplyHarness) -> None:
    """The lease ran out while the registry was asked, and another has applied it."""
    harness.registry.held[CASE] = held(3)
    await harness.arrive(event(Moved("review"), 3))
    [slow] = await harness.events.claim(harness.clock(), "slow", limit=1, lease=LEASE)
    harness.clock.forward(LEASE.total_seconds() + 1)
    await run_until_idle([harness.job])
    await harness.job._work(slow)
    assert await harness.moves() == [3]
    assert harness.counted("claim-lost") == 1


news = st.one_of(
    st.builds(Moved, st.text(st.characters(codec="utf-8"), max_size=9), st.text(st.characters(codec="utf-8"))),
    st.builds(CaseOpened, st.just("Άδεια"), st.just("review"), st.none() | st.dates()),
    st.builds(Closed, st.none() | st.sampled_from(["granted", "unknown"])),
    st.builds(
        DocumentsChanged,
        st.tuples(st.builds(RequiredDocument, st.just("a"), st.just("Α"), st.just("missing"), deadline=st.dates())),
    ),
)


@given(data=news, sequence=st.integers(1, 2**31 - 1))
def test_an_event_comes_back_as_it_was_packed(data: EventData, sequence: int) -> None:
    one = event(data, sequence)
    assert unpack(pack(one)) == one


def test_something_else_is_no_event() -> None:
    for payload in ("", "{}", '{"kind": "Rumour", "event": {}}'):
        with pytest.raises((ValueError, KeyError)):
            unpack(payload)


def test_a_gap_cannot_be_told_without_asking() -> None:
    assert advance(None, event(Moved("review"), 1)) is None
    opened = advance(None, OPENED)
    assert opened is not None
    assert advance(opened, event(Moved("review"), 3)) is None
