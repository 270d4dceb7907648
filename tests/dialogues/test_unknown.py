"""The unknown is never a yes, alarms come first, and a talk in which no act is wished does none."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogues.turn import CancelHandover, CodeTried, Erase, Handover, SetConsent, SetPreference, Unlink
from tests.dialogues.fakes import AFM, ANNA
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow

STATUS = "Πού βρίσκεται η αίτησή μου;"
ANGER = "Είναι απαράδεκτο, έξι μήνες περιμένω και κανείς δεν ασχολείται!"
ACTS = (SetConsent, SetPreference, Unlink, Erase, CodeTried, Handover, CancelHandover)


def acts(talk: Talk) -> list[object]:
    return [effect for effect in talk.turn.effects if isinstance(effect, ACTS)]


# --- the unknown is never a yes ---

NO_ANSWER = (
    "😡", "🤷", "🙏", "привет", "مرحبا", "你好", "ίσως", "μάλλον", "maybe", "περίμενε", "ένα λεπτό", "wait", "γιατί;",
    "για ποιο λόγο;", "why?", "undefined", "NaN", "null", "τι εννοείτε", "δεν κατάλαβα", "ΔΕΝ ΚΑΤΑΛΑΒΑ",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_ANSWER)
@pytest.mark.parametrize(("before", "again"), [(STATUS, "utter_link_again"), (ANGER, "utter_person_again")])
async def test_neither_yes_nor_no_asks_again(talk: Talk, before: str, again: str, text: str) -> None:
    await talk.all(before, text)
    assert (talk.names, acts(talk)) == ([again], [])
    await talk.say("όχι")
    assert acts(talk) == []


@pytest.mark.parametrize("text", ["nah", "👎", "❌", "όχιιιι", "noooo", "μπα", "nope", "👎🏽👎🏽"])
async def test_a_no_is_a_no(talk: Talk, text: str) -> None:
    await talk.all(STATUS, text)
    assert talk.names == ["utter_cancelled"]


@pytest.mark.parametrize("text", ["ναιιιι", "👍", "👍🏻", "✅", "yesss", "ναιιι παρακαλώ", "οκκκκ", "NAI"])
async def test_a_yes_is_a_yes(talk: Talk, text: str) -> None:
    await talk.all(STATUS, text)
    assert talk.names == ["utter_ask_afm"]


@pytest.mark.parametrize("text", ["γιατί;", "τι;", "why?", "δηλαδή;"])
async def test_a_bare_question_is_never_told_fine(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert not {"utter_affirm_nothing", "utter_thank", "utter_deny_nothing"} & set(talk.names)


@pytest.mark.parametrize("text", ["👍", "🙏", "❤️"])
async def test_a_sign_of_thanks_brings_no_menu(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert (talk.names, talk.choices) == (["utter_thank"], [])


# --- reactions ---


@pytest.mark.parametrize(
    "text",
    [
        "Liked “ΑΔ-2026-000123: έλεγχος πληρότητας. Η υπηρεσία ελέγχει αν υπάρχουν όλα τα έγγραφα.”",
        "Loved “Για διακοπή των μηνυμάτων γράψτε ΣΤΟΠ”",
        "Της άρεσε το “Στέλνω ειδοποιήσεις. ΣΤΟΠ”",
        "👍 to “Να συνεχίσουμε;”",
        "Laughed at “Καλέστε το 112”",
    ],
)
async def test_a_reaction_does_nothing_and_leaves_what_is_open(talk: Talk, text: str) -> None:
    await talk.all(STATUS, text)
    assert (talk.names, talk.turn.effects) == ([], ())
    await talk.say("ναι")
    assert talk.names == ["utter_ask_afm"]


# --- the wrong keyboard ---


@pytest.mark.parametrize(
    ("before", "text", "intent"),
    [
        ((), "u;elv na dv th a;ithsh moy", "ask_case_status"),
        ((), "poy br;isketai h a;ithsh moyq", "ask_case_status"),
        ((), "u;elv yp;allhlo", "talk_to_human"),
        ((), "ηελπ", "help"),
        ((), "τηανκσ", "thank"),
        (("σύνδεση",), "ψανψελ", "cancel"),
    ],
)
async def test_the_other_keyboard_is_read(talk: Talk, before: tuple[str, ...], text: str, intent: str) -> None:
    await talk.all(*before, text)
    assert talk.intent == intent


# --- alarms ---


@pytest.mark.parametrize(
    ("text", "name", "effects"),
    [
        ("πνιγόμαστε, μπήκε νερό στο υπόγειο", "utter_danger", []),
        ("my house is on fire", "utter_danger", []),
        ("δεν αντέχω άλλο, θα κάνω κακό στον εαυτό μου", "utter_despair", [Handover("despair")]),
        ("έφυγε η μάνα μου", "utter_grief", []),
        ("μου στείλατε κωδικό και δεν σας ζήτησα", "utter_fraud", []),
        ("δεν είναι δική μου υπόθεση αυτή", "utter_breach", [Handover("breach")]),
    ],
)
async def test_an_alarm_comes_first_whatever_is_open(talk: Talk, text: str, name: str, effects: list[Handover]) -> None:
    for before in ((), ("σύνδεση",), ("σύνδεση", AFM[ANNA]), (STATUS,), (ANGER,)):
        fresh = Talk(talk.engine)
        await fresh.all(*before, text)
        assert (fresh.names, acts(fresh)) == ([name], effects)


# --- talks in which no act is wished ---

HARMLESS = (
    STATUS, "γιατί;", "περίμενε", "ίσως", "😡", "δεν έλαβα μήνυμα", "μη σταματήσετε τα μηνύματα", "ευχαριστώ",
    "τι εννοείτε", "δεν ξέρω αγγλικά", "πόσο κοστίζει το πιστοποιητικό γέννησης;", "τι χαρτιά λείπουν;",
    "είσαι άνθρωπος;", "🙏", "όχι", "μη με διαγράψετε", "πνιγόμαστε, μπήκε νερό", "έφυγε η μάνα μου", "καλημέρα",
    "ποια είναι τα δικαιολογητικά;", "Loved “γράψτε ΣΤΟΠ”", "άκυρο",
)  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.sampled_from(HARMLESS), min_size=1, max_size=5))
async def test_no_talk_without_the_wish_changes_anything(talk: Talk, texts: list[str]) -> None:
    fresh = Talk(talk.engine).by(ANNA)
    for text in texts:
        await fresh.say(text)
        gave_up = Handover("gave-up") in fresh.turn.effects and {"utter_gave_up"} & set(fresh.names)
        assert gave_up or acts(fresh) == []
        assert fresh.context.language == "el"
