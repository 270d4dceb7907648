"""Answers to narrower questions: complete, honest about what is not known, and short enough for an SMS."""

from __future__ import annotations

import re

import pytest

from bot.channels.sms.encoding import Encoding, segments
from connectors.sandbox.books import BOOKS, Procedure
from dialogues.actions.facts import ANSWERED, ServiceFacets, meaning, steps, told
from dialogues.catalogue import Office, Service, load_catalogue
from dialogues.catalogue.facts import FACETS, Fact
from dialogues.responses import responses
from dialogues.say import Say
from dialogues.wording import LANGUAGES, Voice, Wording

CATALOGUE = load_catalogue()
WORDING = Wording(responses())
ANSWERS = ServiceFacets(CATALOGUE)
OF_CASES = [procedure for book in BOOKS.values() for procedure in book.procedures]
TOPICS: list[Service | Office] = [*CATALOGUE.services.values(), *CATALOGUE.offices.values()]
CODES = [*(topic.code for topic in TOPICS), "no-such-procedure"]
PARTS = 2  # of an SMS
QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"")
GREEK = re.compile(r"[Ͱ-Ͽἀ-῿]")
NUMBERS = {"1555", "112", "18", "2013", "1", "6"}
"""All that the answers hold of numbers: telephones of whole services, and what a source states."""


def facts_of(code: str) -> dict[str, Fact]:
    found = {facet: CATALOGUE.facts.of(code).get(facet) for facet in FACETS}
    return {facet: fact for facet, fact in found.items() if fact is not None}


def worded(say: Say, language: str, channel: str = "viber") -> str:
    return WORDING.compose(say, Voice(language, channel, "1"))[0]


# --- procedures ---


@pytest.mark.parametrize("code", CODES)
def test_every_question_about_anything_has_an_answer_in_both_languages(code: str) -> None:
    found = facts_of(code)
    assert set(found) == set(FACETS)
    for facet, fact in found.items():
        assert set(fact.text) == set(fact.short) == set(LANGUAGES), facet
        assert all(re.search(r"\w", text) for text in (*fact.text.values(), *fact.short.values())), facet
        assert "{" not in "".join((*fact.text.values(), *fact.short.values())), facet


@pytest.mark.parametrize("code", CODES)
def test_an_answer_names_its_source_or_says_that_it_is_not_known_and_who_knows(code: str) -> None:
    ask = CATALOGUE.facts.of(code).ask
    for facet, fact in facts_of(code).items():
        assert fact.seen.year >= 2026
        if fact.known:
            assert fact.source, facet
        else:
            assert all(ask[language] in fact.text[language] for language in LANGUAGES), facet
            assert all(ask[language] in fact.short[language] for language in LANGUAGES), facet


@pytest.mark.parametrize("code", CODES)
def test_no_answer_holds_a_number_that_no_source_states(code: str) -> None:
    for facet, fact in facts_of(code).items():
        for text in (*fact.text.values(), *fact.short.values()):
            assert set(re.findall(r"\d+", text)) <= NUMBERS, facet


@pytest.mark.parametrize("code", CODES)
def test_an_answer_by_sms_is_two_parts_at_most_and_one_in_english(code: str) -> None:
    for facet, fact in facts_of(code).items():
        assert segments(worded(told(fact), "el", "sms")).parts <= PARTS, facet
        size = segments(worded(told(fact), "en", "sms"))
        assert (size.encoding, size.parts) == (Encoding.GSM7, 1), facet


@pytest.mark.parametrize("kind", OF_CASES, ids=lambda kind: kind.code)
def test_the_stages_of_a_procedure_are_in_the_order_of_its_registry_and_each_is_explained(kind: Procedure) -> None:
    facts = CATALOGUE.facts.of(kind.code)
    order = [stage.code for stage in kind.stages]
    assert list(facts.order) == order
    assert [facts.after(stage) for stage in order] == [*order[1:], None]
    assert all(facts.terms[stage] for stage in order)
    assert steps(facts) is not None


def test_what_is_not_known_never_fails() -> None:
    facts = CATALOGUE.facts.of("no-such-procedure")
    assert facts.after("review") is None
    assert steps(facts) is None
    assert facts.get("contact") is None
    assert CATALOGUE.facts.meaning("no-such-procedure", "no-such-stage") is None


def test_a_stage_means_what_its_procedure_says_it_means() -> None:
    own, general = (CATALOGUE.facts.meaning(code, "review") for code in ("building-permit", "another"))
    assert own is not None
    assert general is not None
    assert "ελεγκτής" in own.means["el"]
    assert own is not general


