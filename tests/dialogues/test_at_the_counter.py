"""Whole turns at the counter: two things at once, what follows courtesy, somebody else's affairs, alarms gone on."""

from __future__ import annotations

import pytest

from dialogues.turn import SetConsent, SetPreference
from tests.dialogues.fakes import ANNA, CHRISTOS, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow
PERMIT, INSURANCE, CADASTRE, FLOOD = "ΑΔ-2026-000123", "ΕΦ-2026-000201", "ΚΤ-2026-000301", "ΠΠ-2026-000401"


async def test_a_wish_about_news_beside_a_question_is_kept_and_the_question_answered(talk: Talk) -> None:
    await talk.by(ANNA).say("τις Κυριακές μη μου στέλνετε τίποτα και πείτε μου πώς πάει η άδεια")
    assert talk.turn.effects[:1] == (SetPreference("days", "working"),)
    assert PERMIT in talk.text


async def test_a_language_beside_a_question_counts_for_the_answer(talk: Talk) -> None:
    await talk.by(ANNA).say("write to me in english please, and where is my building permit?")
    assert "utter_language_now" in talk.names
    assert "completeness check" in talk.text


async def test_days_are_a_preference_and_end_nothing(talk: Talk) -> None:
    await talk.by(ANNA).all("τα Σαββατοκύριακα μη με ενοχλείτε", "ούτε μετά τις εννιά το βράδυ")
    assert talk.turn.effects == (SetPreference("quiet", "21:00-09:00"),)
    assert not any(isinstance(effect, SetConsent) for effect in talk.turn.effects)


async def test_what_follows_courtesy_is_answered(talk: Talk) -> None:
    await talk.by(VASILIS).all("πού βρίσκεται το κτηματολόγιο μου;", "Μάλιστα, ευχαριστώ. Και η αίτηση στον ΕΦΚΑ;")
    assert INSURANCE in talk.text


async def test_after_an_offer_of_a_person_the_case_is_still_talked_about(talk: Talk) -> None:
    await talk.by(CHRISTOS).all("πώς πάει η αποζημίωση;", "πόσα θα πάρω;", "και πότε τελειώνει;")
    assert FLOOD in talk.text


async def test_how_many_stages_are_left(talk: Talk) -> None:
    await talk.by(ANNA).all("πώς πάει η άδεια;", "πόσα στάδια μένουν;")
    assert "Μένουν 4: προέγκριση" in talk.text


async def test_somebody_else_s_affairs_go_on_until_one_s_own_case_is_named(talk: Talk) -> None:
    await talk.by(ANNA).say("ρωτάω για τον πελάτη μου, έχει μια αίτηση")
    assert "utter_proxy_link" in talk.names
    await talk.say("Διαθέτω πληρεξούσιο. Πού το πάω;")
    assert talk.names[0] == "utter_proxy_paper"
    assert PERMIT not in talk.text
    await talk.say("Καλά. Και η δική μου;")
    assert PERMIT in talk.text


async def test_after_despair_the_line_is_said_until_something_else_is_asked(talk: Talk) -> None:
    await talk.say("δεν θέλω να ζω άλλο")
    assert "1018" in talk.text
    await talk.say("δεν ξέρω τι να τους πω")
    assert talk.names == ["utter_despair_again"]
    assert talk.turn.effects == ()


async def test_violence_at_home(talk: Talk) -> None:
    await talk.say("ο άντρας μου με χτυπάει, φοβάμαι")
    assert "15900" in talk.text
    assert "100" in talk.text


async def test_whoever_gave_a_code_away_is_told_what_to_do(talk: Talk) -> None:
    await talk.all("με πήρε κάποιος τηλέφωνο και ζητούσε τον κωδικό μου", "του τον έδωσα ήδη")
    assert "11188" in talk.text
