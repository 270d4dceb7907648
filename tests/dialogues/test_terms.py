"""What a word means: found however it is typed, and in the papers and stages as registries name them."""

from __future__ import annotations

import time
import unicodedata

import pytest

from connectors.sandbox.books import BOOKS
from connectors.sandbox.paperwork import CERTIFICATES
from dialogues.catalogue import load_catalogue
from dialogues.catalogue.terms import Term, load_terms, stems_of, term_in
from dialogues.wording import LANGUAGES

TERMS = load_terms().all()
TITLES = sorted(
    {paper.title for book in BOOKS.values() for procedure in book.procedures for paper in procedure.papers}
    | {stage.word for book in BOOKS.values() for procedure in book.procedures for stage in procedure.stages}
    | {kind.word for kinds in CERTIFICATES.values() for kind in kinds}
)
"""Papers, stages and certificates as the registries name them."""


def bare(text: str) -> str:
    """Without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def found(text: str) -> str | None:
    term = term_in(text)
    return term.code if term else None


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.code)
def test_a_term_is_found_by_each_of_its_names_in_small_letters_capitals_and_without_accents(term: Term) -> None:
    for name in (*term.title.values(), *term.names):
        for typed in (name, name.upper(), bare(name).upper(), bare(name).lower()):
            assert found(f"{typed};") == term.code, typed


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.code)
def test_a_term_is_in_both_languages_and_means_more_than_its_title(term: Term) -> None:
    for language in LANGUAGES:
        assert term.title[language]
        assert len(term.means[language]) > len(term.title[language])
        assert term.means[language].endswith(".")


def test_a_name_belongs_to_one_term() -> None:
    owners: dict[tuple[str, ...], set[str]] = {}
    for term in TERMS:
        for name in (*term.title.values(), *term.names):
            owners.setdefault(stems_of(name), set()).add(term.code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}
    assert [name for name in owners if not name or len("".join(name)) < 2] == []


@pytest.mark.parametrize("title", TITLES)
def test_what_a_registry_asks_for_or_does_can_be_explained(title: str) -> None:
    assert term_in(title) is not None


def test_every_service_can_be_explained() -> None:
    catalogue = load_catalogue()
    assert [code for code in (*catalogue.services, *catalogue.offices) if catalogue.terms.of(code) is None] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("τι πάει να πει έλεγχος πληρότητας;", "completeness-check"),
        ("ΤΙ ΠΑΕΙ ΝΑ ΠΕΙ ΕΛΕΓΧΟΣ ΠΛΗΡΟΤΗΤΑΣ", "completeness-check"),
        ("τι σημαινει ελενχος πληροτιτας", "completeness-check"),
        ("ti einai h proegkrish", "pre-approval"),
        ("ti simainei i proegrisi", "pre-approval"),
        ("τι είναι αυτή η ανάθεση;", "assignment"),
        ("ti 8a pei elegxos meletwn", "plans-review"),
        ("ti shmainei autopsia", "on-site-inspection"),
        ("τι εννοείτε διασταυρώσεις;", "cross-checks"),
        ("ti einai h prwth arwgh", "first-relief"),
        ("τελική επιχορήγηση τι σημαίνει", "final-grant"),
        ("τι είναι ο νομικός έλεγχος", "legal-review"),
        ("τι εννοείτε έκδοση της άδειας", "issuance"),
        ("what is AFM?", "afm"),
        ("τι είναι το Α.Φ.Μ.;", "afm"),
        ("ti einai to amka m", "amka"),
        ("ti ine to kaek", "kaek"),
        ("τι είναι το ΕΜΕπ", "emep"),
        ("what is the contact registry", "emep"),
        ("δεν ξέρω τι είναι το ταξισνέτ", "taxisnet"),
        ("what is KEP?", "kep"),
        ("τι είναι ο ΕΦΚΑ", "efka"),
        ("ti einai oi e-adeies", "e-permits"),
        ("ydom ti einai", "building-office"),
        ("η πολεοδομία τι είναι;", "building-office"),
        ("to topografiko ti einai?", "topographic-plan"),
        ("diagrama kalipsis", "coverage-plan"),
        ("τι είναι ΕΓΣΑ '87;", "egsa87"),
        ("ποιοι τίτλοι ιδιοκτησίας;", "title-deed"),
        ("τι είναι η υπεύθυνη δήλωση;", "self-declaration"),
        ("eksousiodotisi ti einai", "authorisation"),
        ("πληρεξούσιο;", "power-of-attorney"),
        ("ti einai to ensimo", "insurance-stamps"),
        ("ασφαλιστικό ιστορικό τι είναι", "insurance-history"),
        ("ασφαλιστικη ενημεροτητα τι ειναι", "insurance-clearance"),
        ("arithmos protokolou", "protocol-number"),
        ("ποιον αριθμό υπόθεσης;", "case-number"),
        ("τι σημαίνει προθεσμία", "deadline"),
        ("what is an objection?", "objection"),
        ("τι είναι η ψηφιακή σφραγίδα", "digital-seal"),
        ("what is a topographic survey?", "topographic-plan"),
        ("τι είναι το σκαρίφημα;", "sketch"),
    ],
)
def test_what_is_asked_about_is_found_however_it_is_typed(text: str, code: str) -> None:
    assert found(text) == code


@pytest.mark.parametrize(
    "text", ["", "τι είναι αυτό;", "πότε θα βγει;", "σου", "ευχαριστώ πολύ", "ναι", "2", "what?", "👍"]
)
def test_where_no_term_is_named_none_is_found(text: str) -> None:
    assert term_in(text) is None


def test_the_longest_name_counts_and_of_equals_the_first() -> None:
    assert found("ο έλεγχος") == "review"
    assert found("ο έλεγχος των μελετών") == "plans-review"
    assert found("προθεσμία ή ένσταση") == "deadline"


def test_what_is_asked_about_is_found_at_once() -> None:
    text = "λοιπόν εγώ δεν κατάλαβα τίποτα από αυτά που μου γράφετε " * 20
    began = time.perf_counter()
    term_in(text)
    assert time.perf_counter() - began < 0.5
