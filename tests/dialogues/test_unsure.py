"""A message that is not understood: what is known of what is talked about comes before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.actions.base import ActionInput
from dialogues.catalogue import load_catalogue
from dialogues.turn import Context, Message
from tests.dialogues.fakes import ANNA, NOW, PERMIT, State

FALLBACK = next(action for action in all_actions(State(), load_catalogue()) if action.name == "action_fallback")
OF_CASE = {"about": "case", "case": PERMIT.reference}


async def told(citizen: int | None, slots: dict[str, Any], confidence: float = 0.5) -> list[str]:
    turn = ActionInput(
        Message("1", "στη θάλασσα με τη βάρκα", NOW),
        Context(1, "viber", NOW, citizen, 2 if citizen else 0),
        "nlu_fallback",
        slots=slots,
        channels=SPOKEN,
        confidence=confidence,
    )
    return [say.response for say in (await FALLBACK.run(turn)).says]


async def test_of_the_case_that_is_talked_about_what_is_known_is_told() -> None:
    assert await told(ANNA, OF_CASE) == ["utter_unsure_case"]


async def test_of_the_service_what_may_be_asked() -> None:
    slots = {"about": "service", "topic": "flood-compensation"}
    assert await told(None, slots) == ["utter_unsure_service"]


@pytest.mark.parametrize(
    ("citizen", "slots", "confidence"),
    [
        (None, OF_CASE, 0.5),
        (ANNA, {**OF_CASE, "case": "ΑΔ-2026-999999"}, 0.5),
        (ANNA, {"about": "none"}, 0.5),
        (ANNA, {**OF_CASE, "about": "alerts"}, 0.95),
    ],
    ids=["not known", "not theirs", "nothing talked about", "surely something else"],
)
async def test_else_nothing_of_a_case_is_said(citizen: int | None, slots: dict[str, Any], confidence: float) -> None:
    assert await told(citizen, slots, confidence) == ["utter_rephrase"]


async def test_the_second_time_a_person_is_offered() -> None:
    assert await told(ANNA, {**OF_CASE, "fallback_count": 1}) == ["utter_offer_person"]
