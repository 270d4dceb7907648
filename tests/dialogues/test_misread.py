"""What is said when an answer missed: it is not repeated, and what only sounds like an act or an alarm is none."""

from __future__ import annotations

import pytest

from dialogues.turn import Handover, RequestCertificate, SetConsent
from tests.dialogues.fakes import ANNA, CHRISTOS, DIMITRA, ELENI, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "again"),
    [
        (("Πώς θα το μάθω όταν αλλάξει κάτι;",), "άλλο ρώτησα, πώς θα το μάθω όταν αλλάξει κάτι"),
        (("Will you remind me before the deadline?",), "You misunderstood. Will you remind me before the deadline?"),
    ],
)
async def test_who_says_that_it_was_not_the_question_is_not_told_the_same_again(
    talk: Talk, before: tuple[str, ...], again: str
) -> None:
    await talk.by(VASILIS).all(*before, again)
    assert talk.names == ["utter_misread"]


@pytest.mark.parametrize("text", ["παίρνω ειδοποιήσεις;", "τι έχω επιλέξει στις ειδοποιήσεις;", "do I get alerts?"])
async def test_a_question_about_alerts_changes_none(talk: Talk, text: str) -> None:
    turn = await talk.by(ANNA).all("ΣΤΟΠ", text)
    assert talk.names == ["utter_preferences"]
    assert not any(isinstance(effect, SetConsent) for effect in turn.effects)


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("ΕΝΑΡΞΗ", "δεν θέλω να με διαγράψετε"),
        ("ΕΝΑΡΞΗ", "η μητέρα μου είπε «διαγράψτε με», τι σημαίνει;"),
        ("ΕΝΑΡΞΗ", "γιατί σταματήσατε τις ειδοποιήσεις;"),
        ("ΕΝΑΡΞΗ", "giati stamatisate tis eidopoihseis"),
        ("ΕΝΑΡΞΗ", "πώς σταματάω τις ειδοποιήσεις;"),
        ("ΕΝΑΡΞΗ", "ο φίλος μου έγραψε «ΣΤΟΠ» και του σταματήσατε τα μηνύματα. γιατί;"),
        ("ΣΤΟΠ", "να μην ξεκινήσουν ποτέ ξανά οι ειδοποιήσεις"),
        ("ΣΤΟΠ", "γιατί άρχισαν πάλι οι ειδοποιήσεις ενώ έγραψα στοπ;"),
    ],
)
async def test_words_about_alerts_that_ask_for_nothing_change_none(talk: Talk, first: str, text: str) -> None:
    turn = await talk.by(ANNA).all(first, text)
    assert turn.effects == ()


@pytest.mark.parametrize("text", ["σταματήστε τις ειδοποιήσεις", "γιατί με ενοχλείτε, σταματήστε", "stop the alerts"])
async def test_who_asks_for_an_end_of_alerts_has_it(talk: Talk, text: str) -> None:
    turn = await talk.by(ANNA).all("ΕΝΑΡΞΗ", text)
    assert SetConsent(allowed=False) in turn.effects


@pytest.mark.parametrize("text", ["ο άντρας μου λέει ναι", "yes? no", "ναι; σίγουρα;", "ναι αν το λες εσύ"])
async def test_a_yes_that_cannot_be_taken_back_is_said_plainly(talk: Talk, text: str) -> None:
    turn = await talk.by(ELENI).all("θέλω πιστοποιητικό γέννησης", text)
    assert not any(isinstance(effect, RequestCertificate) for effect in turn.effects)
    assert talk.names == ["utter_yes_plainly"]
    await talk.say("ναι")
    assert talk.names == ["utter_certificate_requested"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("thelw ypallilo, den antexw allo", "utter_handover"),
        ("δεν αντέχω άλλο, δώστε μου έναν υπάλληλο", "utter_handover"),
        ("δεν αντέχω άλλο με την καθυστέρηση", "utter_complaint"),
        ("δεν αντέχω άλλο", "utter_despair"),
        ("δεν αντέχω άλλο, θέλω να πεθάνω, υπάλληλο", "utter_despair"),
    ],
)
async def test_weary_of_an_office_is_not_weary_of_life(talk: Talk, text: str, name: str) -> None:
    await talk.by(CHRISTOS).say(text)
    assert talk.names == [name]


@pytest.mark.parametrize("text", ["πες του ότι έχω το τοπογραφικό έτοιμο", "grapse tou oti perimenw ton mixaniko"])
async def test_what_is_meant_for_the_person_who_was_called_is_kept_for_them(talk: Talk, text: str) -> None:
    turn = await talk.by(VASILIS).all("θέλω υπάλληλο", text)
    assert talk.names == ["utter_noted"]
    assert not any(isinstance(effect, Handover) for effect in turn.effects)


@pytest.mark.parametrize(
    ("who", "text", "name"),
    [
        (ANNA, "τα δεδομένα μου", "utter_my_data"),
        (ANNA, "my data", "utter_my_data"),
        (ANNA, "ποιος διαβάζει αυτά που γράφω;", "utter_privacy"),
        (ANNA, "Το παλιό κινητό το έχει κάποιος άλλος. Βλέπει τις υποθέσεις μου;", "utter_phone_changes"),
        (DIMITRA, "γράφω για τη μητέρα μου, πού βρίσκεται η αίτησή της", "utter_proxy_link"),
        (VASILIS, "Θα μου το θυμίσετε πριν την 1η Δεκεμβρίου;", "utter_remind"),
    ],
)
async def test_what_was_taken_for_something_else(talk: Talk, who: int, text: str, name: str) -> None:
    await talk.by(who).say(text)
    assert talk.names == [name]


async def test_hours_that_are_denied_are_not_those_that_are_meant(talk: Talk) -> None:
    await talk.by(CHRISTOS).all("ησυχία 21-9", "Όχι από τις 9, από τις 11 το βράδυ μέχρι τις 7 το πρωί")
    assert "23:00" in talk.text
    assert "07:00" in talk.text


@pytest.mark.parametrize(
    "text", ["Is the certificate in English or only Greek?", "το πιστοποιητικό είναι στα ελληνικά;"]
)
async def test_the_language_of_a_paper_is_not_that_of_the_talk(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text)
    assert "utter_language_changed" not in talk.names
