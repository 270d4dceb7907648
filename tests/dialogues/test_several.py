"""Several cases, several wishes, certificates followed up: what a few words mean of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dialogues.ports import CaseView, RequestedCertificate
from dialogues.turn import Handover, RequestCertificate, SendCertificate
from tests.dialogues.fakes import CADASTRE, CHRISTOS, DIMITRA, FLOOD, INSURANCE, PERMIT, VASILIS, State
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow
MILL = replace(PERMIT, title="Αποκατάσταση ανεμόμυλου, Σαμοθράκη")
COTTAGE = replace(PERMIT, reference="ΑΔ-2026-000124", title="Προσθήκη σε εξοχική κατοικία, Λήμνος")
GROVE = replace(CADASTRE, title="Διόρθωση ορίων ελαιώνα, Θάσος", missing=())
STORE = replace(CADASTRE, reference="ΚΤ-2026-000302", title="Διόρθωση εμβαδού αποθήκης, Σκάλα Πρίνου", missing=())
MINE = (MILL, COTTAGE, GROVE, STORE)
OTHERS = (replace(INSURANCE, expected_by=date(2026, 12, 11)), replace(CADASTRE, expected_by=date(2027, 1, 15)))


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("what's going on with the windmill on Samothraki?", MILL),
        ("and the cottage?", COTTAGE),
        ("samothraki?", MILL),
        ("τι γιν με θασο", GROVE),
        ("κ σκαλα;", STORE),
        ("ti ginete me tin apothiki sti skala", STORE),
        ("the olive grove on Thassos, any news?", GROVE),
        ("θέλω να ρωτήσω για την αποθήκη στη Σκάλα όχι για το άλλο τον ελαιώνα αυτό το ξέρω", STORE),
        ("πείτε μου για τον μύλο στη Σαμοθράκη", MILL),
        ("για το εξοχικό στη Λήμνο ρωτάω", COTTAGE),
    ],
)
async def test_a_word_of_the_title_alone_opens_the_case(talk: Talk, state: State, text: str, case: CaseView) -> None:
    state.of[DIMITRA] = MINE
    await talk.by(DIMITRA).say(text)
    assert case.reference in talk.text
    assert not any(other.reference in talk.text for other in MINE if other is not case)


async def test_a_case_so_named_stays_the_one_talked_about(talk: Talk, state: State) -> None:
    state.of[DIMITRA] = MINE
    await talk.by(DIMITRA).all("τι γιν με θασο", "κ σκαλα;")
    assert STORE.reference in talk.text
    await talk.say("υπευθ?")
    assert "ηλεκτρονικά" in talk.text.lower() or "κτηματολογ" in talk.text.lower()
    await talk.say("site?")
    assert "ktimatologio" in talk.text
    await talk.say("αργει πλ?")
    assert talk.names != ["utter_offer_person"]
    assert STORE.reference in talk.text or "δεν" in talk.text


async def test_one_denied_and_one_named_are_remembered_both(talk: Talk, state: State) -> None:
    state.of[DIMITRA] = MINE
    await talk.by(DIMITRA).say("θέλω να ρωτήσω για την αποθήκη στη Σκάλα όχι για το άλλο τον ελαιώνα αυτό το ξέρω")
    await talk.say("και το άλλο μια που το 'φερε η κουβέντα")
    assert GROVE.reference in talk.text


@pytest.mark.parametrize(
    "text",
    ["οχι για το κτηματολογιο για τον εφκα μονο λεω ποτε", "not the land registry, when does EFKA finish?"],
)
async def test_what_is_denied_is_not_meant(talk: Talk, state: State, text: str) -> None:
    state.of[VASILIS] = OTHERS
    await talk.by(VASILIS).say(text)
    assert "11" in talk.text
    assert OTHERS[1].reference not in talk.text


async def test_the_other_and_the_first_that_were_told(talk: Talk, state: State) -> None:
    state.of[VASILIS] = OTHERS
    await talk.by(VASILIS).say("τι εχω αφησει πισω εγω")
    assert "Τοπογραφικό" in talk.text
    await talk.say("και με την αλλη υποθεση μου τι γινεται")
    assert INSURANCE.reference in talk.text
    await talk.say("αυτη ποτε κλεινει")
    assert "11" in talk.text
    assert CADASTRE.reference not in talk.text
    await talk.say("κ η πρωτη που λεγαμε?")
    assert CADASTRE.reference in talk.text


# --- two wishes ---


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Πότε τελειώνει η διόρθωση των ενσήμων μου και, δεύτερον, μου βγάζετε πιστοποιητικό οικογενειακής "
            "κατάστασης;",
            ("11 Δεκ", "οικογενειακής"),
        ),
        ("ποτ ενσημα κ ποτ κτηματολ", ("11 Δεκ", "15 Ιαν")),
        (
            "When is my insurance record fixed, and what exactly does the land registry want from me?",
            ("11 December", "Τοπογραφικό"),
        ),
        ("πότε λήγει η προθεσμία και βάλε με να μιλήσω με άνθρωπο", ("1 Δεκ", "πάλληλος")),
        ("pes mu pote lixi i prothesmia k vale me na miliso me anthropo", ("1 Δεκ", "πάλληλος")),
    ],
)
async def test_two_wishes_are_both_answered(talk: Talk, state: State, text: str, told: tuple[str, ...]) -> None:
    state.of[VASILIS] = OTHERS
    turn = await talk.by(VASILIS).say(text)
    assert all(each in talk.text for each in told), talk.text
    assert any(isinstance(effect, Handover) for effect in turn.effects) == ("πάλληλος" in told), turn.effects


async def test_a_certificate_is_asked_for_beside_a_question_and_its_yes_is_still_a_yes(talk: Talk) -> None:
    await talk.by(CHRISTOS).say("ΘΕΛΩ ΒΕΒΑΙΩΣΗ ΑΥΤΟΨΙΑΣ ΚΑΙ ΝΑ ΜΟΥ ΠΕΙΣ ΠΟΤΕ ΤΕΛΕΙΩΝΕΙ Η ΥΠΟΘΕΣΗ")
    assert "15 Νοε" in talk.text
    assert talk.names[-1] == "utter_certificate_confirm"
    turn = await talk.say("ΝΑΙ ΖΗΤΑ ΤΗ")
    assert turn.effects == (RequestCertificate("inspection-certificate", (("case", FLOOD.reference),)),)
    await talk.say("ΤΙ ΓΡΑΦΕΙ ΜΕΣΑ ΑΥΤΟ")
    assert "μηχανικοί" in talk.text
    await talk.say("ΑΝ ΜΟΥ ΤΟ ΑΡΝΗΘΟΥΝ")
    assert talk.names[0] in ("utter_fact", "utter_fact_unknown", "utter_certificate_if_refused")


# --- certificates followed up ---

ISSUED = RequestedCertificate(
    8, "birth-certificate", "issued", datetime(2026, 11, 20, 9, 0, tzinfo=UTC), number="12/2026",
    issued_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC), kept_until=datetime(2027, 5, 21, 9, 0, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize("yes", ["ναι, στείλτε το", "ναι προχωρήστε", "νε", "ναι ζήτα το"])
async def test_yes_goes_on_and_what_it_costs_and_how_long_it_holds_is_told(talk: Talk, yes: str) -> None:
    await talk.by(DIMITRA).say("μου βγάζετε πιστοποιητικό οικογενειακής κατάστασης;")
    turn = await talk.say(yes)
    assert turn.effects == (RequestCertificate("family-status-certificate"),)
    await talk.say("μου χρεώνετε κάτι;")
    assert "δωρεάν" in talk.text.lower()
    await talk.say("πόσον καιρό θα μου κάνει;")
    assert "6 μήνες" in talk.text


async def test_the_same_in_an_sms_s_few_letters(talk: Talk) -> None:
    await talk.by(DIMITRA).all("θλω πιστ οικογ", "νε", "ποσ ισχ")
    assert "6 μήνες" in talk.text
    await talk.say("πλρν?")
    assert "δωρεάν" in talk.text.lower()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Η τράπεζα ζητάει ένα χαρτί ότι με βρήκε η πλημμύρα. Εκδίδεται από εδώ;", "πληγέντος"),
        ("θέλω ένα χαρτί που να λέει ότι είμαι πλημμυροπαθής", "πληγέντος"),
        ("I need a paper that says the flood hit my house", "πληγέντος"),
        ("βγάλτε μου ένα χαρτί για τα χρόνια που έχω δουλέψει", "προϋπηρεσίας"),
        ("θέλω ένα χαρτί που να λέει πού έχω δουλέψει", "προϋπηρεσίας"),
    ],
)
async def test_a_paper_that_is_described_is_known(talk: Talk, text: str, kind: str) -> None:
    await talk.by(CHRISTOS).say(text)
    assert kind in talk.text or {"πληγέντος": "affected"}.get(kind, kind) in talk.text, talk.text


async def test_a_lost_file_is_sent_again(talk: Talk, state: State) -> None:
    state.certificates.requests = (ISSUED,)
    await talk.by(DIMITRA).all("θέλω πιστοποιητικό γέννησης", "όχι", "έσβησα κατά λάθος το αρχείο, ξαναστείλ' το μου")
    assert talk.turn.effects == (SendCertificate(8),), talk.text


@pytest.mark.parametrize(
    "text", ["ΤΟ ΧΑΡΤΙ ΤΗΣ ΓΕΝΝΗΣΗΣ ΠΟΥ ΖΗΤΗΣΑ ΕΤΟΙΜΟ ΕΙΝΑΙ", "is the birth record I asked for ready"]
)
async def test_is_it_ready(talk: Talk, state: State, text: str) -> None:
    state.certificates.requests = (ISSUED,)
    await talk.by(DIMITRA).say(text)
    assert talk.names[0] == "utter_certificate_is_issued", talk.text


async def test_yes_after_its_cost_was_told_still_asks_for_it(talk: Talk) -> None:
    await talk.by(DIMITRA).say("πόσο κοστίζει το πιστοποιητικό οικογενειακής κατάστασης;")
    await talk.say("ναι ζήτα τη")
    assert talk.names == ["utter_certificate_confirm"], talk.text


async def test_what_it_costs_is_told_after_an_answer_about_acting_for_somebody(talk: Talk) -> None:
    await talk.on("sms").all("8elw pistopoihtiko gennhshs gia to mwro", "eimai h mana toy, den mporw na to parw egw?")
    await talk.say("plhrwnw kati?")
    assert talk.names[0] in ("utter_fact", "utter_fact_unknown", "utter_fact_fee"), talk.text


async def test_what_is_missing_of_the_other_and_when_a_paper_is_late(talk: Talk, state: State) -> None:
    state.of[VASILIS] = OTHERS
    await talk.by(VASILIS).all("what does the land registry want from me?", "and how is EFKA going?")
    await talk.say("what if I send it late?")
    assert "1 December" in talk.text, talk.text
    await talk.say("anything missing on the other one?")
    assert INSURANCE.reference in talk.text, talk.text
