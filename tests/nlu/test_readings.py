"""Every reading of a number by itself: what it may be, from where to where, and how sure that is."""

from __future__ import annotations

import pytest
from stdnum import luhn

from nlu.references import Reading, apart, mask, readings

AFM = "123456783"
AMKA = "01019012341"
KAEK = "280088730116"


def read(text: str, *kinds: str) -> list[tuple[str, str, str, float]]:
    """Kind, value, the piece of the text and how sure, of the readings of these kinds or of all."""
    return [
        (one.kind, one.value, text[one.start : one.end], one.confidence)
        for one in readings(text)
        if not kinds or one.kind in kinds
    ]


# Numbers with a form of their own


@pytest.mark.parametrize(
    ("text", "kind", "value", "piece"),
    [
        ("GR16 0110 1250 0000 0001 2300 695", "iban", None, None),
        ("στον gr1601101250000000012300695", "iban", "GR1601101250000000012300695", "gr1601101250000000012300695"),
        ("6ΩΞΖ46ΜΤΛΡ-7ΚΙ", "ada", None, None),
        ("2101234567", "tel", None, None),
        ("κινητό 6912345678", "tel", "6912345678", "6912345678"),
        ("+306912345678", "tel", "6912345678", "+306912345678"),
        ("πάρτε με στο +302101234567", "tel", "2101234567", "+302101234567"),
    ],
)
def test_what_is_no_entity_is_told_by_its_kind_and_first(
    text: str, kind: str, value: str | None, piece: str | None
) -> None:
    assert read(text)[0][:3] == (kind, value or text, piece or text)
    assert mask(text).count(f"__{kind}__") == 1


@pytest.mark.parametrize(
    "text", ["1601101250000000012300695", "6ΩΞΖ46ΜΤΛΡ7ΚΙ", "3101234567", "210123456", "21012345678"]
)
def test_without_its_form_it_is_none_of_these(text: str) -> None:
    assert read(text, "iban", "ada", "tel") == []


# Tax numbers


@pytest.mark.parametrize(
    ("text", "piece", "confidence"),
    [
        (AFM, AFM, 0.9),
        (f"αφμ {AFM}", AFM, 1.0),
        (f"το αφμ μου είναι {AFM}", AFM, 1.0),
        (f"EL{AFM}", f"EL{AFM}", 1.0),
        (f"το el-{AFM}", f"el-{AFM}", 1.0),
        ("123 456 783", "123 456 783", 0.9),
        ("αφμ 12 34 56783", "12 34 56783", 1.0),
        ("GR 12 34 56783", "GR 12 34 56783", 1.0),
    ],
)
def test_a_tax_number_is_surer_by_its_name_or_its_sign(text: str, piece: str, confidence: float) -> None:
    assert read(text, "afm") == [("afm", AFM, piece, confidence)]


@pytest.mark.parametrize("text", ["12 34 56783", "5 123 456 783", "αφμ 1 23456783", "12345678"])
def test_groups_that_nobody_writes_a_tax_number_in_are_none(text: str) -> None:
    assert read(text, "afm") == []


# The other identifiers


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        (AMKA, 0.95),
        (f"αμκα {AMKA}", 1.0),
        ("010190 12341", 0.95),
        ("0101 9012341", 0.95),  # seven digits in one group are the most that belong to others
        ("01-01-90 12341", 0.95),
    ],
)
def test_an_amka_in_one_piece_or_in_groups(text: str, confidence: float) -> None:
    [found, *others] = read(text)
    assert (found[0], found[1], found[3]) == ("amka", AMKA, confidence)
    assert [kind for kind, *_ in others] == (["date"] if "-" in text else [])  # as sure, and shorter: it comes after


@pytest.mark.parametrize("text", ["010 19012341", "0101901234", "01019012342", "αμκα 32019012341"])
def test_a_group_of_eight_or_a_wrong_digit_make_no_amka(text: str) -> None:
    assert read(text, "amka") == []


@pytest.mark.parametrize(
    ("text", "value", "confidence"),
    [
        (KAEK, KAEK, 0.8),
        (f"καεκ {KAEK}", KAEK, 0.99),
        ("09 686 01 82 379", "096860182379", 0.93),
        ("28008 8730116", KAEK, 0.93),
        (f"{KAEK}/0/5", f"{KAEK}/0/5", 0.93),
        (f"{KAEK} / 10 / 5", f"{KAEK}/10/5", 0.93),
        (f"{KAEK}0003", f"{KAEK}0003", 0.8),
        (f"{KAEK}000312", f"{KAEK}000312", 0.8),
        ("καεκ 2800887301160003", f"{KAEK}0003", 0.99),
        ("καεκ 28 0088 730116", KAEK, 0.99),
        ("28 008 87 30 116 00 03 12", f"{KAEK}000312", 0.93),
    ],
)
def test_a_kaek_is_surer_by_its_name_its_groups_or_its_property(text: str, value: str, confidence: float) -> None:
    assert read(text, "kaek")[0] == ("kaek", value, text.removeprefix("καεκ "), confidence)


@pytest.mark.parametrize("text", ["28 0088 730116", f"{KAEK}0", f"{KAEK}000", f"{KAEK}00031", f"{KAEK}0003120"])
def test_neither_other_groups_nor_other_lengths_are_a_kaek(text: str) -> None:
    assert read(text, "kaek") == []


