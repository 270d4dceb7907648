"""Cases: where they stand, which one is meant, what is missing, and what nobody else may learn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.dialogues.fakes import (
    ANNA,
    BIRTH,
    CADASTRE,
    CHRISTOS,
    DIMITRA,
    ELENI,
    FLOOD,
    INSURANCE,
    PERMIT,
    VASILIS,
    State,
)
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
    await talk.say("2")
    assert talk.names == ["utter_case_status"]
    assert "ΕΦ-2026-000201" in talk.text


async def test_the_last_choices_can_be_picked_after_small_talk(talk: Talk) -> None:
    await talk.by(VASILIS).all("Ποιες υποθέσεις έχω;", "ευχαριστώ", "1")
    assert "ΚΤ-2026-000301" in talk.text


async def test_what_the_citizen_must_do_comes_first_then_what_comes_next(talk: Talk, state: State) -> None:
    sooner = replace(PERMIT, missing=(("deed", "Τίτλος ιδιοκτησίας", date(2026, 11, 25)),))
    state.of[VASILIS] = (BIRTH, INSURANCE, CADASTRE, sooner)
    await talk.by(VASILIS).say("Ποιες υποθέσεις έχω;")
    assert talk.choices == ["ΑΔ-2026-000123", "ΚΤ-2026-000301", "ΕΦ-2026-000201", "ΚΕ-2026-000501"]
    places = [
        talk.text.index(part)
        for part in (
            "χωρίς τα έγγραφα δεν προχωρούν",
            "Τίτλος ιδιοκτησίας. Προθεσμία: 25 Νοεμβρίου 2026",
            "Τοπογραφικό διάγραμμα. Προθεσμία: 1 Δεκεμβρίου 2026",
            "Τις έχει η υπηρεσία",
            "Ακολουθεί η απόφαση",
            "Έχουν ολοκληρωθεί",
        )
    ]
    assert places == sorted(places)


async def test_a_case_that_another_one_holds_up_says_which(talk: Talk, state: State) -> None:
    permit = replace(PERMIT, missing=(("title-deed", "Τίτλος ιδιοκτησίας", None),))
    state.of[VASILIS] = (permit, replace(CADASTRE, missing=()))
    await talk.by(VASILIS).say("Ποιες υποθέσεις έχω;")
    assert "Ίσως πρέπει πρώτα να τελειώσει η ΚΤ-2026-000301" in talk.text
    state.of[VASILIS] = (permit, replace(CADASTRE, missing=(), closed=True, outcome="granted"))
    await talk.say("Ποιες υποθέσεις έχω;")
    assert "Ίσως πρέπει" not in talk.text


async def test_on_sms_the_list_says_in_one_sentence_what_waits_for_the_citizen(talk: Talk, state: State) -> None:
    await talk.on("sms").by(VASILIS).say("Ποιες υποθέσεις έχω;")
    assert "Περιμένουν έγγραφά σας: ΚΤ-2026-000301." in talk.text
    state.of[VASILIS] = (INSURANCE, FLOOD)
    await talk.say("Ποιες υποθέσεις έχω;")
    assert "Καμία δεν περιμένει κάτι από εσάς." in talk.text


TEN_FORTY_TWO = datetime(2026, 11, 22, 8, 42, tzinfo=UTC)  # in Athens
YESTERDAY = datetime(2026, 11, 21, 8, 42, tzinfo=UTC)


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize(
    ("at", "told"), [(TEN_FORTY_TWO, "όπως ήταν στις 10:42"), (YESTERDAY, "όπως ήταν στις 21 Νοεμβρίου 2026, 10:42")]
)
async def test_what_a_registry_said_before_is_told_with_its_time(
    talk: Talk, state: State, channel: str, at: datetime, told: str
) -> None:
    state.of[ANNA] = (replace(PERMIT, as_of=at),)
    state.of[VASILIS] = (replace(INSURANCE, as_of=at), CADASTRE)
    state.stale = (("efka", at),)
    for text in ("Πού βρίσκεται η αίτησή μου;", "Τι χαρτιά λείπουν;"):
        await talk.on(channel).by(ANNA).say(text)
        assert told in talk.text.replace("Όπως", "όπως")
    await talk.by(VASILIS).say("Ποιες υποθέσεις έχω;")
    assert told in talk.text
    assert "e-ΕΦΚΑ" in talk.text
    await talk.by(DIMITRA).say("Ποιες υποθέσεις έχω;")  # none, as far as is known
    assert talk.names == ["utter_no_cases"]
    assert told in talk.text


async def test_what_is_so_now_is_told_without_a_time(talk: Talk) -> None:
    for text in ("Πού βρίσκεται η αίτησή μου;", "Ποιες υποθέσεις έχω;"):
        await talk.by(ANNA).say(text)
        assert "ΑΔ-2026-000123" in talk.text
        assert "πως ήταν" not in talk.text


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_a_registry_of_which_nothing_is_known_is_named(talk: Talk, state: State, channel: str) -> None:
    state.silent = ("efka", "cadastre")
    for who, name in ((VASILIS, "utter_cases"), (ANNA, "utter_case_status"), (DIMITRA, "utter_no_cases_seen")):
        await talk.on(channel).by(who).say("Ποιες υποθέσεις έχω;")
        assert talk.names == [name]
        assert "Δεν απαντούν τώρα: e-ΕΦΚΑ, " in talk.text
    await talk.by(ANNA).say("Πού βρίσκεται η ΚΤ-2026-000301;")
    assert talk.names == ["utter_case_unseen"]
    await talk.by(VASILIS).say("Πού βρίσκεται η αίτησή μου;")
    assert talk.names == ["utter_which_of_two"]
    assert "Δεν απαντούν τώρα" in talk.text


async def test_with_a_registry_silent_anothers_case_still_sounds_like_none(talk: Talk, state: State) -> None:
    state.silent = ("civil_protection",)
    await talk.by(ANNA).say("Πού βρίσκεται η ΠΠ-2026-000401;")
    told = (talk.names, talk.text, talk.choices)
    await talk.say("Πού βρίσκεται η ΠΠ-2026-999999;")
    assert (talk.names, talk.text, talk.choices) == told


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
    ("who", "text", "reference"),
    [
        (ANNA, "που βρίσκεται η Α\N{INCREMENT}-2026-000123;", "ΑΔ-2026-000123"),
        (ANNA, "α\N{INCREMENT} 2026 123", "ΑΔ-2026-000123"),
        (ANNA, "τι νέα για Α\N{CYRILLIC CAPITAL LETTER DE}2026/123", "ΑΔ-2026-000123"),
        (ANNA, "where is A\N{INCREMENT}-2026-000123?", "ΑΔ-2026-000123"),
        (CHRISTOS, "\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401", "ΠΠ-2026-000401"),
        (CHRISTOS, "που είναι η \N{N-ARY PRODUCT}Π 2026 401", "ΠΠ-2026-000401"),
        (CHRISTOS, "\N{CYRILLIC CAPITAL LETTER PE}\N{CYRILLIC CAPITAL LETTER PE}-2026-000401", "ΠΠ-2026-000401"),
        (CHRISTOS, "\N{CYRILLIC SMALL LETTER PE}\N{CYRILLIC SMALL LETTER PE}2026/401", "ΠΠ-2026-000401"),
    ],
)
async def test_signs_that_look_like_the_letters_name_the_case(talk: Talk, who: int, text: str, reference: str) -> None:
    await talk.by(who).say(text)
    assert talk.names == ["utter_case_status"]
    assert reference in talk.text


@pytest.mark.parametrize(
    "text",
    [
        "\N{CYRILLIC CAPITAL LETTER PE}\N{CYRILLIC CAPITAL LETTER PE}-2026-000401",
        "που βρίσκεται η \N{CYRILLIC SMALL LETTER PE}\N{CYRILLIC SMALL LETTER PE} 2026 401;",
        "\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401",
        "\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER DE}-2026-000123",
        "ΖΖ-2026-000123",
        "zz-2026-000123",
        "τι γίνεται με την ΖΖ–2026–123;",
        "λείπουν χαρτιά για την ΡΑ 2026 000123;",
        "ΚΤ-2026-0003011",
        "ΚΤ-1926-000301",
    ],
)
async def test_a_number_that_is_not_known_is_never_taken_for_the_case_talked_about(talk: Talk, text: str) -> None:
    await talk.by(VASILIS).all("ΚΤ-2026-000301", text)
    assert talk.names == ["utter_case_not_found"]
    assert "ΚΤ-2026-000301" not in talk.text


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
