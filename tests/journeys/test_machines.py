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
CASE = "ΑΔ-2026-000123"
AWAY = "Οδηγώ αυτή τη στιγμή και δεν μπορώ να απαντήσω. Αυτόματη απάντηση."

pytestmark = pytest.mark.slow


async def count(service: Service, what: object) -> int:
    async with service.system.store.database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(what)) or 0  # type: ignore[arg-type]


SAME = "Η απάντηση είναι η ίδια με πριν. Ρωτήστε ξανά σε δέκα λεπτά."


def held(service: Service, channel: str, reason: str) -> float | None:
    labels = {"channel": channel, "reason": reason}
    return service.system.metrics.registry.get_sample_value("counter_held_messages_total", labels)


def turns(service: Service, result: str) -> float | None:
    return service.system.metrics.registry.get_sample_value("counter_turns_total", {"result": result})


@pytest.mark.parametrize("channel", ["sms", "viber"])
async def test_what_says_that_it_is_automatic_is_answered_once(service: Service, channel: ChannelName) -> None:
    address = X.number if channel == "sms" else X.viber_id
    told = []
    for _ in range(5):
        told.append(await messages(service.system, channel, address, AWAY))
        service.system.clock.forward(60)
    assert [bool(answers) for answers in told] == [True, False, False, False, False]
    assert await count(service, handovers) == 0
    assert await messages(service.system, channel, address, "ΣΤΟΠ")
    assert await count(service, consents) == 1
    async with service.system.store.database.read() as connection:
        kept = await connection.scalar(select(func.count()).where(transcript.c.author == "citizen"))
    assert kept == 6
    assert (held(service, channel, "machine"), turns(service, "held")) == (4.0, 4.0)
    assert await messages(service.system, channel, address, "τι μπορείς να κάνεις;")
    assert await messages(service.system, channel, address, AWAY)


@pytest.mark.parametrize("text", ["Οδηγώ και θα δω το μήνυμά σας το βράδυ", "πότε ανοίγει το ΚΕΠ Πατρών;"])
async def test_the_same_text_is_answered_three_times_then_it_is_said_once_that_nothing_has_changed(
    service: Service, text: str
) -> None:
    told = []
    for _ in range(8):
        told.append(await messages(service.system, "sms", X.number, text))
        service.system.clock.forward(60)
    assert [bool(answers) for answers in told] == [True] * 4 + [False] * 4
    assert told[3] == [SAME]
    assert (held(service, "sms", "repeat"), turns(service, "held"), turns(service, "answered")) == (5.0, 5.0, 3.0)
    assert await count(service, handovers) == 0
    service.system.clock.forward(600)
    assert SAME not in await messages(service.system, "sms", X.number, text) != []


async def test_an_answer_that_has_changed_is_always_told(service: Service) -> None:
    asked = "πού βρίσκεται η αίτησή μου;"
    first = await messages(service.system, "sms", A.number, asked)
    await messages(service.system, "sms", A.number, asked)
    await messages(service.system, "sms", A.number, asked)
    assert await messages(service.system, "sms", A.number, asked) == [SAME]
    assert await messages(service.system, "sms", A.number, asked) == []
    service.state.move(CASE, "pre-approval")
    service.system.clock.forward(60)
    changed = await messages(service.system, "sms", A.number, asked)
    assert "".join(changed) != "".join(first)
    assert CASE in "".join(changed)
    assert await messages(service.system, "sms", A.number, asked) == []
    service.state.move(CASE, "review")
    service.system.clock.forward(60)
    again = await messages(service.system, "sms", A.number, asked)
    assert again
    assert again != changed
    assert await messages(service.system, "sms", A.number, asked) == []


async def test_danger_is_answered_however_often_it_is_told(service: Service) -> None:
    for _ in range(6):
        assert "112" in "".join(await messages(service.system, "sms", X.number, "βοήθεια φωτιά στο σπίτι"))
        service.system.clock.forward(20)


@pytest.mark.parametrize("channel", ["sms", "viber"])
async def test_our_own_answer_that_comes_back_is_answered_once(service: Service, channel: ChannelName) -> None:
    address = X.number if channel == "sms" else X.viber_id
    told = await messages(service.system, channel, address, "τι μπορείς να κάνεις;")
    first = await messages(service.system, channel, address, told[-1])
    assert first
    assert await messages(service.system, channel, address, first[-1]) == []
    assert await messages(service.system, channel, address, first[-1]) == []
    assert await messages(service.system, channel, address, "πού είναι η αίτησή μου;")


async def test_a_flood_of_one_text_is_looked_at_no_more_than_now_and_then(service: Service) -> None:
    for _ in range(14):
        await messages(service.system, "viber", X.viber_id, "πότε ανοίγει το ΚΕΠ Πατρών;")
    assert held(service, "viber", "repeat") == 11.0
    timed = service.system.metrics.registry.get_sample_value("counter_turn_seconds_count")
    assert timed == 3.0


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