def test_only_a_plot_has_a_property_behind_it() -> None:
    assert read(f"{KAEK}0003/1/2", "kaek") == [("kaek", f"{KAEK}0003", f"{KAEK}0003", 0.8)]


@pytest.mark.parametrize(
    ("text", "value", "confidence"),
    [
        (f"προσωπικός αριθμός 305{AFM}", f"305{AFM}", 1.0),
        (f"Π.Α. ΑΒΓ{AFM}", f"ΑΒΓ{AFM}", 1.0),
        (f"305{AFM}", f"305{AFM}", 0.86),
        (f"Α05{AFM}", f"Α05{AFM}", 0.97),
        ("Α05 123 456 783", f"Α05{AFM}", 0.97),
    ],
)
def test_a_personal_number_is_surer_by_its_name_or_its_letters(text: str, value: str, confidence: float) -> None:
    assert [(found, sure) for _, found, _, sure in read(text, "personal_number")] == [(value, confidence)]


@pytest.mark.parametrize("text", [f"ΑΒΓ{AFM}", "Α05123456784", "προσωπικός αριθμός Α05123456784"])
def test_three_letters_or_a_wrong_tax_number_make_no_personal_number(text: str) -> None:
    assert read(text, "personal_number") == []


def test_a_number_is_put_together_of_eight_groups_at_most() -> None:
    assert read("αφμ 1 2 3 4 5 6 7 83", "afm") == [("afm", AFM, "1 2 3 4 5 6 7 83", 1.0)]
    assert read("αφμ 1 2 3 4 5 6 7 8 3", "afm") == []


# Codes


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("482913", 0.75),
        ("482 913", 0.75),
        ("48 29 13", 0.75),
        ("ο κωδικός που μου ήρθε είναι 482913", 0.95),
        ("ορίστε 482913", 0.75),
        ("ναι ορίστε 482913", 0.75),  # two words: no sentence
        ("ορίστε 482913 φίλε", 0.75),
        ("ε ή ο 482913 α", 0.75),  # single letters are no words
        ("48.29.13", 0.75),
        ("482913 /", 0.75),
        ("- 482913 ευχαριστώ", 0.75),
    ],
)
def test_six_digits_are_a_code_and_surer_where_one_is_spoken_of(text: str, confidence: float) -> None:
    assert [(value, sure) for _, value, _, sure in read(text, "code")] == [("482913", confidence)]


@pytest.mark.parametrize(
    "text",
    [
        "μένω στην 482913 Αθήνα",
        "μένω στην 482913 Αθήνα.",
        "στην Αθήνα μένω 482913",
        "Τ482913",
        "με Τ482913",
        "482913α",
        "482913τμ εδώ",
        "482913/7 ",
        "482913€",
        "482913 ευρώ",
        "4 82913",
        "7 482913",
        "482913 7",
        "4829137",
    ],
)
def test_six_digits_of_a_sentence_a_word_a_sum_or_a_longer_row_are_none(text: str) -> None:
    assert read(text, "code") == []


# Protocols and dates


def test_the_number_of_a_law_is_no_protocol_however_its_name_is_written() -> None:
    for law in ("ν. ", "Ν.", "νόμος ", "του νόμου ", "άρθρο "):
        assert read(f"{law}4495/2017", "protocol") == []
    assert read("ο 4495/2017", "protocol") == [("protocol", "4495/2017", "4495/2017", 0.85)]


@pytest.mark.parametrize(
    ("text", "value", "piece", "confidence"),
    [
        ("πρωτ. 6005/25", "6005/2025", "6005/25", 0.98),
        ("πρωτόκολλο 90112", "90112", "90112", 0.98),
        ("πρωτ. 00123/2026", "123/2026", "00123/2026", 0.98),
        ("34933 ΕΞ 2022", "34933/2022", "34933 ΕΞ 2022", 0.96),
    ],
)
def test_a_protocol_is_its_number_and_its_year_without_the_word_before(
    text: str, value: str, piece: str, confidence: float
) -> None:
    assert read(text, "protocol")[0] == ("protocol", value, piece, confidence)


def test_a_day_that_there_is_not_is_no_date_in_either_order() -> None:
    assert read("15/03/2026", "date") == [("date", "2026-03-15", "15/03/2026", 0.95)]
    assert read("03/15/2026", "date") == [("date", "2026-03-15", "03/15/2026", 0.6)]
    assert read("15/15/2026", "date") == []


# Readings beside one another


def test_of_readings_that_overlap_the_first_is_kept_and_neighbours_both() -> None:
    whole, begin, end = (Reading("code", "", *span, 1.0) for span in ((2, 8), (2, 4), (7, 9)))
    first, last = (Reading("code", "", *span, 1.0) for span in ((0, 2), (8, 9)))
    assert apart([whole, begin, end, first, last], 9) == [whole, first, last]
    assert apart([first, Reading("code", "", 0, 1, 1.0), begin, last], 9) == [first, begin, last]


def test_readings_that_are_as_sure_come_as_they_stand() -> None:
    assert [piece for _, _, piece, _ in read("κωδικός 482913 ή 111222", "code")] == ["482913", "111222"]


def test_numbers_for_these_tests_are_what_they_seem() -> None:
    assert luhn.is_valid(AMKA)
    assert read("κανένας αριθμός") == []
