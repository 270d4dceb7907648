"""What answers by itself: an automatic reply to our answer, and a provider that has answered already."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.phone.faults import ChannelName
from bot.phone.people import PEOPLE
from casestore.tables import consents, handovers, transcript
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, messages, viber

A, B, C, D, E, X = PEOPLE
AWAY = "Οδηγώ αυτή τη στιγμή και δεν μπορώ να απαντήσω. Αυτόματη απάντηση."

pytestmark = pytest.mark.slow


async def count(service: Service, what: object) -> int:
    async with service.system.store.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(what)) or 0  # type: ignore[arg-type]


@pytest.mark.parametrize("channel", ["sms", "viber"])
async def test_a_machine_that_answers_our_answers_is_answered_three_times(
    service: Service, channel: ChannelName
) -> None:
    address = X.number if channel == "sms" else X.viber_id
    told = []
    for _ in range(8):
        told.append(await messages(service.system, channel, address, AWAY))
        service.system.clock.forward(60)
    assert [bool(answers) for answers in told] == [True] * 3 + [False] * 5
    assert await count(service, handovers) == 0
    assert await messages(service.system, channel, address, "ΣΤΟΠ")
    assert await count(service, consents) == 1
    async with service.system.store.database.read() as connection:
        kept = await connection.scalar(select(func.count()).where(transcript.c.author == "citizen"))
    assert kept == 9
    assert await messages(service.system, channel, address, "τι μπορείς να κάνεις;")
    assert await messages(service.system, channel, address, AWAY)


async def test_a_word_that_stops_is_heard_however_often_it_comes(service: Service) -> None:
    for _ in range(5):
        assert await viber(service, X.viber_id, "ΣΤΟΠ")
    assert await count(service, consents) == 5


async def test_of_two_codes_the_first_is_taken_and_the_right_one_again_changes_nothing(service: Service) -> None:
    await viber(service, A.viber_id, afm_of(A))
    await viber(service, A.viber_id, afm_of(A))
    assert "Συνδεθήκατε" in await viber(service, A.viber_id, "135790")
    again = await viber(service, A.viber_id, "135790")
    assert "ήδη συνδεδεμένοι" in again
    assert "ΑΦΜ" not in again
