"""Going on with what was said: the other one, and that one too, no I mean; alerts; anger; giving up."""

from __future__ import annotations

import pytest

from dialogues.turn import Entity, Handover, SetConsent
from dialogues.understanding.interpret import Reading, resolve_in_context
from dialogues.understanding.subject import Subject, subject_of
from tests.dialogues.fakes import AFM, ANNA, BIRTH, CADASTRE, CODE, INSURANCE, PERMIT, VASILIS, State
from tests.dialogues.talk import Talk

EF, KT = INSURANCE.reference, CADASTRE.reference
slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "entity", "subject"),
    [
        ("και η άλλη;", None, Subject("other", linked=True)),
        ("kai h allh?", None, Subject("other", linked=True)),
        ("την άλλη", None, Subject("other", linked=False)),
        ("όχι αυτή, την άλλη υπόθεση", None, Subject("other", linked=True)),
        ("and the other one?", None, Subject("other", linked=True)),
        ("και το πιστοποιητικό;", None, Subject("certificate", linked=True)),
        ("το κτηματολόγιο", "κτηματολόγιο", Subject("named", linked=False)),
        ("όχι, το κτηματολόγιο", "κτηματολόγιο", Subject("named", linked=True)),
        ("πού είναι το κτηματολόγιο;", "κτηματολόγιο", None),
        ("και πότε τελειώνει;", None, None),
        ("άλλη μέρα", None, None),
        ("ναι", None, None),
        ("", None, None),
    ],
)
def test_a_subject_is_a_message_that_says_nothing_beside_it(
    text: str, entity: str | None, subject: Subject | None
) -> None:
    start = text.find(entity) if entity else 0
    found = (Entity("agency", "cadastre", start, start + len(entity)),) if entity else ()
    assert subject_of(text, found) == subject


def test_without_a_wish_before_it_a_subject_is_left_to_the_classifier() -> None:
    heard = Reading("και η άλλη;", "deny", 0.4)
    assert resolve_in_context(heard, None) == heard
    assert resolve_in_context(heard, None, "ask_fees") == heard
    assert resolve_in_context(heard, None, "ask_case_status").intent == "other_case"
    assert resolve_in_context(heard, "case").intent == "other_case"
    assert resolve_in_context(heard, "code", "ask_case_status").intent == "deny"


@slow
@pytest.mark.parametrize(
    ("pick", "told"),
    [
        ("το κτηματολόγιο", KT),
        ("kthmatologio", KT),
        ("του ΕΦΚΑ", EF),
        ("η πρώτη", EF),
        ("τη δεύτερη", KT),
        (KT, KT),
        ("2", KT),
        ("όχι η πρώτη, το κτηματολόγιο", KT),
    ],
)
async def test_which_of_the_two(talk: Talk, pick: str, told: str) -> None:
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_which_of_two"]
    await talk.say(pick)
    assert talk.names == ["utter_case_status"]
    assert told in talk.text


@slow
@pytest.mark.parametrize(
    "text", ["και η άλλη;", "όχι, την άλλη", "kai h allh?", "and the other one?", "όχι αυτή, την άλλη"]
)
async def test_the_other_one(talk: Talk, text: str) -> None:
    await talk.by(VASILIS).all(f"Πού βρίσκεται η {KT};", text)
    assert talk.names == ["utter_case_status"]
    assert EF in talk.text
    assert KT not in talk.text


@slow
async def test_the_other_one_s_papers(talk: Talk) -> None:
    await talk.by(VASILIS).all("τι χαρτιά λείπουν;", "και η άλλη;")
    assert talk.names == ["utter_nothing_missing"]
    assert EF in talk.text


@slow
async def test_there_is_no_other_one(talk: Talk) -> None:
    await talk.by(ANNA).all("Πού βρίσκεται η αίτησή μου;", "και η άλλη;")
    assert talk.names == ["utter_no_other_case"]
    await talk.say("και του ΕΦΚΑ;")
    assert talk.names == ["utter_no_other_case"]


@slow
async def test_of_three_the_other_one_is_asked_about(talk: Talk, state: State) -> None:
    state.of[VASILIS] = (INSURANCE, CADASTRE, PERMIT)
    await talk.by(VASILIS).all(EF, "και η άλλη;")
    assert talk.names == ["utter_which_of_two"]
    assert talk.choices == [KT, PERMIT.reference]
    await talk.say("2")
    assert PERMIT.reference in talk.text


@slow
async def test_and_the_certificate(talk: Talk, state: State) -> None:
    state.of[VASILIS] = (INSURANCE, BIRTH)
    await talk.by(VASILIS).all(f"Πού βρίσκεται η {EF};", "και το πιστοποιητικό;")
    assert talk.names == ["utter_case_granted"]


