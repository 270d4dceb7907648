"""Acts need the wish said: inputs from the field, each with its like."""

from __future__ import annotations

import pytest

from dialogues.turn import CancelHandover, CodeTried, Erase, Handover, SetConsent, SetLanguage, SetPreference, Unlink
from tests.dialogues.fakes import AFM, ANNA
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow

STATUS = "Πού βρίσκεται η αίτησή μου;"
ANGER = "Είναι απαράδεκτο, έξι μήνες περιμένω και κανείς δεν ασχολείται!"
ACTS = (SetConsent, SetPreference, Unlink, Erase, CodeTried, Handover, CancelHandover)


def acts(talk: Talk) -> list[object]:
    return [effect for effect in talk.turn.effects if isinstance(effect, ACTS)]


# --- something is changed on a guess ---

ALERTS_STAY = {
    "nlu_fallback": ("Count me in! We must STOP these delays",),
    "about_alerts": (
        "μη σταματήσετε να μου στέλνετε μηνύματα",
        "μη μου κόψετε τις ειδοποιήσεις",
        "mhn stamathsete ta mhnymata",
        "please don't stop the alerts",
        "μη με διαγράψετε",
        "μη με διαγράψετε από τη λίστα",
        "don't delete me",
        "ΜΗΝ ΜΕ ΔΙΑΓΡΑΨΕΤΕ",
    ),
    "not_received": (
        "δεν έλαβα μήνυμα",
        "δεν μου ήρθε μήνυμα",
        "den elava minima",
        "δεν έχω λάβει κανένα μήνυμα",
        "no sms received",
        "I never got a message",
        "haven't received any sms",
    ),
}


@pytest.mark.parametrize(("intent", "text"), [(i, text) for i, texts in ALERTS_STAY.items() for text in texts])
async def test_alerts_stay(talk: Talk, intent: str, text: str) -> None:
    await talk.on("sms").say(text)
    assert (talk.intent, acts(talk)) == (intent, [])


@pytest.mark.parametrize(
    "text",
    ["δεν μου ήρθε μήνυμα", "δεν ήρθε τίποτα", "den hr8e o kwdikos", "I did not get the code", "no sms received"],
)
async def test_a_code_that_has_not_come_is_still_awaited(talk: Talk, text: str) -> None:
    await talk.all("σύνδεση", AFM[ANNA], text)
    assert (talk.names, acts(talk)) == (["utter_code_late"], [])
    await talk.say("482913")
    assert "action_check_code" in talk.actions


@pytest.mark.parametrize("text", ["τελείωσε;", "ολοκληρώθηκε;", "teleiwse?", "βγήκε η άδεια;"])
async def test_is_it_done_asks_for_the_case(talk: Talk, text: str) -> None:
    await talk.by(ANNA, 1).on("sms").say(text)
    assert (talk.intent, acts(talk)) == ("ask_case_status", [])


@pytest.mark.parametrize(
    "text", ["</textarea><script>alert(123)</script>", "<b>stop</b>", "<img src=x onerror=alert(1)>", "<p>ΣΤΟΠ</p>"]
)
async def test_markup_is_not_understood(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert (talk.intent, talk.turn.effects) == ("nlu_fallback", ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("δεν ξέρω αγγλικά", "el"),
        ("δεν καταλαβαίνω αγγλικά", "el"),
        ("den milao agglika", "el"),
        ("μη μου γράφετε αγγλικά", "el"),
        ("I don't speak Greek", "en"),
        ("I do not understand Greek", "en"),
        ("sorry, no Greek, English please", "en"),
        ("στα αγγλικά παρακαλώ", "en"),
    ],
)
async def test_the_language_wished_for_is_not_the_one_refused(talk: Talk, text: str, language: str) -> None:
    await talk.say(text)
    assert talk.turn.effects == (SetLanguage(language),)
    assert talk.names == ["utter_language_changed"]


