from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.references import PREFIXES, canonical, registry_of


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("ad 2026 123", "ΑΔ-2026-000123"),
        ("AΔ-2026-000123", "ΑΔ-2026-000123"),
        ("αδ2026/123", "ΑΔ-2026-000123"),
        ("ΑΔ–2026–000123", "ΑΔ-2026-000123"),
        ("άδ 2026.123 ", "ΑΔ-2026-000123"),
        ("ΑΔ2026000123", "ΑΔ-2026-000123"),
        ("EF-2026-201", "ΕΦ-2026-000201"),
        ("Kt 2026-301", "ΚΤ-2026-000301"),
        ("pp2026-401", "ΠΠ-2026-000401"),
        ("ΡΡ-2026-401", "ΠΠ-2026-000401"),  # Greek rho, which looks like the Latin letter meant
        ("KE 2026 000501", "ΚΕ-2026-000501"),
        ("Α\N{INCREMENT}-2026-000123", "ΑΔ-2026-000123"),
        ("a\N{INCREMENT} 2026/123", "ΑΔ-2026-000123"),
        ("\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401", "ΠΠ-2026-000401"),
        ("\N{CYRILLIC CAPITAL LETTER PE}п-2026-000401", "ΠΠ-2026-000401"),
        ("\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER DE}-2026-000123", "ΑΔ-2026-000123"),
        ("\N{CYRILLIC CAPITAL LETTER KA}\N{CYRILLIC CAPITAL LETTER TE} 2026 301", "ΚΤ-2026-000301"),
        ("ΑΔ" + " " * 100_000 + "2026-123", None),
        ("ΧΨ-2026-000123", None),
        ("ΑΔ-2026-0000123", None),
        ("ΑΔ-2026-0", None),
        ("ΑΔ-26-123", None),
        ("ΑΔ-2026-12α", None),
        ("η ΑΔ-2026-000123", None),
        ("", None),
    ],
)
def test_a_reference_however_it_is_typed(typed: str, reference: str | None) -> None:
    assert canonical(typed) == reference


SPELLINGS = {"Α": "ΑαAaάΆ", "Δ": "ΔδDd", "Ε": "ΕεEeέ", "Φ": "ΦφFf", "Κ": "ΚκKk", "Τ": "ΤτTt", "Π": "ΠπPp"}
SEPARATORS = ["", " ", "-", "/", " - ", ".", "–", "—", "_", "\N{NO-BREAK SPACE}", "\N{NON-BREAKING HYPHEN}"]


@st.composite
def typed_references(draw: st.DrawFn) -> tuple[str, str]:
    """(as typed, canonical)"""
    prefix = draw(st.sampled_from(sorted(PREFIXES)))
    year, number = draw(st.integers(1990, 2099)), draw(st.integers(1, 999_999))
    letters = "".join(draw(st.sampled_from(SPELLINGS[letter])) for letter in prefix)
    first, second = draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(SEPARATORS))
    digits = f"{number:0{draw(st.integers(1, 6))}d}"
    return f"{letters}{first}{year}{second}{digits}", f"{prefix}-{year}-{number:06d}"


@given(typed_references())
def test_every_spelling_is_the_same_reference(pair: tuple[str, str]) -> None:
    typed, reference = pair
    assert canonical(typed) == reference
    assert canonical(reference) == reference


@given(st.text() | st.from_regex(r"\w{2}.?(19|20)\d\d.?\d{1,7}", fullmatch=True))
def test_any_text_is_a_reference_or_none(typed: str) -> None:
    reference = canonical(typed)
    if reference is not None:
        assert re.fullmatch(r"(ΑΔ|ΕΦ|ΚΤ|ΠΠ|ΚΕ)-(19|20)[0-9]{2}-[0-9]{6}", reference)
        assert registry_of(reference) in PREFIXES.values()


def test_which_registry() -> None:
    assert [registry_of(f"{prefix}-2026-000001") for prefix in PREFIXES] == list(PREFIXES.values())
    assert registry_of("ΧΨ-2026-000001") is None
