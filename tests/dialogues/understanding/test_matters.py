"""Everyday words lead to a procedure; words that say nothing of one to none."""

from __future__ import annotations

import pytest

from dialogues.turn import Entity
from dialogues.understanding.matters import matter_of, with_matter
from dialogues.understanding.reading import Reading


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("βγήκανε στραβά τα τετραγωνικά σε ένα οικόπεδο που μου άφησε η γιαγιά", "cadastre-correction"),
        ("Ίντα 'χομε με το χωραφάκι, εβγήκε πράμα;", "cadastre-correction"),
        ("mpike nero sto magazi prin mia vdomada, pou apeythinomai?", "flood-compensation"),
        ("my shop was flooded, what can I claim?", "flood-compensation"),
        ("για τα χρονια του 2009 που ζητησα να διορθωθουν, που φτασαμε;", "insurance-record-correction"),
        ("τα χρόνια που μου λείπουν απ' το ΙΚΑ", "insurance-record-correction"),
        ("Θέλω να χτίσω ένα δωμάτιο στην ταράτσα", "building-permit"),
        ("πόσα χρόνια παίρνει;", None),
        ("σε πόσες μέρες;", None),
        ("θα έρθουν στο σπίτι;", None),
        ("ευχαριστώ πολύ", None),
    ],
)
def test_what_words_are_about(text: str, code: str | None) -> None:
    assert matter_of(text) == code


def test_each_clause_may_be_about_another() -> None:
    found = with_matter(Reading("Τι γίνεται με τα ένσημα και τι με το αγροτεμάχιο;", "nlu_fallback")).entities
    assert {entity.value for entity in found} == {"insurance-record-correction", "cadastre-correction"}


def test_what_is_named_is_not_guessed() -> None:
    named = Reading("η ΑΔ-2026-000123 για το χωράφι", "ask_case_status", entities=(Entity("case_ref", "x", 2, 16),))
    assert with_matter(named) is named
