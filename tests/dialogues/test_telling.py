"""A registry's note as it is told: a link in it is the office's, and that is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialogues.actions.telling import CaseTeller
from dialogues.catalogue import load_catalogue
from tests.clock import START
from tests.dialogues.fakes import PERMIT


@pytest.mark.parametrize(
    ("note", "response"),
    [
        ("Πληρώστε παράβολο: http://pay.example", "utter_case_part_note_link"),
        ("Δείτε www.tee.gr", "utter_case_part_note_link"),
        ("Στο HTTPS://x.example/α", "utter_case_part_note_link"),
        ("Στο gov.gr θα το βρείτε.", "utter_case_part_note_link"),
        ("Ο έλεγχος ξεκίνησε στις 3.11.2026.", "utter_case_part_note"),
        ("Βλ. ν.4495/2017, άρ. 38.", "utter_case_part_note"),
    ],
)
def test_a_link_in_a_note_is_said_to_be_the_offices(note: str, response: str) -> None:
    told = CaseTeller(load_catalogue()).status(replace(PERMIT, note=note), START)
    assert [part.response for part in told.more if part.response.startswith("utter_case_part_note")] == [response]
