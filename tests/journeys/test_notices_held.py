"""When a notice is not sent, or not yet: ΣΤΟΠ, quiet hours, a number that is another's by now, erasure, wishes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from casestore.tables import notice_facts, notice_log, notices, outbox
from connectors.sandbox.faults import Fault, Kind
from connectors.sandbox.model import Document
from tests.journeys.notices import PERMIT, A, B, athens, nothing_more, running_notices
from tests.journeys.talk import afm_of, sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
HOUR, DAY = 3600, 86_400
EVENING = athens(2026, 11, 23, 22, 0)


async def test_after_stop_nothing_is_told(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await sms(harness.service, A.number, "ΣΤΟΠ")
        harness.state.move(PERMIT, "pre-approval")
        with nothing_more(harness):
            await harness.told()
        assert await harness.states() == [("skipped", "no-consent")]


async def test_a_stop_on_one_channel_is_no_invitation_on_the_other(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await viber(harness.service, A.viber_id, "ΣΤΟΠ")
        harness.state.move(PERMIT, "pre-approval")
        with nothing_more(harness):
            await harness.told()


async def test_a_stop_by_sms_which_may_be_forged_ends_sms_alone(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await sms(harness.service, A.number, "ΣΤΟΠ")
        before = len(harness.sms(A))
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        await harness.later(HOUR)  # nobody says that it arrived, and it goes nowhere else
        assert (len(harness.viber(A)), len(harness.sms(A))) == (1, before)


async def test_a_stop_between_the_order_and_the_morning_counts(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        assert harness.sms(A) == []
        await sms(harness.service, A.number, "ΣΤΟΠ")
        with nothing_more(harness):
            await harness.at(athens(2026, 11, 24, 9, 30))
        assert await harness.states() == [("skipped", "no-consent")]
        assert (await harness.log())[-1] == ("skipped", None, "no-consent")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (athens(2026, 11, 23, 20, 58), athens(2026, 11, 23, 20, 58)),
        (athens(2026, 11, 23, 21, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 8, 58), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 24, 9, 0), athens(2026, 11, 24, 9, 0)),
        (athens(2026, 11, 28, 22, 0), athens(2026, 11, 29, 10, 0)),  # a Sunday
        (athens(2026, 10, 24, 22, 0), athens(2026, 10, 25, 10, 0)),  # clocks go back
        (athens(2027, 3, 27, 22, 0), athens(2027, 3, 28, 10, 0)),  # and forward
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_quiet_hours(database_url: str, model: Model, now: datetime, told: datetime) -> None:
    async with running_notices(database_url, model, now) as harness:
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        if told > now:
            assert harness.sms(A) == []
            [until] = [line.until for line in await harness.store.notice_records.lines() if line.until]
            assert until == told  # it says until when
            with nothing_more(harness):
                harness.clock.now = told
                harness.clock.forward(-1)
                await harness.service.system.settle()
            await harness.later(2)
        assert len(harness.sms(A)) == 1


async def test_what_is_due_tomorrow_is_told_in_the_evening_and_never_too_late(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        harness.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing", "", date(2026, 11, 24))])
        await harness.told()
        assert len(harness.sms(A)) == 1  # urgent: until eleven
        await harness.at(athens(2026, 11, 23, 23, 30))
        harness.state.require(PERMIT, [Document("title-deed", "Τίτλος", "missing", "", date(2026, 11, 23))])
        await harness.told()
        assert len(harness.sms(A)) == 2  # in the morning it would be over


async def test_the_citizens_own_hours_count(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await viber(harness.service, A.viber_id, "ησυχία 10-13")
        harness.state.move(PERMIT, "pre-approval")
        with nothing_more(harness):
            await harness.told()
        await harness.at(athens(2026, 11, 23, 13, 1))
        assert "προέγκριση" in harness.viber(A)[-1]


async def test_not_at_weekends(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, athens(2026, 11, 28, 12, 0)) as harness:
        await harness.link(A)
        assert "εργάσιμες" in await viber(harness.service, A.viber_id, "μη μου γράφετε τα σαββατοκύριακα")
        harness.state.move(PERMIT, "pre-approval")
        with nothing_more(harness):
            await harness.told()
        await harness.at(athens(2026, 11, 30, 9, 1))
        assert "προέγκριση" in harness.viber(A)[-1]


async def test_only_what_needs_the_citizen(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await harness.link(A)
        await viber(harness.service, A.viber_id, "μόνο τα σημαντικά")
        harness.state.move(PERMIT, "pre-approval")
        with nothing_more(harness):
            await harness.told()
        harness.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing")])
        await harness.told()
        assert "Τοπογραφικό" in harness.viber(A)[-1]


async def test_only_sms_is_sms_also_where_the_wish_came_after_the_order(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        await harness.link(A)
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        await viber(harness.service, A.viber_id, "μόνο sms")
        before = len(harness.viber(A))
        await harness.at(athens(2026, 11, 24, 9, 1))
        assert len(harness.viber(A)) == before
        assert len(harness.sms(A)) == 1


async def test_a_number_that_is_anothers_by_now_gets_nothing(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        harness.state.set_mobile(afm_of(A), None)
        harness.state.set_mobile(afm_of(B), "6900000001")
        with nothing_more(harness):
            await harness.at(athens(2026, 11, 24, 9, 1))
        assert await harness.states() == [("skipped", "number-changed")]


async def test_a_new_number_of_the_citizen_takes_the_place_of_the_old(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        harness.state.set_mobile(afm_of(A), "6900000077")
        await harness.at(athens(2026, 11, 24, 9, 1))
        assert harness.sms(A) == []
        assert len(harness.service.system.said_to("+306900000077")) == 1


async def test_a_stop_stays_when_the_number_is_another(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        await sms(harness.service, A.number, "ΣΤΟΠ")
        harness.state.set_mobile(afm_of(A), "6900000077")
        await harness.later(13 * HOUR)  # the contact feed has read it
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        await harness.later(DAY)
        assert harness.service.system.said_to("+306900000077") == []
        assert await harness.states() == [("skipped", "no-consent")]


async def test_while_the_contact_registry_is_silent_its_last_word_counts_for_half_a_day(
    database_url: str, model: Model
) -> None:
    async with running_notices(database_url, model) as harness:
        harness.service.faults.put("contacts", Fault(Kind.ERROR))
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        assert len(harness.sms(A)) == 1


async def test_who_is_not_in_the_contact_registry_is_skipped_with_a_reason(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model) as harness:
        harness.state.move("ΚΕ-2026-000501", "issuance")
        with nothing_more(harness):
            await harness.told()
        assert await harness.states() == [("skipped", "no-contact-point")]


async def test_a_case_that_ends_meanwhile_is_told_as_it_stands(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        harness.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing")])
        await harness.told()
        harness.state.decide(PERMIT, "granted")
        harness.state.close(PERMIT)
        await harness.told()
        await harness.at(athens(2026, 11, 24, 9, 1))
        [told] = harness.sms(A)
        assert "EΓKPIΘHKE" in told
        assert "ΛEIΠEI" not in told


async def test_an_erasure_takes_notices_along_and_what_waits_is_not_sent(database_url: str, model: Model) -> None:
    async with running_notices(database_url, model, EVENING) as harness:
        await harness.link(A)
        harness.state.move(PERMIT, "pre-approval")
        await harness.told()
        asked = await viber(harness.service, A.viber_id, "διαγράψτε με")
        digits = next(word.strip(".") for word in asked.split() if word.strip(".").isdecimal() and len(word) >= 6)
        await viber(harness.service, A.viber_id, digits)
        with nothing_more(harness):
            await harness.at(athens(2026, 11, 24, 9, 1))
            harness.state.move(PERMIT, "review")
            await harness.told()
            await harness.later(HOUR)
        async with harness.store.database.read() as connection:
            counts = [
                await connection.scalar(select(func.count()).select_from(table))
                for table in (notice_facts, notice_log, notices)
            ]
            waits = await connection.scalar(select(func.count()).where(outbox.c.state == "open"))
        assert waits == 0
        assert counts[2] <= 1  # of the change that came after: nobody is known to be told
