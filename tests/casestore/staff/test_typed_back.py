"""Digits that a citizen is to type back are for nobody else's eyes."""

from __future__ import annotations

import pytest

from casestore.staff.talks import without_digits


@pytest.mark.parametrize(
    ("response", "text", "shown"),
    [
        ("utter_erase_confirm", "Για να γίνει, απαντήστε 708930.", "Για να γίνει, απαντήστε ••••••."),
        ("utter_unlink_confirm", "απαντήστε 695917.", "απαντήστε ••••••."),
        ("utter_code_sent_receipt", "Γράψτε εδώ 9692 και τον κωδικό.", "Γράψτε εδώ •••• και τον κωδικό."),
        ("utter_certificate_confirm", "ΑΔ-2026-000123: απαντήστε 123456", "ΑΔ-2026-000123: απαντήστε ••••••"),
        ("utter_case_status", "ΑΔ-2026-000123, πρωτόκολλο 100721", "ΑΔ-2026-000123, πρωτόκολλο 100721"),
        (None, "708930", "708930"),
    ],
)
def test_they_are_hidden_and_nothing_else_is(response: str | None, text: str, shown: str) -> None:
    assert without_digits(text, response) == shown
