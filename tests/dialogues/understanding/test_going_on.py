"""What a message means after what was just told: courtesy and more, fraud, despair, somebody else's affairs."""

from __future__ import annotations

import pytest

from dialogues.understanding.courtesy import after_courtesy, is_glad, thanks
from dialogues.understanding.going_on import asked_in, going_on, is_violence
from dialogues.understanding.reading import Reading


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Εντάξει. Και το χωράφι;", "Και το χωράφι;"),
        ("καλημέρα, πού φτάσαμε;", "πού φτάσαμε;"),
        ("ok thanks, and when is it due?", "and when is it due?"),
        ("ευχαριστώ πολύ", None),
        ("εντάξει γεια", None),
        ("πού φτάσαμε;", None),
        ("πολύ αργεί αυτό", None),
    ],
)
def test_what_follows_courtesy(text: str, rest: str | None) -> None:
    assert after_courtesy(text) == rest


def test_who_thanks_or_is_glad_asks_nothing() -> None:
    assert thanks("με σώσατε, ευχαριστώ πολύ")
    assert not thanks("ευχαριστώ, πότε τελειώνει;")
    assert is_glad("α τέλεια, ησύχασα")
    assert not is_glad("ωραία, και πού πάω;")


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("για πόσο διάστημα ισχύει;", "valid"),
        ("pos vrikate to kinito mou?", "number"),
        ("ποιος το φτιάχνει αυτό το σχέδιο;", "make"),
        ("από πού το βγάζω;", "make"),
        ("πόσα στάδια μένουν;", "next"),
        ("πρέπει να είμαι σπίτι όταν έρθουν;", "present"),
        ("πού θα το παραλάβω;", "collect"),
        ("δεν έχουμε πού να κοιμηθούμε απόψε", "shelter"),
        ("are the heirs told?", "heir"),
        ("αν φύγω από εδώ χάνεται η αίτησή μου;", "stays"),
        ("ο πελάτης μου θέλει να μάθει", "proxy"),
        ("παραλάβατε τα χαρτιά;", "documents"),
        ("ποια άδεια;", None),
        ("ευχαριστώ", None),
    ],
)
def test_what_words_surely_ask(text: str, facet: str | None) -> None:
    assert asked_in(text) == facet


@pytest.mark.parametrize(
    ("text", "intent", "about", "becomes"),
    [
        ("τον έδωσα ήδη", "report_document_sent", "fraud", ("ask_facet", "contact")),
        ("κι αν μου ζητήσουν λεφτά;", "ask_fees", "fraud", ("ask_facet", "genuine")),
        ("thank you, that helped", "nlu_fallback", "fraud", ("thank", None)),
        ("δεν ξέρω πώς να το πω", "help", "despair", ("despair", None)),
        ("τι χαρτί θέλουν στο ληξιαρχείο", "request_certificate", "grief", ("ask_facet", "documents")),
        ("μα είμαι η γυναίκα του", "out_of_scope", "proxy", ("ask_facet", "proxy_firm")),
        ("έχω πληρεξούσιο, πού το πάω;", "report_document_sent", "proxy", ("ask_facet", "proxy_paper")),
        ("κι αν γράψει από το κινητό του;", "help", "proxy", ("ask_facet", "proxy_how")),
    ],
)
def test_it_goes_on_with_what_was_told(text: str, intent: str, about: str, becomes: tuple[str, str | None]) -> None:
    told = going_on(Reading(text, intent, 0.6), "none", about)
    assert told is not None
    assert (told.intent, told.facet) == becomes


def test_one_s_own_case_is_no_longer_somebody_else_s() -> None:
    assert going_on(Reading("και η δική μου;", "nlu_fallback"), "none", "proxy") is None


def test_violence_at_home_has_numbers_of_its_own() -> None:
    assert is_violence("ο άντρας μου με χτυπάει")
    assert not is_violence("μπήκε νερό στο σπίτι")
