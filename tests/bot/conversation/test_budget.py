"""What one contact point is answered, and who is answered at all: through signed HTTP, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.channels.facts import CHANNELS, SPOKEN
from casestore.conversations.transcript import Author
from casestore.tables import consents, handovers, outbox, transcript
from dialogues.actions.alarms import alarm_answer
from dialogues.responses import LANGUAGES, phrases
from dialogues.understanding.alarm_phrases import ALARMS
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER, SMS, OTHER = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001", "+306900000002"
SATELLITE = "+881612345678"
MINUTE, DAY = "[utter_wait_minute el]", "[utter_wait_day el]"


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    limits: dict[str, Any] = {
        "budget_messages_per_minute": 3,
        "budget_messages_per_day": 7,
        "budget_sms_parts_per_day": 5,
    }
    async with running_system(database_url, EchoDialogue(counting=False), **limits) as system:
        yield system


async def write(system: System, address: str, *texts: str) -> list[str]:
    """What came back for these."""
    before = len(system.said_to(address))
    handset = system.phone.viber if address == VIBER else system.phone.sms
    for text in texts:
        await handset.write(address, text)
    await system.settle()
    return system.said_to(address)[before:]


async def said_by_citizens(system: System) -> int:
    async with system.store.database.read() as connection:
        lines = await connection.scalars(select(transcript.c.id).where(transcript.c.author == Author.CITIZEN))
        return len(lines.all())


async def test_above_the_budget_of_a_minute_one_sentence_then_silence_then_answers_again(system: System) -> None:
    told = await write(system, VIBER, *(f"{n}" for n in range(8)))
    assert told == ["re: 0", "re: 1", "re: 2", MINUTE]
    assert await said_by_citizens(system) == 8
    system.clock.forward(61)
    assert await write(system, VIBER, "ξανά") == ["re: ξανά"]
    assert (
        system.metrics.registry.get_sample_value(
            "counter_held_messages_total", {"channel": "viber", "reason": "minute"}
        )
        == 5.0
    )


@pytest.mark.slow
async def test_above_the_budget_of_a_day_one_sentence_until_the_next(system: System) -> None:
    for _ in range(3):
        await write(system, VIBER, "ένα", "δύο", "τρία", "τέσσερα")
        system.clock.forward(61)
    assert system.said_to(VIBER).count("re: ένα") == 3
    assert (len(system.said_to(VIBER)), system.said_to(VIBER)[-1]) == (10, DAY)
    assert await write(system, VIBER, "ακόμα;") == []
    system.clock.forward(86_400)
    assert await write(system, VIBER, "καλημέρα") == ["re: καλημέρα"]


async def test_the_parts_of_a_day_count_and_another_number_is_answered_all_the_same(system: System) -> None:
    long = "ένα μακρύ μήνυμα " * 15  # four parts
    assert await write(system, SMS, long) == [f"re: {long}".strip()]
    assert await write(system, SMS, "γεια", "ακόμα") == ["re: γεια", DAY]
    assert await write(system, SMS, "ακόμα") == []
    assert await write(system, OTHER, "γεια") == ["re: γεια"]


async def test_stop_is_heard_above_the_budget_and_costs_nothing(system: System) -> None:
    assert len(await write(system, VIBER, "1", "2", "3", "4", "ΣΤΟΠ")) == 4
    assert len(await write(system, SMS, "1", "2", "3", "4", "ΣΤΟΠ")) == 4
    async with system.store.database.read() as connection:
        assert (await connection.scalars(select(consents.c.allowed))).all() == [False, False]


async def test_a_number_that_is_no_destination_is_kept_and_not_answered(system: System) -> None:
    assert await write(system, SATELLITE, "γεια σας", "ΣΤΟΠ") == []
    assert await said_by_citizens(system) == 2
    async with system.store.database.read() as connection:
        assert (await connection.scalars(select(outbox.c.id))).all() == []


@pytest.mark.slow
async def test_without_limits_everything_is_answered(database_url: str) -> None:
    limits: dict[str, Any] = {
        "budget_messages_per_minute": 0,
        "budget_messages_per_day": 0,
        "budget_sms_parts_per_day": 0,
    }
    async with running_system(database_url, EchoDialogue(), **limits) as system:
        assert len(await write(system, SMS, *(f"{n}" for n in range(40)))) == 40


@pytest.mark.parametrize("name", ["utter_wait_minute", "utter_wait_day"])
def test_the_sentence_is_there_in_both_languages(name: str) -> None:
    told = {language: phrases(SPOKEN).say(name, language, "sms").text for language in ("el", "en")}
    assert len(set(told.values())) == 2
    assert all("112" in text for text in told.values())


# --- danger, where nothing else is answered


FIRE, DANGER = "βοήθεια φωτιά στο σπίτι", "[utter_danger el]"


@pytest.mark.slow
async def test_danger_is_answered_above_the_budget_of_a_minute_once_in_ten_minutes_and_thrice_a_day(
    system: System,
) -> None:
    assert (await write(system, SMS, "1", "2", "3", "4"))[-1] == MINUTE
    assert await write(system, SMS, FIRE, FIRE) == [DANGER]
    for hours in range(3):
        system.clock.forward(601)
        await write(system, SMS, *(f"{hours}{n}" for n in range(4)))
        await write(system, SMS, FIRE, FIRE)
    assert system.said_to(SMS).count(DANGER) == 3
    assert await write(system, OTHER, "1", "2", "3", "4", FIRE) == ["re: 1", "re: 2", "re: 3", MINUTE, DANGER]


@pytest.mark.slow
@pytest.mark.parametrize("address", [VIBER, SMS])
async def test_danger_is_answered_above_the_budget_of_a_day_in_the_language_of_the_message(
    system: System, address: str
) -> None:
    for _ in range(3):
        await write(system, address, "ένα", "δύο", "τρία", "τέσσερα")
        system.clock.forward(61)
    assert DAY in system.said_to(address)
    assert await write(system, address, "my house is on fire, help", "ακόμα;") == ["[utter_danger en]"]


async def test_danger_before_the_sentence_of_the_budget_is_answered_first(system: System) -> None:
    assert (await write(system, SMS, "1", "2", "3", FIRE, "5", "6"))[3:] == [DANGER, MINUTE]


async def test_for_despair_a_person_is_called_above_the_budget_as_well(system: System) -> None:
    told = await write(system, SMS, "1", "2", "3", "4", "θέλω να πεθάνω", "θέλω να πεθάνω")
    assert told[3:] == [MINUTE, "[utter_despair el]"]
    async with system.store.database.read() as connection:
        assert (await connection.scalars(select(handovers.c.reason))).all() == ["despair"]


async def test_no_danger_is_answered_at_a_number_that_is_no_destination(system: System) -> None:
    assert await write(system, SATELLITE, FIRE) == []


@pytest.mark.parametrize("kind", ALARMS)
def test_the_answer_to_an_alarm_is_one_part_of_an_sms(kind: str) -> None:
    response, _ = alarm_answer(kind)
    parts = {
        language: CHANNELS["sms"].compose(phrases(SPOKEN).say(response, language, "sms"), None)
        for language in LANGUAGES
    }
    assert {language: len(found) for language, found in parts.items()} == {"el": 1, "en": 1}
    assert {CHANNELS["sms"].parts(part) for found in parts.values() for part in found} == {1}