@pytest.mark.parametrize(
    "text", ["I don't have a Greek mobile number", "I have no Greek tax number", "my wife has a Greek passport"]
)
async def test_greek_as_an_attribute_asks_for_no_language(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert "action_change_language" not in talk.actions
    assert all(effect == SetLanguage("en") for effect in talk.turn.effects)


@pytest.mark.parametrize(
    "text",
    [
        "δεν θέλω υπάλληλο",
        "μη με συνδέσετε με υπάλληλο",
        "den thelo ypallilo",
        "I don't need a person",
        "δεν χρειάζεται υπάλληλος τελικά",
        "ακυρώστε το αίτημα για υπάλληλο",
        "cancel the request for an employee",
        "άκυρο το αίτημα για υπάλληλο",
    ],
)
async def test_a_person_is_called_off(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert (talk.names, acts(talk)) == (["utter_person_cancelled"], [CancelHandover()])


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("do you have a phone number?", "ask_office_hours"),
        ("έχετε κάποιο τηλέφωνο;", "ask_office_hours"),
        ("είσαι άνθρωπος;", "about_bot"),
        ("μιλάω με μηχάνημα;", "about_bot"),
        ("are you human?", "about_bot"),
        ("ποιος είναι;", "about_bot"),
        ("who reads this?", "ask_facet"),
    ],
)
async def test_who_is_there_calls_no_person(talk: Talk, text: str, intent: str) -> None:
    await talk.say(text)
    assert (talk.intent, acts(talk)) == (intent, [])


@pytest.mark.parametrize(
    "text",
    ["δεν θέλω πιστοποιητικό", "den thelo pistopoiitiko", "όχι, δεν θέλω βεβαίωση", "I don't want a certificate"],
)
async def test_a_certificate_refused_is_none_asked_for(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert "action_request_certificate" not in talk.actions


async def test_the_start_of_an_app_is_no_consent(talk: Talk) -> None:
    await talk.say("/start")
    assert (talk.names, talk.turn.effects) == (["utter_greet"], ())


# --- ΣΤΟΠ with a word more ---


@pytest.mark.parametrize(
    "text",
    [
        "ΣΤΟΠ. Ευχαριστώ",
        "ΣΤΟΠ παρακαλώ",
        "ΣΤΟΠ ΑΔ-2026-000123",
        "στοπ τώρα",
        "stop please",
        "Καλησπέρα σας, ΣΤΟΠ",
        "ΣΤΟΠ ΣΤΟΠ ΣΤΟΠ!!!",
        "διακοπή, ευχαριστώ πολύ",
    ],
)
async def test_a_stop_with_courtesy_or_a_reference_ends_alerts(talk: Talk, text: str) -> None:
    await talk.by(ANNA, 1).on("sms").say(text)
    assert (talk.names, acts(talk)) == (["utter_stopped"], [SetConsent(allowed=False)])


# --- how, not whether ---


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("νυχτιάτικα όχι μηνύματα", ("quiet", "21:00-09:00")),
        ("τη νύχτα μη με ενοχλείτε", ("quiet", "21:00-09:00")),
        ("don't text me at night please", ("quiet", "21:00-09:00")),
        ("στο κινητό όχι, στο viber μόνο", ("channel", "only-viber")),
        ("όχι sms, viber", ("channel", "only-viber")),
        ("όχι viber μόνο sms", ("channel", "only-sms")),
        ("θέλω μόνο SMS για ειδοποιήσεις", ("channel", "only-sms")),
        ("stile mou sms otan alla3ei", ("channel", "sms")),
    ],
)
async def test_how_to_be_told_is_no_consent(talk: Talk, text: str, wish: tuple[str, str]) -> None:
    await talk.by(ANNA).say(text)
    assert acts(talk) == [SetPreference(*wish)]


@pytest.mark.parametrize(
    "text",
    [
        "δίνω το τηλέφωνο στον γιο μου, βγάλτε με",
        "πούλησα το κινητό, αποσυνδέστε με",
        "I am giving this phone to my son, log me out",
        "dino to kinito sto gio mou, vgalte me",
    ],
)
async def test_a_telephone_given_away_is_unlinked(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text)
    assert acts(talk) == [Unlink()]


@pytest.mark.parametrize(
    "text", ["stile mou sms otan alla3ei", "στείλτε μου SMS όταν βγει", "text me by sms when it is ready"]
)
async def test_alerts_where_one_writes_are_consent(talk: Talk, text: str) -> None:
    await talk.by(ANNA, 1).on("sms").say(text)
    assert acts(talk) == [SetConsent(allowed=True)]
