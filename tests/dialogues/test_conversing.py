"""What a clerk would hear: everyday words, two questions, what is only named, an emergency that goes on or is over."""

from __future__ import annotations

import pytest

from tests.dialogues.fakes import ANNA, CHRISTOS, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow
PERMIT, INSURANCE, CADASTRE, FLOOD = "ΑΔ-2026-000123", "ΕΦ-2026-000201", "ΚΤ-2026-000301", "ΠΠ-2026-000401"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("τι γίνεται με το χωραφάκι μου;", CADASTRE),
        ("και με τα χρόνια που μου λείπουν απ' το ΙΚΑ;", INSURANCE),
        ("kai me ta ensima ti ginetai?", INSURANCE),
    ],
)
async def test_a_case_is_known_by_everyday_words(talk: Talk, text: str, reference: str) -> None:
    await talk.by(VASILIS).say(text)
    assert reference in talk.text
    assert "utter_which_of_two" not in talk.names


async def test_two_cases_named_each_by_itself_are_both_told(talk: Talk) -> None:
    await talk.by(VASILIS).say("Τι γίνεται με τα ένσημα και τι με το αγροτεμάχιο;")
    assert INSURANCE in talk.text
    assert CADASTRE in talk.text


async def test_a_stranger_is_told_of_the_procedure_that_the_words_are_about(talk: Talk) -> None:
    await talk.say("μπήκε νερό στο μαγαζί πριν μια βδομάδα, πού απευθύνομαι;")
    assert "arogi" in talk.text.lower()


async def test_a_second_question_is_answered_beside_the_first(talk: Talk) -> None:
    await talk.by(ANNA).all("where is my application?", "how long will it take and who handles it?")
    assert talk.names == ["utter_case_when", "utter_fact"]


async def test_what_comes_after_what_comes_next(talk: Talk) -> None:
    await talk.by(ANNA).all("πού βρίσκεται η άδειά μου;", "και μετά;")
    first = talk.text
    await talk.say("και μετά την προέγκριση;")
    assert talk.names == ["utter_case_next_later"]
    assert talk.text != first


async def test_nothing_of_a_case_is_told_to_who_is_not_known(talk: Talk) -> None:
    await talk.all("πού βρίσκεται η άδειά μου;", "ζντρουμπ μπλαφ καρατζόβα")
    assert PERMIT not in talk.text


@pytest.mark.parametrize("text", ["ΚΑΝΕΙΣ ΔΕΝ ΤΟ ΣΗΚΩΝΕΙ", "στείλτε κάποιον γρήγορα", "θέλω υπάλληλο"])
async def test_in_an_emergency_the_number_is_said_again(talk: Talk, text: str) -> None:
    await talk.all("πιάσαμε φωτιά στο σπίτι", text)
    assert "112" in talk.text


async def test_an_emergency_ends(talk: Talk) -> None:
    await talk.all("πιάσαμε φωτιά στο σπίτι", "ευτυχώς ήρθαν και την έσβησαν")
    assert talk.names == ["utter_danger_over"]
    await talk.say("πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_offer_link"]


async def test_fraud_is_reported_somewhere(talk: Talk) -> None:
    await talk.all("μου ήρθε κωδικός που δεν ζήτησα", "πού το καταγγέλλω;")
    assert "11188" in talk.text


async def test_a_telephone_that_is_given_up_is_unlinked_first(talk: Talk) -> None:
    await talk.by(ANNA).say("πουλάω αυτό το κινητό, τι κάνω;")
    assert talk.names == ["utter_phone_changes"]


async def test_how_alerts_are_set_is_told_after_setting_them(talk: Talk) -> None:
    await talk.by(CHRISTOS).all("όχι μηνύματα το βράδυ", "τι έχετε κρατήσει;")
    assert talk.intent == "my_preferences"


async def test_two_wishes_about_two_cases_are_each_answered(talk: Talk) -> None:
    await talk.by(VASILIS).say("Πότε βγαίνουν τα ένσημα και τι λείπει από το κτηματολόγιο;")
    assert INSURANCE in talk.text
    assert "Τοπογραφικό διάγραμμα" in talk.text
    await talk.say("Και για το πρώτο, λείπει τίποτα;")
    assert INSURANCE in talk.text


async def test_the_case_before_is_gone_back_to(talk: Talk) -> None:
    await talk.by(VASILIS).all("τι γίνεται με τα ένσημα;", "και με το κτηματολόγιο;")
    assert CADASTRE in talk.text
    await talk.say("πάμε πίσω στο προηγούμενο, πότε βγαίνει;")
    assert INSURANCE in talk.text
    assert CADASTRE not in talk.text


async def test_what_is_not_known_of_a_case_is_said_with_who_knows(talk: Talk) -> None:
    await talk.by(ANNA).all("πού βρίσκεται η άδειά μου;", "ζντρουμπ μπλαφ καρατζόβα;")
    assert talk.names == ["utter_unsure_case"]
    assert "μηχανικός" in talk.text
    await talk.say("ναι")
    assert talk.names == ["utter_handover"]


async def test_evening_messages_that_are_to_stop_are_no_stop_of_all(talk: Talk) -> None:
    await talk.by(ANNA).say("πού είναι η άδεια, και σταμάτα να μου στέλνεις μηνύματα το βράδυ")
    assert [type(effect).__name__ for effect in talk.turn.effects] == ["SetPreference"]
    assert PERMIT in talk.text
