"""Cases: where they stand, which one is meant, what is missing, and what nobody else may learn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.dialogues.fakes import ANNA, BIRTH, CADASTRE, CHRISTOS, DIMITRA, ELENI, PERMIT, VASILIS, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "text",
    [
        "Πού βρίσκεται η αίτησή μου;",
        "που βρισκεται η αιτηση μου",
        "ΠΟΥ ΒΡΙΣΚΕΤΑΙ Η ΑΙΤΗΣΗ ΜΟΥ",
        "pou vriskete h aithsh mou?",
    ],
)
async def test_a_case_is_told_whole(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text)
    assert talk.names == ["utter_case_status"]
    for part in ("ΑΔ-2026-000123", "οικοδομική άδεια", "έλεγχος πληρότητας", "προέγκριση", "20 Δεκεμβρίου 2026"):
        assert part in talk.text


async def test_in_english_it_is_told_in_english(talk: Talk) -> None:
    await talk.by(ANNA).say("Where is my application, please?")
    assert "completeness check" in talk.text
    assert "20 December 2026" in talk.text
    assert talk.context.language == "en"


async def test_on_sms_it_is_told_shorter(talk: Talk) -> None:
    await talk.by(ANNA).say("Πού βρίσκεται η αίτησή μου;")
    whole = talk.text
    await talk.on("sms").say("Πού βρίσκεται η αίτησή μου;")
    assert len(talk.text) < len(whole)


async def test_a_number_on_record_is_enough_for_the_status(talk: Talk) -> None:
    await talk.on("sms").by(ANNA, level=1).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_case_status"]


async def test_missing_papers_come_with_the_status(talk: Talk) -> None:
    await talk.by(VASILIS).say("Που είναι η KT 2026 301;")
    assert "Τοπογραφικό διάγραμμα, έως 1 Δεκεμβρίου 2026" in talk.text
    assert "κτηματολογικό γραφείο" in talk.text


async def test_a_date_that_has_passed_is_admitted(talk: Talk) -> None:
    await talk.by(CHRISTOS).say("Πού βρίσκεται η αίτησή μου;")
    assert "15 Νοεμβρίου 2026" in talk.text
    assert "καθυστερήσει" in talk.text


@pytest.mark.parametrize(
    ("outcome", "word"),
    [("granted", "εγκρίθηκε"), ("refused", "απορρίφθηκε"), ("partly", "εν μέρει"), (None, "κλείσει")],
)
async def test_a_closed_case_says_how_it_ended_and_on_which_day_in_athens(
    talk: Talk, state: State, outcome: str | None, word: str
) -> None:
    state.of[ELENI] = (replace(BIRTH, outcome=outcome),)
    await talk.by(ELENI).say("Πού βρίσκεται η αίτησή μου;")
    assert word in talk.text
    assert "22 Νοεμβρίου 2026" in talk.text  # 23:30 UTC on the 21st


async def test_a_stage_that_nobody_here_knows_shows_the_registry_s_own_words(talk: Talk, state: State) -> None:
    strange = replace(PERMIT, stage="unknown", procedure="no-such", title="Άδεια κολύμβησης", note="Στον διευθυντή")
    state.of[ANNA] = (strange,)
    await talk.by(ANNA).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_case_status_plain"]
    assert "Άδεια κολύμβησης" in talk.text
    assert "Στον διευθυντή" in talk.text
    state.of[ANNA] = (strange, replace(strange, reference="ΑΔ-2026-000124"))
    await talk.say("Ποιες υποθέσεις έχω;")
    assert "σε εξέλιξη" in talk.text


async def test_with_several_cases_it_asks_which(talk: Talk) -> None:
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_which_of_two"]
    assert talk.choices == ["ΕΦ-2026-000201", "ΚΤ-2026-000301"]


@pytest.mark.parametrize(
    "pick", ["2", "2.", "το δεύτερο", "th deyterh", "ΚΤ-2026-000301", "kt 2026 301", "του κτηματολογίου η διόρθωση"]
)
async def test_a_case_is_picked_by_number_place_reference_or_name(talk: Talk, pick: str) -> None:
    await talk.by(VASILIS).all("Πού βρίσκεται η αίτησή μου;", pick)
    assert talk.names == ["utter_case_status"]
    assert "ΚΤ-2026-000301" in talk.text


async def test_picking_answers_what_was_asked(talk: Talk, state: State) -> None:
    state.of[VASILIS] = tuple(replace(case, missing=CADASTRE.missing) for case in state.of[VASILIS])
    await talk.by(VASILIS).all("Ποια έγγραφα λείπουν;", "1")
    assert talk.names == ["utter_missing_documents"]
    assert "ΕΦ-2026-000201" in talk.text


async def test_the_case_that_lacks_a_paper_is_the_one_meant(talk: Talk) -> None:
    await talk.by(VASILIS).say("Ποια έγγραφα λείπουν;")
    assert talk.names == ["utter_missing_documents"]
    assert "ΚΤ-2026-000301" in talk.text


async def test_nothing_missing_is_said(talk: Talk) -> None:
    await talk.by(ANNA).say("Τι χαρτιά λείπουν;")
    assert talk.names == ["utter_nothing_missing"]


async def test_the_case_talked_about_stays_the_one_meant(talk: Talk) -> None:
    await talk.by(VASILIS).all("ΕΦ-2026-000201", "τι χαρτιά λείπουν;")
    assert "ΕΦ-2026-000201" in talk.text
    await talk.all("ευχαριστώ", "και πότε τελειώνει;")
    assert "ΕΦ-2026-000201" in talk.text


async def test_all_cases_are_listed_with_their_stages(talk: Talk) -> None:
    await talk.by(VASILIS).say("Ποιες υποθέσεις έχω;")
    assert talk.names == ["utter_cases"]
    assert "ΕΦ-2026-000201" in talk.text
    assert "έλεγχος πληρότητας" in talk.text
    await talk.say("1")
    assert talk.names == ["utter_case_status"]
    assert "ΕΦ-2026-000201" in talk.text


async def test_the_last_choices_can_be_picked_after_small_talk(talk: Talk) -> None:
    await talk.by(VASILIS).all("Ποιες υποθέσεις έχω;", "ευχαριστώ", "2")
    assert "ΚΤ-2026-000301" in talk.text


async def test_a_list_of_one_is_told_whole(talk: Talk) -> None:
    await talk.by(ANNA).say("Ποιες υποθέσεις έχω;")
    assert talk.names == ["utter_case_status"]


async def test_no_cases_are_none(talk: Talk) -> None:
    await talk.by(DIMITRA).say("Ποιες υποθέσεις έχω;")
    assert talk.names == ["utter_no_cases"]


@pytest.mark.parametrize("text", ["Πού βρίσκεται η {}", "Ποια έγγραφα λείπουν για την {};", "{}"])
async def test_another_s_case_is_answered_as_one_that_does_not_exist(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text.format("ΠΠ-2026-000401"))
    told = (talk.names, talk.text, talk.choices)
    assert told[0] == ["utter_case_not_found"]
    await talk.say(text.format("ΠΠ-2026-999999"))
    assert (talk.names, talk.text, talk.choices) == told


@pytest.mark.parametrize(
    "text", ["Πού βρίσκεται η ΑΔ-2026-000123;", "ΑΔ-2026-000123", "Ποιες υποθέσεις έχω;", "Τι χαρτιά λείπουν;"]
)
async def test_who_is_unknown_learns_nothing_and_is_offered_linking(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert talk.names == ["utter_offer_link"]


async def test_cases_that_cannot_be_seen_are_never_said_to_be_none(talk: Talk, state: State) -> None:
    state.down.add("cases")
    await talk.by(ANNA).say("Ποιες υποθέσεις έχω;")
    assert talk.names == ["utter_cases_unavailable"]
