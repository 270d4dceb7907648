"""The question for a number: what is an answer to it, and what is not."""

from __future__ import annotations

import pytest

from dialogues.turn import SendCode
from tests.dialogues.fakes import AFM, ANNA, CODE
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("typed", ["ναι", "οκ", "όχι", "yes"])
async def test_a_yes_or_a_no_to_the_question_for_a_number_is_asked_again_and_nothing_else(
    talk: Talk, typed: str
) -> None:
    await talk.all("Θέλω να συνδεθώ", typed)
    assert talk.names == ["utter_ask_afm_again"]
    turn = await talk.say(AFM[ANNA])
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)


@pytest.mark.parametrize(
    "typed", ["Ο9ΟΟΟΟΟ45", "o9ooooo45", "είναι 0900ΟΟΟ45", "90000045", "το 90 000 045", "9OOOOO45"]
)
async def test_letters_for_digits_and_a_zero_left_out_are_no_mistake(talk: Talk, typed: str) -> None:
    turn = await talk.all("Θέλω να συνδεθώ", typed)
    assert [effect.afm for effect in turn.effects if isinstance(effect, SendCode)] == ["090000045"]
    await talk.say(CODE.replace("1", "l"))
    assert talk.names[0] == "utter_linked"
