"""Viber does not bring it: one SMS with the same, and never twice. Receipts come late, early, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.phone.faults import Faults, Refusal
from connectors.sandbox.model import Document
from tests.journeys.notices import PERMIT, A, C, NoticeHarness, athens, nothing_more, running_notices
from tests.journeys.talk import messages, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
MINUTE, HOUR, DAY = 60, 3600, 86_400
FLOOD = "ΠΠ-2026-000401"


async def moved(harness: NoticeHarness) -> None:
    """A's chat is linked, and A's case moves."""
    await harness.link(A)
    harness.state.move(PERMIT, "pre-approval")
    await harness.told()


async def test_silence_on_viber_leads_to_one_sms_with_the_same_that_mentions_nothing_of_it(
    database_url: str, model: Model
) -> None:
    async with running_notices(database_url, model) as harness:
        await moved(harness)
        with nothing_more(harness):
            await harness.later(14 * MINUTE)
        await harness.later(2 * MINUTE)
        [told] = harness.sms(A)
        assert "ΠPOEΓKPIΣH" in told
        assert "VIBER" not in told.upper()
        with nothing_more(harness, A):
            await harness.later(2 * DAY)
        events = [event for event, _, _ in await harness.log()]
        assert events == ["noted", "ordered", "let-through", "sent", "fallback", "let-through", "sent", "unknown"]
        assert await harness.states() == [("unknown", "unreachable")]


async def test_what_is_urgent_waits_two_minutes(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(C)
        harness.state.require(FLOOD, [Document("bank-account", "Λογαριασμός", "missing")])
        await harness.told()
        assert len(harness.viber(C)) == 1
        await harness.later(2 * MINUTE + 1)
        assert len(harness.sms(C)) == 1


async def test_what_arrived_goes_nowhere_else(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await moved(harness)
        await harness.receipt(A, "delivered")
        assert await harness.states() == [("told", None)]
        await harness.receipt(A, "seen")
        with nothing_more(harness, A):
            await harness.later(DAY)
        assert [event for event, _, _ in await harness.log()][-2:] == ["delivered", "seen"]


@pytest.mark.parametrize("code", [5, 6, 12])
async def test_a_refusal_that_will_not_change_leads_to_an_sms_at_once(
    database_url: str, model: Model, code: int
) -> None:
    """Viber's receiverNotRegistered, receiverNotSubscribed; tooManyRequests is tried again until the time is over."""
    async with running_notices(database_url, model) as harness:
        harness.service.system.phone.faults.set("viber", Faults(refusals=(Refusal(http=200, code=code),)))
        await moved(harness)
        if code == 12:
            assert harness.sms(A) == []
            await harness.later(16 * MINUTE)
            await harness.later(MINUTE)
        assert harness.viber(A) == []
        assert len(harness.sms(A)) == 1
        with nothing_more(harness):
            await harness.later(HOUR)


async def test_a_failure_that_is_told_later_leads_to_an_sms(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await moved(harness)
        await harness.receipt(A, "failed")
        assert len(harness.sms(A)) == 1


async def test_a_report_that_comes_late_takes_back_what_waits(database_url: str, model: Model) -> None:
    """The silence ends in quiet hours: the SMS is held, and by the morning the first is known to have arrived."""
    async with running_notices(database_url, model, athens(2026, 11, 23, 20, 50)) as harness:
        await moved(harness)
        await harness.later(16 * MINUTE)
        assert harness.sms(A) == []
        await harness.receipt(A, "delivered")
        with nothing_more(harness):
            await harness.at(athens(2026, 11, 24, 9, 1))
        assert await harness.states() == [("told", None)]
        assert ("skipped", "sms", "arrived-already") in await harness.log()


async def test_a_report_after_the_sms_changes_only_the_log(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await moved(harness)
        await harness.later(16 * MINUTE)
        assert len(harness.sms(A)) == 1
        with nothing_more(harness):
            await harness.receipt(A, "delivered")
            await harness.later(HOUR)
        assert await harness.states() == [("told", None)]


async def test_only_viber_is_only_viber(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await viber(harness.service, A.viber_id, "μόνο viber")
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        await harness.later(DAY)
        await harness.later(DAY)
        assert harness.sms(A) == []
        assert [state for state, _ in await harness.states()] == ["unknown"]


async def test_who_left_viber_is_told_by_sms(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await harness.service.system.phone.viber.unsubscribe(A.viber_id)
        await harness.service.system.settle()
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        assert (len(harness.viber(A)), len(harness.sms(A))) == (0, 1)


async def test_what_was_sent_is_told_in_the_chat(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        assert "Δεν σας έχω στείλει" in await viber(harness.service, A.viber_id, "τι μου έχετε στείλει;")
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        await harness.receipt(A, "delivered")
        [answer] = await messages(harness.service.system, "viber", A.viber_id, "ti mou exete steilei?")
        assert "23 Νοεμβρίου 2026, ΑΔ-2026-000123, Viber: παραδόθηκε" in answer
        stranger = "\n".join(await messages(harness.service.system, "viber", C.viber_id, "what have you sent me?"))
        assert "who you are" in stranger
