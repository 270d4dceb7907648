"""The State speaks first: a registry's event by signed HTTP in, one message on the citizen's channel out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from connectors.sandbox.model import Document
from tests.journeys.notices import PERMIT, A, B, NoticeHarness, nothing_more, running_notices
from tests.journeys.talk import sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
MINUTE, HOUR, DAY = 60, 3600, 86_400
CADASTRE, INSURANCE = "ΚΤ-2026-000301", "ΕΦ-2026-000201"


@pytest.fixture
async def notices(database_url: str, model: Model) -> AsyncIterator[NoticeHarness]:
    async with running_notices(database_url, model) as harness:
        yield harness


async def test_a_new_stage_is_told_by_sms_in_one_part_and_says_who_writes_and_how_to_end_it(
    notices: NoticeHarness,
) -> None:
    notices.state.move(PERMIT, "pre-approval")
    await notices.told()
    [told] = notices.sms(A)
    for said in ("Δ-2026-000123", "OIKOΔOMIKH", "MET", "gov.gr", "ΣTOΠ"):
        assert said in told, told
    [accepted] = [one for one in notices.service.system.phone.accepted if one.address == A.number]
    assert len(told) <= 160
    assert accepted.channel == "sms"
    assert notices.viber(A) == []
    assert await notices.log() == [
        ("noted", None, "stage"),
        ("ordered", "sms", None),
        ("let-through", "sms", None),
        ("sent", "sms", None),
    ]


async def test_on_viber_once_the_chat_is_linked_with_what_comes_next_and_buttons(notices: NoticeHarness) -> None:
    await notices.link(A)
    notices.state.move(PERMIT, "pre-approval")
    await notices.told()
    [told] = notices.viber(A)
    assert "Νέα για την υπόθεσή σας ΑΔ-2026-000123 (οικοδομική άδεια):" in told
    assert "προέγκριση" in told
    assert "Από εσάς δεν χρειάζεται κάτι τώρα." in told
    assert "ΣΤΟΠ" in told
    assert notices.sms(A) == []
    await notices.later(10 * MINUTE)
    notices.state.move(PERMIT, "review")
    await notices.told()
    assert "ΣΤΟΠ" not in notices.viber(A)[-1]  # said once


async def test_what_the_citizen_asks_then_is_about_that_case_also_a_day_later(notices: NoticeHarness) -> None:
    await notices.link(B)
    notices.state.move(CADASTRE, "legal-review")
    await notices.told()
    answer = await viber(notices.service, B.viber_id, "κι ύστερα;")
    assert "καταχώριση" in answer, answer  # of two cases, the one that was told of
    await notices.later(DAY)
    notices.state.require(INSURANCE, [Document("contract", "Σύμβαση", "missing", "", date(2026, 12, 20))])
    await notices.told()
    await notices.later(DAY)
    answer = await viber(notices.service, B.viber_id, "μέχρι πότε;")
    assert "20 Δεκεμβρίου" in answer, answer


async def test_by_sms_the_answer_is_understood_too(notices: NoticeHarness) -> None:
    notices.state.move(CADASTRE, "legal-review")
    await notices.told()
    assert len(notices.sms(B)) == 1
    answer = await sms(notices.service, B.number, "kai meta?")
    assert "καταχώριση" in answer, answer


async def test_a_missing_document_says_which_until_when_and_how(notices: NoticeHarness) -> None:
    await notices.link(A)
    notices.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing", "", date(2026, 12, 1))])
    await notices.told()
    [told] = notices.viber(A)
    for said in ("Τοπογραφικό", "1 Δεκεμβρίου 2026", "Τα υποβάλλει ο μηχανικός σας"):
        assert said in told, told


async def test_the_first_goes_at_once_and_what_follows_within_minutes_is_one_message(notices: NoticeHarness) -> None:
    await notices.link(A)
    notices.state.move(PERMIT, "pre-approval")
    await notices.told()
    assert len(notices.viber(A)) == 1
    notices.state.move(PERMIT, "assignment")
    await notices.told()
    await notices.later(30)
    notices.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing")])
    notices.state.move(PERMIT, "review")
    await notices.told()
    assert len(notices.viber(A)) == 1
    await notices.later(5 * MINUTE)
    [_, gathered] = notices.viber(A)
    assert "Τοπογραφικό" in gathered
    assert "ανάθεση" not in gathered  # the later stage wins
    with nothing_more(notices):
        await notices.later(5 * MINUTE)


async def test_two_changes_before_the_worker_looks_are_one_message(notices: NoticeHarness) -> None:
    await notices.link(A)
    notices.state.move(PERMIT, "pre-approval")
    notices.state.move(PERMIT, "review")
    await notices.post()
    notices.clock.forward(31)  # the feeds are due as well
    await notices.service.system.settle()
    await notices.later(6 * MINUTE)
    assert len(notices.viber(A)) in (1, 2)
    facts = [reason for event, _, reason in await notices.log() if event == "noted"]
    assert facts == ["stage"] * len(facts)


async def test_told_again_and_again_and_polled_and_compared_it_is_one_message(notices: NoticeHarness) -> None:
    notices.state.move(PERMIT, "pre-approval")
    await notices.told(times=3)
    await notices.later(31)  # the feeds read it too
    await notices.later(10 * MINUTE)
    assert len(notices.sms(A)) == 1
    assert [line for line in await notices.log() if line[0] == "noted"] == [("noted", None, "stage")]


async def test_what_polling_finds_is_told_as_well(notices: NoticeHarness) -> None:
    notices.state.move(PERMIT, "pre-approval")
    notices.changes.clear()  # its event is lost
    await notices.later(31)
    assert len(notices.sms(A)) == 1


async def test_what_is_read_for_the_first_time_is_told_to_nobody(notices: NoticeHarness) -> None:
    """The seeded cases were read before this test began."""
    await notices.later(HOUR)
    assert [notices.sms(person) for person in (A, B)] == [[], []]
    assert await notices.log() == []


async def test_a_case_that_opens_is_told(notices: NoticeHarness) -> None:
    case = notices.state.open("efka", "123456783", "insurance-record-correction", "")
    await notices.told()
    [told] = notices.sms(A)
    assert case.reference[3:] in told


async def test_nobody_is_told_by_default_where_it_is_off(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, notices_default="off") as notices:
        notices.state.move(PERMIT, "pre-approval")
        with nothing_more(notices):
            await notices.told()
        assert await notices.states() == [("skipped", "no-consent")]
        assert "ΕΝΑΡΞΗ" not in await sms(notices.service, A.number, "ΕΝΑΡΞΗ")
        notices.state.move(PERMIT, "review")
        await notices.told()
        assert "EΛEΓXOΣ" in notices.sms(A)[-1]