# --- services and offices ---


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.code)
@pytest.mark.parametrize("facet", sorted(ANSWERED))
def test_whatever_is_asked_of_a_service_or_an_office_is_answered(topic: Service | Office, facet: str) -> None:
    said = ANSWERS.answer(topic, facet)
    for language in LANGUAGES:
        assert worded(said, language).strip()
        assert segments(worded(said, language, "sms")).parts <= (4 if facet == "documents" else PARTS)


def test_what_is_no_facet_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError, match="weather"):
        ANSWERS.answer(TOPICS[0], "weather")


@pytest.mark.parametrize(
    ("code", "facet", "part"),
    [
        ("family-status-certificate", "fee", "δωρεάν"),
        ("family-status-certificate", "pay", "Δεν πληρώνετε τίποτα"),
        ("employment-certificate", "pay", "δωρεάν"),
        ("family-status-certificate", "when", "1 λεπτό"),
        ("birth-certificate", "contact", "gov.gr/ipiresies/oikogeneia/gennese"),
        ("birth-certificate", "proxy", "Έκδοση εξουσιοδότησης"),
        ("insurance-history", "contact", "1555"),
        ("family-status-certificate", "link", "https://www.gov.gr/ipiresies/"),
        ("cadastre-correction", "contact", "Τηλέφωνο δεν έχω"),
        ("cadastre-correction", "extension", "το ξέρει το κτηματολογικό γραφείο"),
        ("building-permit", "next", "προέγκριση, ανάθεση"),
        ("building-permit", "documents", "Στατική μελέτη"),
        ("flood-compensation", "payment", "η πρώτη αρωγή αφαιρείται"),
        ("cadastral-entries", "who", "Ελληνικό Κτηματολόγιο"),
        ("cadastral-entries", "fee", "δεν αναφέρεται"),
        ("insurance-clearance", "term", "δεν του χρωστάτε"),
    ],
)
def test_a_question_gets_its_own_answer(code: str, facet: str, part: str) -> None:
    assert part in worded(ANSWERS.answer(CATALOGUE.services[code], facet), "el")


def test_an_office_is_reached_by_its_page_and_by_a_telephone_that_a_source_states() -> None:
    efka, kep = (worded(ANSWERS.answer(CATALOGUE.offices[code], "contact"), "el") for code in ("efka", "kep"))
    assert "https://www.efka.gov.gr" in efka
    assert "Τηλέφωνο: 1555" in efka
    assert "Τηλέφωνο δεν έχω" in kep
    for office in CATALOGUE.offices.values():
        assert office.page.startswith("https://")
        assert office.phone is None or office.phone.source


def test_what_is_not_known_comes_with_the_offer_of_a_person() -> None:
    facts = CATALOGUE.facts.of("cadastre-correction")
    _, offers = WORDING.compose(told(facts.late), Voice("el", "viber", "1"))
    assert [offer.title for offer in offers] == ["Ναι", "Όχι"]
    assert WORDING.compose(told(facts.who), Voice("el", "viber", "1"))[1] == ()


# --- English ---


def english() -> list[str]:
    """All that the catalogue says in English."""
    texts = [text for code in CODES for fact in facts_of(code).values() for text in (fact.text["en"], fact.short["en"])]
    texts += [text for term in CATALOGUE.terms.all() for text in (term.title["en"], term.means["en"])]
    for service in CATALOGUE.services.values():
        known = (service.owner, service.where, service.source, service.needs, service.time, service.fee)
        texts += [words["en"] for words in (*known, *(service.documents or ())) if words]
    for office in CATALOGUE.offices.values():
        told_of_it = (
            office.title,
            office.ask,
            office.finder,
            office.note,
            office.phone.whose if office.phone else None,
        )
        texts += [words["en"] for words in told_of_it if words]
    procedures = CATALOGUE.procedures.values()
    stages = [*CATALOGUE.stages.values(), *(stage for each in procedures for stage in each.stages.values())]
    texts += [words["en"] for stage in stages for words in (stage.title, stage.next)]
    return texts + [words["en"] for each in procedures for words in (each.title, each.submit)]


def test_english_has_no_greek_letter_but_in_a_name_that_is_quoted() -> None:
    """One Greek letter makes an SMS of another alphabet, and doubles its price."""
    assert [text for text in english() if GREEK.search(QUOTED.sub("", text))] == []


def test_meanings_are_one_sentence_or_two_that_fit_an_sms() -> None:
    for term in CATALOGUE.terms.all():
        assert segments(worded(meaning(term), "el", "sms")).parts <= PARTS, term.code
        assert segments(worded(meaning(term), "en", "sms")).encoding is Encoding.GSM7, term.code
