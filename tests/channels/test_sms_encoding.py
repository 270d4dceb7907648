"""What an SMS costs, and Greek folded into GSM-7."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.sms.encoding import SEPTETS, Encoding, Segments, fold_gsm7, segments

GREEK = st.text("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΐΰϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ .,;·«»")
ANY = st.text() | GREEK | st.text("https://gov.gr/αβγ`«» .\u200bｈ€é")


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units"),
    [
        ("", Encoding.GSM7, 0, 0),
        ("a" * 160, Encoding.GSM7, 1, 160),
        ("a" * 161, Encoding.GSM7, 2, 161),
        ("a" * 306, Encoding.GSM7, 2, 306),
        ("a" * 307, Encoding.GSM7, 3, 307),
        ("€" * 80, Encoding.GSM7, 1, 160),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 3, 306),
        ("a" * 151 + "€" + "a" * 153, Encoding.GSM7, 2, 306),
        ("ΔΦΓΛΩΠΨΣΘΞ" * 16, Encoding.GSM7, 1, 160),
        ("Α" * 70, Encoding.UCS2, 1, 70),
        ("α" * 71, Encoding.UCS2, 2, 71),
        ("α" * 134, Encoding.UCS2, 2, 134),
        ("α" * 66 + "😀" + "α" * 66, Encoding.UCS2, 3, 134),
        ("😀" * 35, Encoding.UCS2, 1, 70),
        ("a`", Encoding.UCS2, 1, 2),
        ("\x1b", Encoding.UCS2, 1, 1),
    ],
)
def test_segments_are_counted_as_a_phone_counts(text: str, encoding: Encoding, parts: int, units: int) -> None:
    assert segments(text) == Segments(encoding, parts, units)


@given(ANY)
def test_segments_hold_the_text_and_waste_at_most_one_unit_each(text: str) -> None:
    found = segments(text)
    alone, each = (160, 153) if found.encoding is Encoding.GSM7 else (70, 67)
    if found.parts > 1:
        assert alone < found.units <= found.parts * each
        assert found.units > (found.parts - 1) * (each - 1)
    else:
        assert found.units <= alone


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Η αίτησή σας προχωρά", "H AITHΣH ΣAΣ ΠPOXΩPA"),
        ("ΐΰ ΆΈ ϊϋ Ϊ ς ῷ", "IY AE IY I Σ Ω"),
        ("«Τι;» – είπε… ’98", '"TI;" - EIΠE... \'98'),
        ("γιατί\u037e\u00a0ναι\u0387", "ΓIATI; NAI."),
        ("ΑΔ-2026-000123, ΕΦ-2026-000201", "AΔ-2026-000123, EΦ-2026-000201"),
        ("Hello, it costs 5€ [net]", "Hello, it costs 5€ [net]"),
        ("Ça va, fiançailles, Łódź", "Ça va, fiancailles, ?odz"),
        ("🙏 ок", "? ??"),
        ("zero\u200bwidth and soft\u00adhyphen", "zerowidth and softhyphen"),
        ("δείτε https://www.gov.gr/ipiresies?id=aB_c~1.", "ΔEITE https://www.gov.gr/ipiresies?id=aB_c~1."),
        ("στο «http://x.gr/αβ`»…", 'ΣTO "http://x.gr/%CE%B1%CE%B2%60"...'),
        ("µ½²\u2044", "M1/22/"),
        ("ｈttp://x/é", "http://x/%C3%A9"),
        ("http://x.gr/!#$%&()*+,-./~a\x7f`z", "http://x.gr/!#$%&()*+,-./~a%7F%60z"),
    ],
)
def test_greek_is_folded_to_capitals_and_addresses_are_left_alone(text: str, folded: str) -> None:
    assert fold_gsm7(text) == folded


@given(ANY)
def test_a_folded_text_is_gsm7_and_stays_as_it_is(text: str) -> None:
    folded = fold_gsm7(text)
    assert set(folded) <= set(SEPTETS)
    assert segments(folded).encoding is Encoding.GSM7
    assert fold_gsm7(folded) == folded


@given(GREEK)
def test_folding_greek_keeps_its_length_and_never_costs_more(text: str) -> None:
    folded = fold_gsm7(text)
    assert len(folded) == len(text)
    assert "?" not in folded
    assert segments(folded).parts <= segments(text).parts


def test_gsm7_has_127_characters_and_ten_behind_an_escape() -> None:
    assert list(SEPTETS.values()).count(1) == 127
    assert list(SEPTETS.values()).count(2) == 10
