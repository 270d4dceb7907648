"""Linking: from a tax number to an answered question."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dialogues.turn import CodeTried, SendCode, SendLoginLink, Unlink
from dialogues.understanding.login_phrases import LOG_IN, UNLINK, asks_for
from tests.dialogues.fakes import AFM, ANNA, CODE, ELENI, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


async def test_the_question_asked_before_linking_is_answered_right_after_it(talk: Talk) -> None:
    await talk.say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_offer_link"]
    await talk.say("ναι")
    assert talk.names == ["utter_ask_afm"]
    turn = await talk.say(AFM[ANNA])
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)
    assert talk.names == ["utter_code_sent"]
    turn = await talk.say(CODE)
    assert turn.effects == (CodeTried(7, right=True),)
    assert talk.names == ["utter_linked", "utter_case_status"]
    assert "ΑΔ-2026-000123" in talk.text


async def test_the_case_named_before_linking_is_the_one_told_after_it(talk: Talk, state: State) -> None:
    state.of[ANNA] = (*state.of[ANNA], *state.of[3])
    await talk.all("Τι γίνεται με την ΠΠ-2026-000401;", "ναι", AFM[ANNA], CODE)
    assert "ΠΠ-2026-000401" in talk.text
    assert "ΑΔ-2026-000123" not in talk.text


async def test_linking_without_a_question_shows_the_case(talk: Talk) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA], CODE)
    assert talk.names == ["utter_linked", "utter_case_status"]


async def test_a_tax_number_within_the_question_saves_asking_for_it(talk: Talk) -> None:
    turn = await talk.say(f"Πού βρίσκεται η αίτησή μου; ο ΑΦΜ μου είναι {AFM[ANNA]}")
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)
    await talk.say(CODE)
    assert talk.names == ["utter_linked", "utter_case_status"]


async def test_a_personal_number_names_its_tax_number(talk: Talk) -> None:
    turn = await talk.all("Θέλω να συνδεθώ", f"12Α{AFM[ANNA]}")
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("afm", [AFM[ANNA], AFM[ELENI]], ids=["has a mobile", "has none"])
async def test_no_word_tells_whether_a_mobile_is_held(talk: Talk, channel: str, afm: str) -> None:
    await talk.on(channel).all("Θέλω να συνδεθώ", AFM[ANNA])
    told = (talk.names, re.sub(r"\d{4}", "", talk.text), talk.choices)
    other = Talk(talk.engine).on(channel)
    turn = await other.all("Θέλω να συνδεθώ", afm)
    assert (other.names, re.sub(r"\d{4}", "", other.text), other.choices) == told
    [sent] = turn.effects
    assert isinstance(sent, SendCode)
    assert (sent.afm, sent.mobile) == (afm, "+306900000001" if afm == AFM[ANNA] else None)
    assert (sent.receipt is not None) is (channel == "sms")


async def test_a_wrong_code_says_how_many_attempts_are_left(talk: Talk) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA])
    turn = await talk.say("111111")
    assert turn.effects == (CodeTried(7, right=False),)
    assert talk.names == ["utter_code_wrong"]
    assert "2" in talk.text
    await talk.say(CODE)
    assert talk.names[0] == "utter_linked"


async def test_a_spent_code_is_asked_for_anew(talk: Talk, state: State) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA])
    state.attempts_left = 1
    turn = await talk.say("111111")
    assert talk.names == ["utter_code_spent"]
    assert turn.effects == (CodeTried(7, right=False),)
    turn = await talk.say(AFM[ANNA])
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)


async def test_an_expired_code_costs_no_attempt(talk: Talk, state: State) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA])
    state.expired = True
    turn = await talk.say(CODE)
    assert (talk.names, turn.effects) == (["utter_code_expired"], ())


async def test_a_code_out_of_the_blue_is_told_so(talk: Talk, state: State) -> None:
    state.code = None
    turn = await talk.say("ο κωδικός μου είναι 482913")
    assert (talk.names, turn.effects) == (["utter_code_none"], ())


@pytest.mark.parametrize("afm", ["123456789", "12345678", "000000000"])
async def test_a_wrong_tax_number_is_asked_for_again(talk: Talk, afm: str) -> None:
    turn = await talk.all("Θέλω να συνδεθώ", afm)
    assert (talk.names, turn.effects) == (["utter_afm_invalid"], ())
    turn = await talk.say(AFM[ANNA])
    assert talk.names == ["utter_code_sent"]


@pytest.mark.parametrize("typed", ["90000045", "90 000 045", "900 000 45."])
async def test_an_old_tax_number_of_eight_digits_has_a_nought_in_front(talk: Talk, typed: str) -> None:
    turn = await talk.all("Θέλω να συνδεθώ", typed)
    assert talk.names == ["utter_code_sent"]
    [sent] = turn.effects
    assert isinstance(sent, SendCode)
    assert sent.afm == "090000045"


@pytest.mark.parametrize("login", [True, False])
async def test_by_the_third_wrong_tax_number_other_ways_are_named(talk: Talk, login: bool) -> None:
    talk.context = replace(talk.context, login=login)
    await talk.say("Θέλω να συνδεθώ")
    for afm in ("123456781", "123456782"):
        await talk.say(afm)
        assert talk.names == ["utter_afm_invalid"]
    for afm in ("123456784", "123456785"):
        await talk.say(afm)
        assert talk.names == ["utter_afm_invalid_again"]
        assert ("Σύνδεση με gov.gr" in talk.choices) is login
        assert "υπάλληλος" in talk.text
        assert "άκυρο" in talk.text
    turn = await talk.say(AFM[ANNA])
    assert turn.effects == (SendCode(AFM[ANNA], "+306900000001"),)


@pytest.mark.parametrize("way", ["υπάλληλος", "άκυρο", "Σύνδεση με gov.gr"])
async def test_the_ways_that_are_named_can_be_gone(talk: Talk, way: str) -> None:
    talk.context = replace(talk.context, login=True)
    await talk.all("Θέλω να συνδεθώ", "123456781", "123456782", "123456784", way)
    assert talk.names in (["utter_handover"], ["utter_cancelled"], ["utter_login_link_coming"])


async def test_the_code_once_more_after_linking_asks_for_nothing(talk: Talk, state: State) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA], CODE)
    state.code = None
    turn = await talk.say(CODE)
    assert (talk.names, turn.effects) == (["utter_already_linked"], ())
    await talk.say("ευχαριστώ")
    assert talk.names == ["utter_thank"]


async def test_an_amka_does_not_link(talk: Talk) -> None:
    await talk.say("Θέλω να συνδεθώ με τον ΑΜΚΑ 01018012348")
    assert talk.names in (["utter_afm_needed"], ["utter_ask_afm"])


async def test_a_question_in_the_middle_is_answered_and_linking_goes_on(talk: Talk) -> None:
    await talk.all("Θέλω να συνδεθώ", "τι μπορείς να κάνεις;")
    assert talk.names == ["utter_help", "utter_ask_afm_again"]
    await talk.all(AFM[ANNA], "ευχαριστώ")
    assert talk.names == ["utter_thank", "utter_ask_code_again"]
    await talk.say(CODE)
    assert talk.names[0] == "utter_linked"


async def test_a_wish_in_the_middle_waits_for_the_code(talk: Talk) -> None:
    await talk.all("Θέλω να συνδεθώ", AFM[ANNA], "Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_ask_code_again"]
    await talk.say(CODE)
    assert talk.names == ["utter_linked", "utter_case_status"]


async def test_linking_can_be_broken_off(talk: Talk) -> None:
    await talk.all("Πού βρίσκεται η αίτησή μου;", "ναι", "άκυρο")
    assert talk.names == ["utter_cancelled"]
    await talk.say("τι μπορείς να κάνεις;")
    assert talk.names == ["utter_help"]


async def test_no_to_linking_is_taken_for_no(talk: Talk) -> None:
    await talk.all("Πού βρίσκεται η αίτησή μου;", "όχι")
    assert talk.names == ["utter_cancelled"]


async def test_an_offer_that_was_passed_over_lapses_in_time(talk: Talk) -> None:
    await talk.all("Πού βρίσκεται η αίτησή μου;", "ευχαριστώ", "ευχαριστώ πολύ", "ευχαριστώ", "ναι")
    assert talk.names == ["utter_affirm_nothing"]


async def test_a_registry_that_does_not_answer_is_said_to_be_down(talk: Talk, state: State) -> None:
    state.down.add("contacts")
    turn = await talk.all("Θέλω να συνδεθώ", AFM[ANNA])
    assert (talk.names, turn.effects) == (["utter_registry_unavailable"], ())


@pytest.mark.parametrize("text", ["Θέλω να συνδεθώ", f"ο ΑΦΜ μου είναι {AFM[2]}"])
async def test_who_is_linked_is_not_linked_again(talk: Talk, text: str) -> None:
    turn = await talk.by(ANNA).say(text)
    assert (talk.names, turn.effects) == (["utter_already_linked"], ())


async def test_nothing_secret_stays_in_the_history(talk: Talk) -> None:
    await talk.all("Θέλω να συνδεθώ", "01018012348", AFM[ANNA], f"12Α{AFM[ANNA]}", "111111", "ο κωδικός είναι 482 913")
    assert talk.names[0] == "utter_linked"
    for secret in (AFM[ANNA], "111111", "482913", "482 913", "01018012348"):
        assert secret not in talk.stored


# The State's login, and unlinking


def with_login(talk: Talk) -> Talk:
    talk.context = replace(talk.context, login=True)
    return talk


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_the_login_is_offered_beside_the_code(talk: Talk, channel: str) -> None:
    await with_login(talk).on(channel).say("Θέλω να συνδεθώ")
    assert talk.names == ["utter_ask_afm_or_login"]
    [choice] = talk.choices
    turn = await talk.say("1" if channel == "sms" else choice)
    assert (talk.names, turn.effects) == (["utter_login_link_coming"], (SendLoginLink(),))
    turn = await talk.say(CODE)
    assert turn.effects == (CodeTried(7, right=True),)


async def test_the_question_asked_before_the_login_is_answered_after_it(talk: Talk) -> None:
    await with_login(talk).all("Πού βρίσκεται η αίτησή μου;", "ναι", "gov.gr", CODE)
    assert talk.names == ["utter_linked", "utter_case_status"]


async def test_who_waits_for_a_code_may_still_log_in(talk: Talk) -> None:
    await with_login(talk).all("Θέλω να συνδεθώ", AFM[ELENI])
    assert talk.names == ["utter_code_sent"]
    turn = await talk.say(talk.choices[0])
    assert turn.effects == (SendLoginLink(),)


async def test_without_a_login_the_tax_number_is_asked_for(talk: Talk) -> None:
    turn = await talk.say("σύνδεση με taxisnet")
    assert (talk.names, turn.effects) == (["utter_ask_afm"], ())


async def test_who_is_linked_gets_no_link(talk: Talk) -> None:
    turn = await with_login(talk).by(ANNA).say("taxisnet")
    assert (talk.names, turn.effects) == (["utter_already_linked"], ())


async def test_unlinking_drops_what_was_talked_about(talk: Talk) -> None:
    await talk.by(ANNA).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_case_status"]
    turn = await talk.say("αποσύνδεση")
    assert (talk.names, turn.effects) == (["utter_unlinked"], (Unlink(),))
    talk.context = replace(talk.context, citizen_id=None, level=0)
    await talk.say("και τι χαρτιά λείπουν;")
    assert "ΑΔ-2026-000123" not in talk.text


async def test_who_is_not_linked_is_told_so(talk: Talk) -> None:
    turn = await talk.say("unlink")
    assert (talk.names, turn.effects) == (["utter_not_linked"], (Unlink(),))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("αποσύνδεση", UNLINK),
        ("Θέλω να αποσυνδεθώ παρακαλώ", UNLINK),
        ("thelo na aposyndetho", UNLINK),
        ("ΑΠΟΣΥΝΔΕΣΗ!", UNLINK),
        ("unlink me", UNLINK),
        ("log out", UNLINK),
        ("με taxisnet", LOG_IN),
        ("Σύνδεση με gov.gr", LOG_IN),
        ("νέος σύνδεσμος", LOG_IN),
        ("login", LOG_IN),
        ("σύνδεση", None),
        ("δεν θέλω αποσύνδεση", None),
        ("μη με αποσυνδέσεις", None),
        ("πώς γίνεται η αποσύνδεση του ρεύματος", None),
        ("τι είναι το taxisnet", None),
        ("", None),
    ],
)
def test_few_words_ask_for_it_and_only_alone(text: str, intent: str | None) -> None:
    assert asks_for(text) == intent
