"""Check digits, round trips and robustness of the identifiers' parsers."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum import luhn

from nlu.checks import is_afm, is_amka
from nlu.entities import candidates, extract
from nlu.fold import fold
from nlu.references import mask
from tests.examples import examples

DIGITS = "0123456789"
AFMS = (
    st.integers(1, 99_999_999)
    .map(lambda n: f"{n:08d}")
    .map(lambda d: d + str(sum(int(c) << (8 - i) for i, c in enumerate(d)) % 11 % 10))
)
DAYS = st.dates(date(1930, 1, 1), date(2029, 12, 31))
AMKAS = (
    st.tuples(DAYS, st.integers(0, 9999))
    .map(lambda p: f"{p[0]:%d%m%y}{p[1]:04d}")
    .map(lambda d: d + luhn.calc_check_digit(d))
)
PREFIXES = {
    "ΑΔ": ("ΑΔ", "AD", "ad", "αδ", "AΔ", "Ad"),
    "ΕΦ": ("ΕΦ", "EF", "ef", "εφ", "EΦ"),
    "ΚΤ": ("ΚΤ", "KT", "kt", "κτ", "KΤ"),
    "ΠΠ": ("ΠΠ", "PP", "pp", "ππ"),
    "ΚΕ": ("ΚΕ", "KE", "ke", "κε", "KΕ"),
}
FORMS = (
    "{p}-{y}-{n:06d}", "{p} {y} {n}", "{p}{y}/{n}", "{p}–{y}–{n:06d}", "{p}.{y}.{n}", "{p}/{y}/{n}", "{p} {n}/{y}",
    "{p}{y}{n:06d}", "{p}: {y} - {n}", "{p}_{y}_{n}", "{p} {n} του {y}",
)  # fmt: skip
SENTENCES = ("{}", "η υπόθεση {} τι γίνεται", "gia to {} milao", "({})", "where is {}, please?", "{}.")


@given(
    st.sampled_from(sorted(PREFIXES)),
    st.integers(2015, 2035),
    st.integers(1, 999_999),
    st.sampled_from(FORMS),
    st.sampled_from(SENTENCES),
    st.data(),
)
@settings(max_examples=examples(400))
def test_case_references_come_back_from_every_form(
    prefix: str, year: int, count: int, form: str, sentence: str, data: st.DataObject
) -> None:
    assume(form.index("{y") < form.index("{n") or not 2000 <= count <= 2099)  # then either may be the year
    typed = form.format(p=data.draw(st.sampled_from(PREFIXES[prefix])), y=year, n=count)
    text = sentence.format(typed)
    (found,) = [e for e in extract(text) if e.entity not in ("agency", "procedure", "certificate_type")]
    assert (found.entity, found.value) == ("case_ref", f"{prefix}-{year}-{count:06d}")
    assert text[found.start : found.end] == typed


@given(
    AFMS,
    st.sampled_from(
        ("{}", "EL{}", "GR {}", "ΑΦΜ {}", "afm: {}", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]} {0[6]}{0[7]}{0[8]}")
    ),
)
def test_afm_round_trip(afm: str, form: str) -> None:
    assert [(e.entity, e.value) for e in extract(form.format(afm))] == [("afm", afm)]


@given(AFMS, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_no_afm(afm: str, place: int, step: int) -> None:
    wrong = afm[:place] + str((int(afm[place]) + step) % 10) + afm[place + 1 :]
    assume(not is_afm(wrong))  # the remainder 10 shares the check digit 0: such a pair cannot be told apart
    assert not [e for e in candidates(f"αφμ {wrong}") if e.entity == "afm"]


def test_nine_zeros_are_no_afm() -> None:
    assert not is_afm("000000000")


@given(
    AMKAS,
    st.sampled_from(
        ("{}", "ΑΜΚΑ {}", "amka: {}", "{0[0]}{0[1]}{0[2]}{0[3]}{0[4]}{0[5]} {0[6]}{0[7]}{0[8]}{0[9]}{0[10]}")
    ),
)
def test_amka_round_trip(amka: str, form: str) -> None:
    assert [(e.entity, e.value) for e in extract(form.format(amka))] == [("amka", amka)]


@given(AMKAS, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_no_amka(amka: str, place: int, step: int) -> None:
    assert not is_amka(amka[:place] + str((int(amka[place]) + step) % 10) + amka[place + 1 :])


@pytest.mark.parametrize("digits", ["32019012346", "01139012345", "1234", "00000000000"])
def test_an_amka_begins_with_a_day(digits: str) -> None:
    assert not is_amka(digits)


@given(
    st.text(DIGITS, min_size=12, max_size=12),
    st.sampled_from(("ΚΑΕΚ {}", "kaek: {}", "το καεκ είναι {}", "KAEK {}")),
    st.booleans(),
)
def test_kaek_round_trip(digits: str, form: str, grouped: bool) -> None:
    typed = " ".join((digits[:2], digits[2:5], digits[5:7], digits[7:9], digits[9:])) if grouped else digits
    assert [(e.entity, e.value) for e in extract(form.format(typed))] == [("kaek", digits)]


@given(st.text(DIGITS, min_size=12, max_size=12), st.integers(0, 99), st.integers(0, 99))
def test_a_kaek_keeps_its_horizontal_property(digits: str, level: int, unit: int) -> None:
    value = f"{digits}/{level}/{unit}"
    assert [(e.entity, e.value) for e in extract(f"καεκ {value}")] == [("kaek", value)]


def _is_free(head: str) -> bool:
    """Not what begins a reference: ΑΔ2000000012 is the twelfth case of 2000 before it is a personal number."""
    return any(char.isdigit() for char in head) and not head.startswith("ΑΔ")


@given(st.text("0123456789ΑΒΓΔΘΛΞΦΨΩ", min_size=3, max_size=3).filter(_is_free), AFMS)
def test_personal_number_round_trip(head: str, afm: str) -> None:
    assert [(e.entity, e.value) for e in extract(f"προσωπικός αριθμός {head}{afm}")] == [
        ("personal_number", head + afm)
    ]


@given(
    st.text(DIGITS, min_size=6, max_size=6),
    st.sampled_from(("{}", "ο κωδικός είναι {}", "otp {}", "the code is {}", "kwdikos {}")),
)
def test_code_round_trip(code: str, form: str) -> None:
    assert ("code", code) in [(e.entity, e.value) for e in extract(form.format(code))]


@given(
    st.integers(100, 9_999_999),
    st.integers(1990, 2035),
    st.sampled_from(("{}/{}", "αρ. πρωτ. {}/{}", "πρωτόκολλο {} ΕΞ {}", "{}/14-12-{}", "ΔΑΕΦΚ-ΚΕ/{}/Α36/{}")),
)
def test_protocol_round_trip(count: int, year: int, form: str) -> None:
    assert [(e.entity, e.value) for e in extract(form.format(count, year))] == [("protocol", f"{count}/{year}")]


def test_twelve_digits_that_may_be_two_things_are_both_in_order() -> None:
    found = candidates("305123456783")
    assert [(e.entity, e.value) for e in found] == [("personal_number", "305123456783"), ("kaek", "305123456783")]
    assert found[0].confidence > found[1].confidence
    assert [e.entity for e in extract("καεκ 305123456783")] == ["kaek"]
    assert [e.entity for e in extract("προσωπικός αριθμός 305123456783")] == ["personal_number"]


@given(st.text(max_size=120) | st.text(st.sampled_from("0123456789 -/.ΑΔADefΕΦ€+@"), max_size=60))
@settings(max_examples=examples(500))
def test_extraction_never_raises_and_spans_are_sound(text: str) -> None:
    found = extract(text, today=date(2026, 11, 22))
    assert all(0 <= e.start < e.end <= len(text) and 0 < e.confidence <= 1 and e.value for e in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert set(found) <= set(candidates(text, today=date(2026, 11, 22)))


@given(st.text(st.sampled_from("0123456789 -/.:ΑΔadΕΦκτ"), max_size=40))
def test_a_masked_text_holds_no_reference_any_more(text: str) -> None:
    assert "__ref__" in mask(text) or not [e for e in extract(text) if e.entity == "case_ref"]


def test_references_survive_beside_folding() -> None:
    text = "Η υπόθεσή μου, AΔ-2026-000123, και το ΑΦΜ 123456783"
    assert fold(text) == "i ipoqesi mou __ref__ ke to afm __afm__"
    assert [e.value for e in extract(text)] == ["ΑΔ-2026-000123", "123456783"]


def test_accents_typed_apart_do_not_shift_spans() -> None:
    text = "κωδικο\u0301ς\u200b 482\u00a0913 για την αδ2026/123"  # a combining accent, a joiner, a hard space
    found = {e.entity: text[e.start : e.end] for e in extract(text)}
    assert found["case_ref"] == "αδ2026/123"
    assert found["code"] == "482\u00a0913"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("Α\N{INCREMENT}-2026-000123", "ΑΔ-2026-000123"),
        ("α\N{INCREMENT} 2026 123", "ΑΔ-2026-000123"),
        ("A.\N{INCREMENT}. 123/2026", "ΑΔ-2026-000123"),
        ("\N{CYRILLIC CAPITAL LETTER A}\N{CYRILLIC CAPITAL LETTER DE}2026/123", "ΑΔ-2026-000123"),
        ("\N{N-ARY PRODUCT}\N{N-ARY PRODUCT}-2026-000401", "ΠΠ-2026-000401"),
        ("\N{N-ARY PRODUCT}Π 2026 401", "ΠΠ-2026-000401"),
        ("\N{CYRILLIC CAPITAL LETTER PE}\N{CYRILLIC CAPITAL LETTER PE}-2026-000401", "ΠΠ-2026-000401"),
        ("\N{CYRILLIC SMALL LETTER PE}\N{CYRILLIC SMALL LETTER PE} 2026/401", "ΠΠ-2026-000401"),
        ("\N{CYRILLIC CAPITAL LETTER IE}\N{CYRILLIC CAPITAL LETTER EF}-2026-000201", "ΕΦ-2026-000201"),
        ("\N{CYRILLIC CAPITAL LETTER KA}\N{CYRILLIC CAPITAL LETTER TE}-2026-000301", "ΚΤ-2026-000301"),
        ("ΑΔ-2026-ΟΟΟ12З".replace("З", "3"), "ΑΔ-2026-000123"),
        ("ΑΔ-2O26-OOO123", "ΑΔ-2026-000123"),
        ("αδ 2ο26 οοο123", "ΑΔ-2026-000123"),
        ("AD2O26OOO123", "ΑΔ-2026-000123"),
        ("ΠΠ-2026-0004Ol", "ΠΠ-2026-000401"),
        ("ΖΖ-2026-000123", "ΖΖ-2026-000123"),
        ("zz – 2026 – 123", "ΖΖ-2026-000123"),
        ("ΖΖ2026000123", "ΖΖ-2026-000123"),
        ("ΑΔΣ-2026/123", "ΑΔΣ-2026-000123"),
        ("ΑΔ-2026-0001234", "ΑΔ-2026-0001234"),
        ("ΑΔ-1999-000123", "ΑΔ-1999-000123"),
    ],
)
@pytest.mark.parametrize("sentence", ["{}", "που βρίσκεται η {};", "where is {} now"])
def test_a_sign_that_looks_like_the_letter_is_the_letter_and_a_strange_number_is_one(
    typed: str, value: str, sentence: str
) -> None:
    text = sentence.format(typed)
    (found,) = [e for e in extract(text) if e.entity not in ("agency", "procedure", "certificate_type")]
    assert (found.entity, found.value) == ("case_ref", value)
    assert text[found.start : found.end] == typed


@pytest.mark.parametrize("text", ["ΦΕΚ-2020-123", "την 2026 000266 εννοώ", "στο 2026 000123", "ΥΠ-2026-123-Β"])
def test_what_is_written_otherwise_is_no_case_of_ours(text: str) -> None:
    assert not [e for e in extract(text) if e.entity == "case_ref"]


LETTERS_FOR_ZERO = "OoΟο\N{CYRILLIC CAPITAL LETTER O}\N{CYRILLIC SMALL LETTER O}"
LETTERS_FOR_ONE = "lIΙι\N{CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I}"


@given(AFMS, st.data())
def test_letters_for_digits_within_a_tax_number(afm: str, data: st.DataObject) -> None:
    assume(len(afm) - afm.count("0") - afm.count("1") >= 2)
    zero, one = data.draw(st.sampled_from(LETTERS_FOR_ZERO)), data.draw(st.sampled_from(LETTERS_FOR_ONE))
    text = f"το αφμ μου είναι {afm.replace('0', zero).replace('1', one)}"
    assert [(e.entity, e.value) for e in extract(text)] == [("afm", afm)]


@pytest.mark.parametrize(("typed", "code"), [("48Ο9Ι3", "480913"), ("4O2oo3", "402003"), ("l82913", "182913")])
def test_letters_for_digits_within_a_code(typed: str, code: str) -> None:
    assert [(e.entity, e.value) for e in extract(f"κωδικός {typed}")] == [("code", code)]


@pytest.mark.parametrize("text", ["10ο σχολείο 1ο", "ΟΙΟΙΟΙ", "ΟΛΟΙ 12", "OLIO", "ο1ο", "1Ο χιλιάδες ΙΙΙΙΙΙ"])
def test_words_and_ordinals_stay_words(text: str) -> None:
    assert not [e for e in extract(text) if e.entity in ("code", "afm")]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("δείτε https://gov.gr/ΑΔ-2026-000123 τώρα", "δείτε  __url__  τώρα"),
        ("www.gov.gr", " __url__ "),
        ("www.gov.gr 1", " __url__  1"),
        ("a@b.gr 12", " __mail__  12"),
    ],
)
def test_an_address_is_masked_whole(text: str, masked: str) -> None:
    assert mask(text) == masked