@slow
async def test_and_that_of_the_cadastre(talk: Talk) -> None:
    await talk.by(VASILIS).all(f"Πού βρίσκεται η {EF};", "και του κτηματολογίου;")
    assert talk.names == ["utter_case_status"]
    assert KT in talk.text


@slow
async def test_a_public_question_while_a_code_is_awaited_is_answered_and_the_code_asked_again(talk: Talk) -> None:
    await talk.all("Πού βρίσκεται η αίτησή μου;", "ναι", AFM[ANNA], "τι ώρες ανοίγει το ΚΕΠ;")
    assert talk.names == ["utter_office", "utter_ask_code_again"]
    await talk.say("πόσο κοστίζει το πιστοποιητικό γέννησης;")
    assert talk.names == ["utter_service_cost", "utter_ask_code_again"]
    await talk.say(CODE)
    assert talk.names == ["utter_linked", "utter_case_status"]


@slow
@pytest.mark.parametrize(
    "opening", ["Θέλω να συνδεθώ", "Ποιες υποθέσεις έχω;", "ωράριο", "πόσο κάνει;", "ξφδγ ψψψ κκκρ"]
)
async def test_whatever_is_open_can_be_dropped(talk: Talk, opening: str) -> None:
    await talk.all(opening, "άκυρο")
    assert talk.names in (["utter_cancelled"], ["utter_nothing_to_cancel"])
    await talk.say("ναι")
    assert talk.names == ["utter_affirm_nothing"]


@slow
async def test_choices_on_sms_are_picked_by_number_and_say_so(talk: Talk) -> None:
    await talk.on("sms").by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.text.endswith("Απαντήστε 1 ή 2.")
    await talk.say("Where is my application?")
    assert "Reply 1 or 2." in talk.text


@slow
async def test_on_viber_choices_are_buttons(talk: Talk) -> None:
    await talk.say("βοήθεια")
    assert "Απαντήστε" not in talk.text
    assert len(talk.choices) == 3


# --- alerts ---


@slow
@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("word", ["ΣΤΟΠ", "stop", "ΣTOΠ", "Διακοπή.", "μη μου στέλνετε άλλα μηνύματα"])
async def test_alerts_are_stopped_at_once_and_it_is_said_how_to_undo_it(talk: Talk, channel: str, word: str) -> None:
    turn = await talk.on(channel).say(word)
    assert SetConsent(allowed=False) in turn.effects
    assert "ΕΝΑΡΞΗ" in talk.text


@slow
@pytest.mark.parametrize("word", ["ΕΝΑΡΞΗ", "start", "θέλω πάλι ειδοποιήσεις"])
async def test_alerts_are_started_again(talk: Talk, word: str) -> None:
    turn = await talk.all("ΣΤΟΠ", word)
    assert SetConsent(allowed=True) in turn.effects
    assert "ΣΤΟΠ" in talk.text


@slow
async def test_who_says_stop_is_asked_nothing_more(talk: Talk) -> None:
    turn = await talk.all("Θέλω να συνδεθώ", AFM[ANNA], "ΣΤΟΠ")
    assert talk.names == ["utter_stopped"]
    assert turn.effects == (SetConsent(allowed=False),)


@slow
async def test_stop_among_words_is_no_keyword(talk: Talk) -> None:
    turn = await talk.say("στοπ στο φανάρι της γωνίας")
    assert turn.effects == ()


# --- anger, and not being understood ---

NOT_OURS = ("πες μου ένα ανέκδοτο", "τι καιρό θα κάνει αύριο;", "   ")
ANGER = "Είναι απαράδεκτο, έξι μήνες περιμένω και κανείς δεν ασχολείται!"


@slow
async def test_yes_after_a_complaint_hands_over_the_complaint(talk: Talk) -> None:
    turn = await talk.all(ANGER, "ναι")
    assert turn.effects == (Handover("complaint"),)


@slow
async def test_a_complaint_declined_stays_with_the_bot(talk: Talk) -> None:
    turn = await talk.all(ANGER, "όχι")
    assert turn.effects == ()
    assert talk.names == ["utter_person_declined"]


@slow
async def test_anger_again_calls_a_person_without_a_promise(talk: Talk) -> None:
    turn = await talk.all(ANGER, "ευχαριστώ", "ντροπή σας, είστε άχρηστοι")
    assert turn.effects == (Handover("gave-up"),)
    assert "Δεν μπορώ να σας πω πότε" in talk.text


@slow
async def test_not_understood_three_times_calls_a_person_once(talk: Talk) -> None:
    turn = await talk.all(*NOT_OURS)
    assert turn.effects == (Handover("gave-up"),)
    assert "θα τα δει υπάλληλος" in talk.text
    turn = await talk.say(NOT_OURS[0])
    assert turn.effects == ()
    assert talk.names == ["utter_noted"]
