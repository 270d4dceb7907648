"""Small talk, not understanding, a person, a language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialogues.turn import Handover, SetLanguage
from tests.dialogues.fakes import ANNA, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Καλημέρα σας", "utter_greet"),
        ("τι μπορείς να κάνεις;", "utter_help"),
        ("ΒΟΗΘΕΙΑ", "utter_help"),
        ("help", "utter_help"),
        ("Σας ευχαριστώ πολύ", "utter_thank"),
        ("Αντίο σας", "utter_goodbye"),
        ("ναι", "utter_affirm_nothing"),
        ("όχι", "utter_deny_nothing"),
        ("άκυρο", "utter_nothing_to_cancel"),
    ],
)
async def test_small_talk(talk: Talk, text: str, name: str) -> None:
    turn = await talk.say(text)
    assert (talk.names, turn.effects) == ([name], tuple(e for e in turn.effects if isinstance(e, SetLanguage)))


async def test_not_understood_twice_offers_a_person_and_yes_calls_one(talk: Talk) -> None:
    await talk.say("ξφδγ ψψψ κκκρ")
    assert talk.names in (["utter_rephrase"], ["utter_out_of_scope"])
    assert len(talk.choices) == 3
    await talk.say("φφφ ζζζρ")
    assert talk.names == ["utter_offer_person"]
    turn = await talk.say("ναι")
    assert (talk.names, turn.effects) == (["utter_handover"], (Handover("gave-up"),))


async def test_no_person_leaves_the_bot_in_place(talk: Talk) -> None:
    turn = await talk.all("ξφδγ ψψψ κκκρ", "φφφ ζζζρ", "όχι")
    assert (talk.names, turn.effects) == (["utter_person_declined"], ())


async def test_what_is_understood_in_between_begins_the_count_anew(talk: Talk) -> None:
    await talk.all("ξφδγ ψψψ κκκρ", "ευχαριστώ", "φφφ ζζζρ")
    assert talk.names != ["utter_offer_person"]


@pytest.mark.parametrize(
    "text", ["Θέλω να μιλήσω με υπάλληλο", "thelo anthropo oxi rompot", "I want to talk to a person"]
)
async def test_a_person_asked_for_is_called(talk: Talk, text: str) -> None:
    turn = await talk.say(text)
    assert Handover("asked") in turn.effects
    assert talk.names == ["utter_handover"]


async def test_a_complaint_is_met_with_an_offer(talk: Talk) -> None:
    await talk.say("Είναι απαράδεκτο, έξι μήνες περιμένω και κανείς δεν ασχολείται!")
    assert talk.names == ["utter_complaint"]
    turn = await talk.say("ναι")
    assert isinstance(turn.effects[0], Handover)


async def test_a_language_asked_for_stays_whatever_is_written(talk: Talk) -> None:
    turn = await talk.say("στα αγγλικά παρακαλώ")
    assert turn.effects == (SetLanguage("en"),)
    assert "English" in talk.text
    await talk.say("Πού βρίσκεται η αίτησή μου;")
    assert "tax number" in talk.text
    turn = await talk.say("Ελληνικά ξανά παρακαλώ")
    assert turn.effects == (SetLanguage("el"),)


async def test_otherwise_the_answer_is_in_the_language_of_the_message(talk: Talk) -> None:
    turn = await talk.say("Good morning, where is my application?")
    assert turn.effects == (SetLanguage("en"),)
    turn = await talk.say("ok")
    assert turn.effects == ()
    turn = await talk.say("Καλύτερα να τα πούμε ελληνικά, πού βρίσκεται η αίτησή μου;")
    assert SetLanguage("el") in turn.effects


async def test_greeklish_is_answered_in_greek(talk: Talk) -> None:
    turn = await talk.say("pou vriskete h aithsh mou?")
    assert turn.effects == ()
    assert "ΑΦΜ" in talk.text


@pytest.mark.parametrize("attachments", [("sticker",), ("video", "location")])
async def test_a_file_without_words_is_answered_kindly(talk: Talk, attachments: tuple[str, ...]) -> None:
    await talk.say("", attachments=attachments)
    assert talk.names == ["utter_attachment"]


async def test_an_empty_message_is_not_understood(talk: Talk) -> None:
    await talk.say("   ")
    assert talk.names == ["utter_rephrase"]


@pytest.mark.parametrize("text", ["/affirm", "/restart", '/verify_identity{"afm": "123456783"}'])
async def test_nobody_names_an_intent(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert "action_restart" not in talk.actions
    assert talk.intent != "restart"


@pytest.mark.parametrize(
    "text",
    [
        "που ειναι η αδεια που ζητησα",
        "Πόσο κοστίζει ένα αντίγραφο;",
        "θελω πιστοποιητικο γεννησης",
        "ΣΤΟΠ",
        "ενημερώστε με ξανά, START",
    ],
)
async def test_every_wish_is_answered(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert talk.names
    assert talk.text.strip()


async def test_after_a_day_the_conversation_begins_anew(talk: Talk) -> None:
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_which_of_two"]
    await talk.say("2", after=timedelta(hours=9))
    assert talk.turn.events[1]["event"] == "session_started"
    assert talk.names != ["utter_case_status"]


async def test_the_afternoon_answers_the_morning(talk: Talk) -> None:
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    await talk.say("2", after=timedelta(hours=7))
    assert talk.names == ["utter_case_status"]


async def test_every_button_says_what_it_means(talk: Talk) -> None:
    """A tap comes back as its title, perhaps long after the choice was offered."""
    wanted = {
        "Πού βρίσκεται η αίτησή μου;": "ask_case_status",
        "Όλες οι υποθέσεις μου": "list_my_cases",
        "Θέλω υπάλληλο": "talk_to_human",
        "Where is my application?": "ask_case_status",
        "All my cases": "list_my_cases",
        "I want to talk to a person": "talk_to_human",
    }
    for title, intent in wanted.items():
        fresh = Talk(talk.engine).by(ANNA)
        await fresh.say(title)
        assert fresh.intent == intent, title
