"""A wish that is limited by hours, days, a channel or kinds never ends alerts, unlinks or erases; what follows it, and
what follows the warning before an erasure, gets an answer of its own."""

from __future__ import annotations

from itertools import product

import pytest

from dialogues.turn import Erase, SetConsent, SetPreference, Unlink
from tests.dialogues.fakes import ANNA, VASILIS
from tests.dialogues.talk import Talk

pytestmark = pytest.mark.slow
TAKING = (SetConsent, Unlink, Erase)

GREEK = (
    (
        "σταματήστε τα μηνύματα",
        "μη μου στέλνετε",
        "κόψτε τα sms",
        "δεν θέλω ειδοποιήσεις",
        "όχι μηνύματα",
        "βγάλτε με από τα μηνύματα",
    ),
    (
        "το βράδυ",
        "τη νύχτα",
        "το πρωί",
        "το μεσημέρι",
        "τις κυριακές",
        "μετά τις δέκα",
        "από τις 11 ως τις 8",
        "στη βάρδια μου",
        "όταν κοιμάμαι",
    ),
    ("", ", θέλω μόνο viber", ", στο βάιμπερ ναι"),
)
GREEKLISH = (
    ("stamatiste ta minimata", "mi mu stelnete", "kopste ta sms", "den 8elw eidopoihseis", "vgalte me apo ta mhnymata"),
    (
        "to vradi",
        "ti nixta",
        "to prwi",
        "to meshmeri",
        "tis kyriakes",
        "meta tis deka",
        "apo tis 11 os tis 8",
        "otan koimamai",
    ),
    ("", ", 8elw mono viber", " kai mono sto viber"),
)
ENGLISH = (
    (
        "stop the messages",
        "do not text me",
        "cut the sms",
        "I want no alerts",
        "disconnect my phone from alerts",
        "delete my alerts",
    ),
    (
        "at night",
        "in the morning",
        "in the afternoon",
        "on weekends",
        "after ten",
        "from 11 to 8",
        "during my shift",
        "while I sleep",
    ),
    ("", ", only viber please", " and use viber"),
)
SHORTHAND = (
    ("μν μ στελν", "οχι μνμ", "κοψε τα sms"),
    ("βραδ", "νυχτ", "πρω", "σκ", "μετα τις 10"),
    ("", " plz", " μονο viber"),
)
NO_MARKS = str.maketrans("άέήίόύώ", "αεηιουω")


def changed(talk: Talk) -> list[object]:
    return [effect for effect in talk.turn.effects if isinstance(effect, (*TAKING, SetPreference))]


def wishes() -> list[str]:
    plain = [
        f"{act} {when}{more}" for way in (GREEK, GREEKLISH, ENGLISH, SHORTHAND) for act, when, more in product(*way)
    ]
    return [*plain, *(each.translate(NO_MARKS).upper() for each in plain), *(f"{each}!!" for each in plain[::7])]


async def test_what_is_limited_ends_nothing(talk: Talk) -> None:
    """Each wish is said first of all, on Viber, by somebody who is linked: there unlinking needs no digits."""
    ended = []
    for text in wishes():
        said = Talk(talk.engine).by(ANNA)
        await said.say(text)
        if any(isinstance(effect, TAKING) for effect in said.turn.effects) or "delete_me" in said.actions:
            ended.append(text)
    assert ended == []


@pytest.mark.parametrize(
    "text",
    [
        "ΣΤΟΠ",
        "σταματήστε τα μηνύματα",
        "stop the messages please",
        "μη μου ξαναστείλετε τίποτα",
        "kopste ta sms",
        "ανακαλώ τη συγκατάθεσή μου, ούτε πρωί ούτε βράδυ",
        "take me off the list",
    ],
)
async def test_what_is_not_limited_still_ends_alerts(talk: Talk, text: str) -> None:
    await talk.say(text)
    assert talk.turn.effects[-1:] == (SetConsent(allowed=False),)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("δουλεύω νυχτερινός και κοιμάμαι ως τις τρεις το μεσημέρι, μη μου γράφετε πρωί", "quiet", "21:00-15:00"),
        ("όχι μηνύματα από 9 το βράδυ", "quiet", "21:00-09:00"),
        ("κόψτε τα sms μετά τις έντεκα", "quiet", "23:00-09:00"),
        ("μν στελν μνμ νυχτ, δλεβω 6-2", "quiet", "21:00-09:00"),
        ("μόνο από τις 10 ως τις 20 να μου στέλνετε", "quiet", "20:00-10:00"),
        ("kopse ta sms, 8elw mono viber", "channel", "only-viber"),
    ],
)
async def test_what_is_limited_is_kept(talk: Talk, text: str, kind: str, value: str) -> None:
    await talk.on("sms").by(ANNA, 1).say(text)
    assert talk.turn.effects == (SetPreference(kind, value),)


