"""A certificate asked for in the chat: one step follows from what is known, and nothing is asked twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dialogues.ports import RequestedCertificate
from dialogues.turn import CancelCertificate, RequestCertificate, SendCertificate
from tests.dialogues.fakes import ANNA, CODE, DIMITRA, FLOOD, PERMIT, VASILIS, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow
AMKA = "01018000156"
KAEK = "050681726008"
ASKED = RequestedCertificate(
    7, "birth-certificate", "waiting", datetime(2026, 11, 20, 9, 0, tzinfo=UTC), number="12/2026"
)
ISSUED = replace(
    ASKED,
    id=8,
    kind="family-status-certificate",
    state="issued",
    issued_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    valid_until=datetime(2027, 5, 21, 9, 0, tzinfo=UTC),
    kept_until=datetime(2027, 5, 21, 9, 0, tzinfo=UTC),
)


async def test_what_needs_nothing_is_confirmed_and_asked_for(talk: Talk) -> None:
    await talk.by(ANNA).say("θέλω πιστοποιητικό οικογενειακής κατάστασης")
    assert talk.names == ["utter_certificate_confirm"]
    assert "δωρεάν" in talk.text
    assert "1 λεπτό" in talk.text
    assert talk.choices == ["Ναι", "Όχι"]
    turn = await talk.say("ναι")
    assert talk.names == ["utter_certificate_requested"]
    assert turn.effects == (RequestCertificate("family-status-certificate"),)


async def test_which_one_is_asked_where_it_is_not_said_and_no_takes_nothing_up(talk: Talk) -> None:
    await talk.by(ANNA).all("θέλω ένα πιστοποιητικό", "1")
    assert talk.names == ["utter_certificate_confirm"]
    turn = await talk.say("όχι")
    assert talk.names == ["utter_cancelled"]
    assert turn.effects == ()
    assert (await talk.say("ναι")).effects == ()


async def test_a_stranger_proves_who_they_are_and_the_form_goes_on(talk: Talk, state: State) -> None:
    await talk.say("χρειάζομαι κτηματολογικό φύλλο")
    assert talk.names == ["utter_certificate_prove"]
    await talk.all("ναι", "123456783")
    assert talk.names == ["utter_code_sent"]
    await talk.say(CODE)
    assert talk.names == ["utter_linked", "utter_certificate_ask_kaek"]
    await talk.say(KAEK)
    assert talk.names == ["utter_certificate_confirm"]
    turn = await talk.say("ναι")
    assert turn.effects == (RequestCertificate("cadastral-sheet", (("kaek", KAEK),)),)


async def test_a_number_known_and_not_proven_is_not_enough(talk: Talk) -> None:
    await talk.on("sms").by(ANNA, level=1).say("θέλω πιστοποιητικό γέννησης")
    assert talk.names == ["utter_certificate_prove"]


async def test_a_wrong_kaek_is_said_to_be_and_a_question_in_between_is_answered(talk: Talk) -> None:
    await talk.by(ANNA).all("θέλω απόσπασμα κτηματολογικού διαγράμματος", "1234 5678 9")
    assert talk.names == ["utter_certificate_kaek_wrong"]
    await talk.say("πόσο κοστίζει;")
    assert talk.names[-1] == "utter_certificate_ask_kaek_again"
    assert len(talk.names) > 1
    await talk.say("05 068 17 26 008")
    assert talk.names == ["utter_certificate_confirm"]
    assert KAEK in talk.text.replace(" ", "")


async def test_a_kaek_that_was_said_is_not_asked_for_and_one_that_was_used_is_offered(talk: Talk, state: State) -> None:
    await talk.by(ANNA).say(f"θέλω κτηματολογικό φύλλο για το ΚΑΕΚ {KAEK}")
    assert talk.names == ["utter_certificate_confirm"]
    state.certificates.requests = (replace(ISSUED, kind="cadastral-sheet", details={"kaek": KAEK}),)
    other = Talk(talk.engine).by(ANNA)
    await other.say("θέλω απόσπασμα διαγράμματος")
    assert other.choices == [KAEK]
    await other.all("1", "ναι")
    assert other.turn.effects == (RequestCertificate("cadastral-diagram", (("kaek", KAEK),)),)


async def test_purpose_and_amka_and_the_amka_stays_in_no_history(talk: Talk) -> None:
    await talk.by(ANNA).say("θέλω ασφαλιστική ενημερότητα")
    assert talk.names == ["utter_certificate_ask_purpose"]
    assert len(talk.choices) == 4
    await talk.say("2")
    assert "Λήψη δανείου" in talk.text
    await talk.say("ναι")
    assert talk.names == ["utter_certificate_ask_amka"]
    await talk.say("01018000150")
    assert talk.names == ["utter_certificate_amka_wrong"]
    turn = await talk.say(AMKA)
    told = (("purpose", "Λήψη δανείου"), ("amka", AMKA))
    assert turn.effects == (RequestCertificate("insurance-clearance", told),)
    assert AMKA not in str(talk.history)


async def test_a_purpose_in_own_words_is_taken(talk: Talk) -> None:
    await talk.by(ANNA).all("θέλω ασφαλιστική ενημερότητα", "για την άδεια της ταβέρνας του χωριού")
    assert talk.names == ["utter_certificate_confirm"]
    assert "ταβέρνας" in talk.text


async def test_a_certificate_that_is_named_is_wanted_whatever_words_a_case_shares_with_it(talk: Talk) -> None:
    await talk.on("sms").by(VASILIS).say("θέλω ασφαλιστική ενημερότητα")
    assert talk.names == ["utter_certificate_ask_purpose"]


async def test_the_only_case_is_taken_and_of_two_one_is_picked(talk: Talk, state: State) -> None:
    await talk.by(ANNA).all("θέλω αντίγραφο οικοδομικής άδειας", "ναι")
    told = (("case", PERMIT.reference),)
    assert talk.turn.effects == (RequestCertificate("building-permit-copy", told),)
    second = replace(PERMIT, reference="ΑΔ-2026-000777", title="Αποθήκη, Κορωπί")
    state.of[ANNA] = (PERMIT, second)
    other = Talk(talk.engine).by(ANNA)
    await other.say("θέλω αντίγραφο οικοδομικής άδειας")
    assert len(other.choices) == 2
    await other.all("2", "ναι")
    assert other.turn.effects == (RequestCertificate("building-permit-copy", (("case", second.reference),)),)


async def test_who_has_no_such_case_is_told_so_and_anothers_case_is_none_of_theirs(talk: Talk) -> None:
    await talk.by(DIMITRA).say(f"θέλω βεβαίωση αυτοψίας για την {FLOOD.reference}")
    assert talk.names == ["utter_certificate_no_case"]
    assert FLOOD.reference not in str(talk.turn.effects)


async def test_two_at_once_are_asked_for_one_after_the_other(talk: Talk) -> None:
    await talk.by(ANNA).all("θέλω πιστοποιητικό γέννησης και πιστοποιητικό οικογενειακής κατάστασης", "ναι")
    assert talk.names == ["utter_certificate_requested", "utter_certificate_confirm"]
    first = talk.turn.effects
    second = (await talk.say("ναι")).effects
    kinds = {effect.kind for effect in (*first, *second) if isinstance(effect, RequestCertificate)}
    assert kinds == {"birth-certificate", "family-status-certificate"}


async def test_what_is_under_way_is_not_asked_for_again(talk: Talk, state: State) -> None:
    state.certificates.requests = (ASKED,)
    turn = await talk.by(ANNA).say("θέλω πιστοποιητικό γέννησης")
    assert talk.names == ["utter_certificate_under_way"]
    assert turn.effects == ()


async def test_where_its_registry_cannot_be_asked_it_is_said_where_it_is_issued(talk: Talk, state: State) -> None:
    state.certificates.off = frozenset({"birth-certificate"})
    await talk.by(ANNA).say("θέλω πιστοποιητικό γέννησης")
    assert talk.names == ["utter_certificate_elsewhere"]
    assert "ληξιαρχείο" in talk.text


async def test_nobody_asks_for_them_without_end(talk: Talk, state: State) -> None:
    state.certificates.may = False
    assert (await talk.by(ANNA).say("θέλω πιστοποιητικό γέννησης")).effects == ()
    assert talk.names == ["utter_certificate_limit"]


# --- afterwards ---


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("πού είναι το πιστοποιητικό μου;", "utter_certificate_is_waiting"),
        ("τι έγινε με το πιστοποιητικό γέννησης που ζήτησα;", "utter_certificate_is_waiting"),
        ("που ειναι το πιστοποιητικο οικογενειακης καταστασης που ζητησα", "utter_certificate_is_issued"),
        ("τα έγγραφά μου", "utter_certificates"),
        ("my certificates", "utter_certificates"),
    ],
)
async def test_where_it_is(talk: Talk, state: State, text: str, name: str) -> None:
    state.certificates.requests = (ISSUED, ASKED)
    await talk.by(ANNA).say(text)
    assert talk.names == [name]


async def test_the_list_offers_what_can_be_sent_again(talk: Talk, state: State) -> None:
    state.certificates.requests = (ISSUED, ASKED)
    await talk.by(ANNA).say("τα έγγραφά μου")
    assert len(talk.choices) == 1
    assert (await talk.say("1")).effects == (SendCertificate(ISSUED.id),)


@pytest.mark.parametrize(
    "text",
    ["ξαναστείλτε μου το πιστοποιητικό", "στείλτε το ξανά", "νέο link για το πιστοποιητικό", "send it again please"],
)
async def test_send_it_again(talk: Talk, state: State, text: str) -> None:
    state.certificates.requests = (ISSUED, ASKED)
    assert SendCertificate(ISSUED.id) in (await talk.by(ANNA).say(text)).effects


async def test_while_it_is_talked_about_a_new_link_is_one_to_it(talk: Talk, state: State) -> None:
    state.certificates.requests = (ISSUED,)
    await talk.by(ANNA).all("πού είναι το πιστοποιητικό μου;", "νέο σύνδεσμο")
    assert talk.turn.effects == (SendCertificate(ISSUED.id),)


async def test_who_has_none_and_speaks_of_none_is_told_again_what_was_said(talk: Talk) -> None:
    await talk.by(ANNA).all("πού βρίσκεται η αίτησή μου;", "στείλτε το ξανά")
    assert "utter_certificate_none_to_send" not in talk.names
    await talk.say("ξαναστείλτε μου το πιστοποιητικό")
    assert talk.names == ["utter_certificate_none_to_send"]


async def test_a_stranger_gets_nothing_sent(talk: Talk, state: State) -> None:
    state.certificates.requests = (ISSUED,)
    assert (await talk.say("ξαναστείλτε μου το πιστοποιητικό")).effects == ()
    assert talk.names == ["utter_certificates_prove"]
    assert (await talk.on("sms").by(ANNA, level=1).say("τα έγγραφά μου")).effects == ()
    assert talk.names == ["utter_certificates_prove"]


@pytest.mark.parametrize(
    "text", ["ακυρώστε το πιστοποιητικό", "δεν θέλω πια το πιστοποιητικό γέννησης", "cancel my certificate"]
)
async def test_cancel(talk: Talk, state: State, text: str) -> None:
    state.certificates.requests = (ISSUED, ASKED)
    assert CancelCertificate(ASKED.id) in (await talk.by(ANNA).say(text)).effects


async def test_of_two_under_way_it_is_asked_which_to_cancel(talk: Talk, state: State) -> None:
    state.certificates.requests = (ASKED, replace(ASKED, id=9, kind="cadastral-sheet"))
    assert (await talk.by(ANNA).say("ακυρώστε το πιστοποιητικό")).effects == ()
    assert (await talk.say("1")).effects == (CancelCertificate(ASKED.id),)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("πόσο ισχύει;", "21 Μαΐου 2027"),
        ("πότε εκδόθηκε;", "21 Νοεμβρίου 2026"),
        ("και πόσο κάνει;", "δωρεάν"),
        ("είναι για την κόρη μου, γίνεται;", "ΚΕΠ"),
    ],
)
async def test_narrower_questions_about_it(talk: Talk, state: State, text: str, part: str) -> None:
    state.certificates.requests = (ISSUED,)
    await talk.by(ANNA).all("πού είναι το πιστοποιητικό οικογενειακής κατάστασης;", text)
    assert part in talk.text


async def test_when_it_comes_is_answered_by_the_request(talk: Talk, state: State) -> None:
    state.certificates.requests = (ASKED,)
    await talk.by(VASILIS).all("πού είναι το πιστοποιητικό μου;", "πότε θα το έχω;")
    assert "utter_certificate_is_waiting" in talk.names
