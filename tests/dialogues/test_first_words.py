"""What is asked as the first word, with nothing talked about before it; and what goes on from there."""

from __future__ import annotations

import pytest

from dialogues.understanding.keyboard import as_meant
from tests.dialogues.fakes import ANNA, CHRISTOS, VASILIS
from tests.dialogues.talk import Talk

slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ποτ", "ποτ"), ("ΠΟΤ", "ΠΟΤ"), ("υεσ", "yes"), ("ηελπ", "help"), ("u;elv na dv", "θελω να δω")],
)
def test_what_is_cut_short_is_not_typed_on_the_other_keyboard(typed: str, meant: str) -> None:
    assert as_meant(typed) == meant


@slow
@pytest.mark.parametrize(
    "said", ["το 'φτιαξε ο τοπογράφος, πώς σας το φέρνω;", "to teliose o topografos pos sas to ferno"]
)
async def test_who_lacks_a_paper_means_it(talk: Talk, said: str) -> None:
    await talk.by(VASILIS).on("sms").say(said)
    assert "ΚΤ-2026-000301" in talk.text
    await talk.say("μέχρι πότε είπαμε;")
    assert talk.names == ["utter_case_until"]


@slow
@pytest.mark.parametrize("said", ["γίνεται ταχυδρομικώς;", "με κούριερ κάνει;", "can I post it?"])
async def test_another_way_to_hand_in_is_no_question_about_money(talk: Talk, said: str) -> None:
    await talk.by(VASILIS).all("τι λείπει από το κτηματολόγιο;", said)
    assert "πληρών" not in talk.text
    assert "pay" not in talk.text.lower()


@slow
@pytest.mark.parametrize("over", ["όχι, δεν κινδυνεύουμε πια", "ohi endaxi, den kindinevo", "no, we are not in danger"])
async def test_after_the_danger_the_papers_of_the_aid_are_asked(talk: Talk, over: str) -> None:
    await talk.all("πλημμυρίσαμε, κινδυνεύουμε, βοήθεια", over)
    assert talk.names == ["utter_danger_over"]
    await talk.say("τι χαρτιά θέλει;")
    assert talk.names[0].startswith("utter_service")
    assert "Σκαρίφημα" in talk.text


@slow
async def test_danger_that_only_may_be_over_is_danger(talk: Talk) -> None:
    await talk.all("πλημμυρίσαμε, κινδυνεύουμε, βοήθεια", "δεν ξέρω αν κινδυνεύουμε ακόμα")
    assert talk.names != ["utter_danger_over"]


@slow
async def test_who_has_no_car_is_not_in_despair(talk: Talk) -> None:
    await talk.by(ANNA).all("τι γίνεται με την άδεια;", "κι αν θέλω να έρθω από κοντά; δεν έχω αυτοκίνητο")
    assert "1018" not in talk.text


@slow
async def test_who_may_be_out_when_they_come(talk: Talk) -> None:
    await talk.by(CHRISTOS).all("πού είναι η αποζημίωσή μου;", "κι αν δεν με βρουν σπίτι;")
    assert talk.names != ["utter_told"]
