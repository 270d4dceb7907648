"""Numbers as they are mistyped, with signs that look like the letters and digits that were meant."""

from __future__ import annotations

import pytest

from nlu.entities import extract


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("πού είναι η Α\N{INCREMENT} 2026 123", "ΑΔ-2026-000123"),
        ("α\N{INCREMENT}2026/123;", "ΑΔ-2026-000123"),
        ("Α\N{INCREMENT}-2026-OOO123", "ΑΔ-2026-000123"),
        ("\N{N-ARY PRODUCT}\N{N-ARY PRODUCT} 2026/401;", "ΠΠ-2026-000401"),
        ("gia tin \N{N-ARY PRODUCT}Π-2026-401", "ΠΠ-2026-000401"),
        ("(\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}2026000401)", "ΠΠ-2026-000401"),
        ("gia tin Κ\N{CYRILLIC CAPITAL LETTER TE}-2026-000301", "ΚΤ-2026-000301"),
        ("για την \N{CYRILLIC CAPITAL LETTER PE}Π2026/000401", "ΠΠ-2026-000401"),
        ("ε\N{CYRILLIC CAPITAL LETTER EF} 2026-201 ;", "ΕΦ-2026-000201"),
        ("και η ΖΖ-2026-000123;", "ΖΖ-2026-000123"),
        ("where is zz-2026-000123?", "ΖΖ-2026-000123"),
        ("τι γίνεται με XY-2026-000301", "ΧΥ-2026-000301"),
    ],
)
def test_a_reference_is_the_one_that_was_meant_and_never_another(text: str, case: str) -> None:
    assert [(one.entity, one.value) for one in extract(text)] == [("case_ref", case)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("ΑΦΜ: O9OOOOO45", "afm", "090000045"),
        ("το αφμ μου 0900ΟΟΟ45", "afm", "090000045"),
        ("ο9οοοοο45 αυτός είναι", "afm", "090000045"),
        ("48Ο9Ι3 είναι ο κωδικός", "code", "480913"),
        ("κωδικος: 1\N{CYRILLIC CAPITAL LETTER ZE}5790", "code", "135790"),
        ("kodikos 4O2oo3", "code", "402003"),
    ],
)
def test_letters_that_stand_for_digits(text: str, kind: str, value: str) -> None:
    assert [(one.entity, one.value) for one in extract(text)] == [(kind, value)]
