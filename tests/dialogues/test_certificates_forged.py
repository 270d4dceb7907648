"""Certificates where a sender can be forged, or another holds the telephone: digits come back, and nothing is told."""

from __future__ import annotations

import pytest

from dialogues.turn import CancelCertificate, RequestCertificate
from tests.dialogues.fakes import ANNA, DIMITRA, State
from tests.dialogues.talk import Talk
from tests.dialogues.test_certificates import AMKA, ASKED, ISSUED

pytestmark = pytest.mark.slow


async def test_on_sms_a_yes_is_not_enough_and_wrong_digits_show_others(talk: Talk) -> None:
    await talk.on("sms").by(ANNA).say("θέλω πιστοποιητικό γέννησης")
    assert talk.names == ["utter_certificate_confirm"]
    assert (await talk.say("ναι")).effects == ()
    assert (await talk.say("000000")).effects == ()
    assert talk.names == ["utter_certificate_code_wrong", "utter_certificate_confirm"]
    digits = next(word for word in talk.text.replace(".", " ").split() if word.isdecimal() and len(word) == 6)
    assert (await talk.say(digits)).effects == (RequestCertificate("birth-certificate"),)


async def test_digits_are_shown_and_so_guessed_at_so_often_a_day(talk: Talk, state: State) -> None:
    await talk.on("sms").by(ANNA).say("θέλω πιστοποιητικό γέννησης")
    state.privacy.ordered = 20
    assert (await talk.say("000000")).effects == ()
    assert talk.names == ["utter_certificate_code_wrong", "utter_confirm_limit"]
    await talk.by(ANNA).say("θέλω πιστοποιητικό γέννησης")
    assert talk.names == ["utter_confirm_limit"]


async def test_what_one_has_filled_in_another_does_not_go_on_with(talk: Talk) -> None:
    await talk.by(ANNA).all("θέλω ασφαλιστική ενημερότητα", "2", "ναι")
    assert talk.names == ["utter_certificate_ask_amka"]
    assert (await talk.by(DIMITRA).say(AMKA)).effects == ()


async def test_of_a_certificate_nothing_is_told_to_a_number_that_is_known_and_not_proven(
    talk: Talk, state: State
) -> None:
    state.certificates.requests = (ISSUED, ASKED)
    await talk.on("sms").by(ANNA, level=1).say("πού είναι το πιστοποιητικό γέννησης που ζήτησα;")
    assert not [name for name in talk.names if name.startswith("utter_certificate_is")]
    proven = Talk(talk.engine).on("sms").by(ANNA)
    await proven.say("πού είναι το πιστοποιητικό οικογενειακής κατάστασης;")
    await proven.by(ANNA, level=1).say("πόσο ισχύει;")
    assert "utter_certificate_valid" not in proven.names


async def test_on_sms_only_digits_that_our_answer_held_cancel(talk: Talk, state: State) -> None:
    state.certificates.requests = (ASKED,)
    await talk.on("sms").by(ANNA).say("ακυρώστε το πιστοποιητικό γέννησης")
    assert (talk.names, talk.turn.effects) == (["utter_certificate_cancel_confirm"], ())
    assert (await talk.say("ναι")).effects == ()
    assert talk.names == ["utter_certificate_cancel_confirm"]
    digits = next(word for word in talk.text.replace(".", " ").split() if word.isdecimal() and len(word) == 6)
    assert (await talk.say(digits)).effects == (CancelCertificate(ASKED.id),)
    await talk.say("ακυρώστε το πιστοποιητικό γέννησης")
    assert (await talk.say("000000")).effects == ()
    assert talk.names == ["utter_certificate_cancel_late"]
    state.privacy.asked = 3
    await talk.say("ακυρώστε το πιστοποιητικό γέννησης")
    assert talk.names == ["utter_confirm_limit"]