@pytest.mark.parametrize(
    "text",
    ["κάνω βάρδιες, δεν θέλω να χτυπάει το κινητό", "σταματήστε τα στο viber", "μη στέλνετε το μεσημέρι μηνύματα"],
)
async def test_what_is_limited_and_not_clear_is_asked_back(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text)
    assert (talk.names, talk.turn.effects) == (["utter_preferences_which"], ())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("και από ποια ώρα ως ποια;", "utter_preferences"),
        ("what hours exactly?", "utter_preferences"),
        ("τη μέρα θα μου έρχονται;", "utter_alerts_kept"),
        ("κι αν βγει η άδεια μέσα στη νύχτα;", "utter_alerts_later"),
        ("what if something urgent happens?", "utter_alerts_later"),
        ("θα χάσω καμία ειδοποίηση;", "utter_alerts_later"),
        ("στο viber γίνεται;", "utter_how_linked"),
        ("ωραία, ας μείνει έτσι", "utter_settled"),
        ("ντάξει", "utter_settled"),
    ],
)
async def test_what_is_asked_of_a_preference_that_was_set(talk: Talk, text: str, name: str) -> None:
    await talk.by(ANNA).all("μη μου στέλνετε μηνύματα τη νύχτα", text)
    assert (talk.names, changed(talk)) == ([name], [])


@pytest.mark.parametrize(
    "text", ["σβήστε όσα ξέρετε για μένα", "svise oti kratate gia mena", "erase all you know about me"]
)
async def test_erasing_in_other_words_asks_for_the_digits(talk: Talk, text: str) -> None:
    await talk.by(ANNA).say(text)
    assert (talk.names, changed(talk)) == (["utter_erase_confirm"], [])


async def test_what_is_asked_before_an_erasure_and_that_it_be_left(talk: Talk) -> None:
    await talk.by(ANNA).all("διαγράψτε με", "χάνεται έτσι και η αποζημίωσή μου;")
    assert talk.names == ["utter_case_stays"]
    await talk.say("αφήστε το καλύτερα όπως είναι")
    assert talk.names in (["utter_settled"], ["utter_cancelled"])
    assert talk.turn.effects == ()
    await talk.say("και τι κρατάτε;")
    assert talk.names == ["utter_my_data"]


async def test_who_sees_what_is_mine_hangs_on_the_link(talk: Talk) -> None:
    await talk.say("να μη βλέπει άλλος τα δικά μου")
    assert talk.names == ["utter_unseen"]
    await talk.by(ANNA).say("βλέπει τίποτα ο γιος μου αν πάρει το κινητό;")
    assert talk.names == ["utter_seen"]


async def test_what_was_sent_is_told_whatever_the_reason(talk: Talk) -> None:
    await talk.by(VASILIS).say("τι μηνύματα μου έχετε στείλει; έχασα το κινητό μου")
    assert talk.intent == "my_notices"


async def test_where_alerts_come_is_no_wish_for_them(talk: Talk) -> None:
    await talk.by(ANNA).say("και πού θα μου έρχονται τα μηνύματα τότε;")
    assert (talk.names, talk.turn.effects) == (["utter_alerts_where"], ())


async def test_an_erasure_beside_a_preference_is_heard(talk: Talk) -> None:
    await talk.by(ANNA).say("διαγράψτε με και μη μου στέλνετε το βράδυ")
    assert any(name.startswith("utter_erase") or "erase" in name for name in talk.names)
