"""What is public, for anyone: papers, cost, time, offices, certificates."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from tests.dialogues.fakes import ANNA, BIRTH, CADASTRE, DIMITRA, ELENI, INSURANCE, VASILIS, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow


# --- cost and time ---


@pytest.mark.parametrize(
    "text", ["πόσο κοστίζει το πιστοποιητικό οικογενειακής κατάστασης;", "kostos oikogeneiakhs katastashs?"]
)
async def test_a_cost_that_a_source_states_is_told_with_the_source_and_its_day(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert talk.names == ["utter_service_cost"]
    for part in ("δωρεάν", "1 λεπτό", "ΜΙΤΟΣ 955481", "22 Νοεμβρίου 2026"):
        assert part in talk.text


async def test_a_cost_that_no_source_states_is_admitted_with_whom_to_ask(talk: Talk) -> None:
    await talk.say("Πόσο κοστίζει το πιστοποιητικό κτηματολογικών εγγραφών;")
    assert "δεν αναφέρεται" in talk.text
    assert "Ρωτήστε: Ελληνικό Κτηματολόγιο" in talk.text
    assert "€" not in talk.text


async def test_a_cost_without_a_name_is_asked_about_and_answered(talk: Talk) -> None:
    await talk.say("πόσο κάνει;")
    assert talk.names == ["utter_which_fee"]
    assert len(talk.choices) == 6
    await talk.say("Πιστοποιητικό γέννησης")
    assert talk.names == ["utter_service_cost"]
    assert "ΜΙΤΟΣ 106576" in talk.text


async def test_every_choice_of_which_answers_the_question(talk: Talk) -> None:
    for question, asked, answer in (
        ("πόσο κάνει;", "utter_which_fee", "utter_service_cost"),
        ("ωράριο", "utter_which_office", "utter_office"),
        ("θέλω ένα πιστοποιητικό", "utter_which_certificate", "utter_certificate_prove"),
    ):
        await talk.say(question)
        for place in range(1, len(talk.choices) + 1):
            fresh = Talk(talk.engine)
            await fresh.all(question, str(place))
            assert fresh.names == [answer], (question, place)
        assert asked in talk.names
        talk = Talk(talk.engine)


async def test_what_it_costs_is_asked_of_what_was_talked_about(talk: Talk) -> None:
    await talk.all("θέλω πιστοποιητικό γέννησης", "και πόσο κάνει;")
    assert talk.names == ["utter_service_cost"]
    assert "Πιστοποιητικό γέννησης" in talk.text
    await talk.say("και το οικογενειακής κατάστασης;")
    assert "δωρεάν" in talk.text


# --- papers ---


async def test_what_a_procedure_takes_is_told_to_anyone(talk: Talk) -> None:
    await talk.say("Τι χρειάζομαι για να βγάλω οικοδομική άδεια;")
    assert talk.names == ["utter_service"]
    for part in ("Αρχιτεκτονική μελέτη", "μηχανικός", "ΜΙΤΟΣ 344883"):
        assert part in talk.text


async def test_on_sms_a_long_list_is_counted_and_not_told(talk: Talk) -> None:
    await talk.on("sms").say("Τι χρειάζομαι για να βγάλω οικοδομική άδεια;")
    assert "19 δικαιολογητικά" in talk.text
    assert "Στατική μελέτη" not in talk.text


async def test_general_papers_come_before_the_offer_to_link(talk: Talk) -> None:
    await talk.say("ποια έγγραφα λείπουν για την αποζημίωση πλημμύρας;")
    assert talk.names == ["utter_service_papers", "utter_offer_link"]
    assert "Σκαρίφημα" in talk.text


async def test_who_has_no_such_case_is_told_the_papers_in_general(talk: Talk) -> None:
    await talk.by(ANNA).say("ποια έγγραφα λείπουν για την αποζημίωση πλημμύρας;")
    assert talk.names == ["utter_service_papers"]
    await Talk(talk.engine).by(DIMITRA).say("ποια έγγραφα λείπουν για την αποζημίωση πλημμύρας;")
    assert talk.names == ["utter_service_papers"]


# --- offices ---


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("τι ώρες ανοίγει το ΚΕΠ;", "Πλατφόρμα Επισκέψεων ΚΕΠ"),
        ("pou einai to kthmatologio", "Ελληνικού Κτηματολογίου"),
        ("τηλέφωνο εφκα", "gov.gr"),
        ("what are the opening hours of KEP?", "appointments"),
    ],
)
async def test_an_office_is_told_by_its_own_page(talk: Talk, text: str, part: str) -> None:
    await talk.say(text)
    assert talk.names == ["utter_office"]
    assert part in talk.text


async def test_which_office_is_asked_and_a_bare_name_answers(talk: Talk) -> None:
    await talk.say("ωράριο")
    assert talk.names == ["utter_which_office"]
    await talk.say("Πολιτική Προστασία")
    assert talk.names == ["utter_office"]
    assert "112" in talk.text


async def test_and_that_of_another_office(talk: Talk) -> None:
    await talk.all("τι ώρες ανοίγει το ΚΕΠ;", "και του ΕΦΚΑ;")
    assert "e-ΕΦΚΑ" in talk.text


# --- certificates ---


async def test_which_certificate_can_be_dropped(talk: Talk) -> None:
    await talk.all("θέλω ένα πιστοποιητικό", "άκυρο")
    assert talk.names == ["utter_cancelled"]
    await talk.say("2")
    assert talk.names != ["utter_certificate_prove"]


async def test_a_question_in_between_is_answered_and_the_choices_still_hold(talk: Talk) -> None:
    await talk.all("θέλω ένα πιστοποιητικό", "ευχαριστώ")
    assert talk.names == ["utter_thank"]
    await talk.say("2")
    assert talk.names == ["utter_certificate_prove"]


async def test_a_certificate_for_which_a_case_was_opened_is_told_as_one(talk: Talk, state: State) -> None:
    state.of[VASILIS] = (INSURANCE, BIRTH)
    await talk.by(VASILIS).say("τι έγινε με το πιστοποιητικό που ζήτησα;")
    assert talk.names == ["utter_case_granted"]
    assert "ΚΕ-2026-000501" in talk.text


@pytest.mark.parametrize("who", [ANNA, DIMITRA])
async def test_a_certificate_that_is_not_on_record_is_not_made_up(talk: Talk, who: int) -> None:
    await talk.by(who).say("τι έγινε με το πιστοποιητικό που ζήτησα;")
    assert talk.names == ["utter_no_certificate"]
    assert talk.choices == ["Ναι", "Όχι"]


async def test_where_a_certificate_is_takes_linking(talk: Talk) -> None:
    await talk.say("τι έγινε με το πιστοποιητικό που ζήτησα;")
    assert talk.names == ["utter_offer_link"]


# --- papers that were sent ---


async def test_a_paper_that_the_registry_lacks_is_said_to_be_lacking(talk: Talk, state: State) -> None:
    state.of[VASILIS] = (INSURANCE, replace(CADASTRE, received=("Αίτηση",)))
    await talk.by(VASILIS).say("το έστειλα το τοπογραφικό")
    assert talk.names == ["utter_sent_still_missing"]
    assert "Τοπογραφικό διάγραμμα" in talk.text
    assert "Έχουν παραληφθεί:\n- Αίτηση" in talk.text


async def test_what_was_sent_is_what_was_missing_whichever_case_was_talked_about(talk: Talk) -> None:
    await talk.by(VASILIS).all("ΕΦ-2026-000201", "έστειλα τα χαρτιά")
    assert "ΚΤ-2026-000301" in talk.text


async def test_nothing_missing_means_nothing_to_do(talk: Talk) -> None:
    await talk.by(ANNA).say("έστειλα τα χαρτιά")
    assert talk.names == ["utter_sent_nothing_missing"]


async def test_cases_that_cannot_be_seen_are_not_guessed_at(talk: Talk, state: State) -> None:
    state.down.add("cases")
    await talk.by(ELENI).say("έστειλα τα χαρτιά")
    assert talk.names == ["utter_cases_unavailable"]


async def test_papers_sent_by_nobody_known_wait_for_linking(talk: Talk) -> None:
    await talk.say("έστειλα τα χαρτιά")
    assert talk.names == ["utter_offer_link"]


def test_every_action_has_its_own_name() -> None:
    names = [action.name for action in all_actions(State(), load_catalogue())]
    assert len(names) == len(set(names))
