from __future__ import annotations

from pathlib import Path

import pytest

from nlu.entities import extract
from nlu.names import Entry, Names, read_catalogue, stem

NAMES = ("certificate_type", "agency", "procedure")


def found(text: str) -> list[str]:
    return [e.value for e in extract(text) if e.entity in NAMES]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("πιστοποιητικά γέννησης", ["birth-certificate"]),
        ("του πιστοποιητικού οικογενειακής μου κατάστασης", ["family-status-certificate"]),
        ("PISTOPOIHTIKO OIKOGENEIAKHS KATASTASHS", ["family-status-certificate"]),
        ("βεβεοση προυπιρεσιας", ["employment-certificate"]),
        ("ασφαλιστκη ενημεροτητα", ["insurance-clearance"]),  # a letter missing
        ("θέλω ένα γέννησης κι ένα οικογενειακής", ["birth-certificate", "family-status-certificate"]),
        ("e-ΕΦΚΑ", ["efka"]),
        ("Κ.Ε.Π.", ["kep"]),
        ("EΦKA", ["efka"]),  # Latin E, K and A
        ("στο κτηματολογιω", ["cadastre"]),
        ("e-adeies", ["tee"]),
        ("η άδεια", ["building-permit"]),
        ("οικοδομική άδεια και άδεια οδήγησης", ["building-permit"]),
    ],
)
def test_inflection_typos_scripts_and_abbreviations(text: str, codes: list[str]) -> None:
    assert found(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "φορολογική ενημερότητα",
        "άδεια οδήγησης",
        "άδεια παραμονής",
        "ημερομηνία γέννησης",
        "αντί για αντίγραφο",
        "ευχαριστούμε οικογενειακώς",
        "η οικογένειά μου",
        "γεννήθηκα το 1980",
        "κτήμα στην Αττική",
        "αυτό το χαρτί",
        "πιστοποιητικό, γέννηση, ό,τι θέλετε",
        "I was born here",
        "the committee",
        "skepsou to kala",
    ],
)
def test_what_only_sounds_alike_is_not_a_name(text: str) -> None:
    assert found(text) == []


def test_the_span_is_of_the_whole_name() -> None:
    text = "ένα πιστοποιητικό της οικογενειακής μας κατάστασης, παρακαλώ"
    (entity,) = extract(text)
    assert text[entity.start : entity.end] == "πιστοποιητικό της οικογενειακής μας κατάστασης"


@pytest.mark.parametrize(
    ("key", "bare"), [("enimerotitas", "enimerotit"), ("adias", "adia"), ("apospasmatos", "apospasm"), ("kep", "kep")]
)
def test_stems(key: str, bare: str) -> None:
    assert stem(key) == bare


def test_another_catalogue_may_be_given(tmp_path: Path) -> None:
    for file in ("certificates", "agencies", "procedures"):
        (tmp_path / f"{file}.yml").write_text("{}", encoding="utf-8")
    (tmp_path / "agencies.yml").write_text("post: {el: Ταχυδρομείο, en: Post, words: [ταχυδρομείο]}", encoding="utf-8")
    (entry,) = read_catalogue(tmp_path)
    assert entry == Entry("agency", "post", "Ταχυδρομείο", "Post", words=("ταχυδρομείο",))
    assert [e.value for e in extract("sto taxydromeio", names=Names([entry]))] == ["post"]


def test_codes_are_unique_and_every_entry_is_named_in_both_languages() -> None:
    entries = read_catalogue()
    assert len({(e.kind, e.code) for e in entries}) == len(entries)
    assert all(e.el and e.en and (e.names or e.words or e.acronyms) for e in entries)
