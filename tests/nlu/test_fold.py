from __future__ import annotations

import string
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wordfreq import top_n_list

from nlu.fold import SHORTHAND, fold, fold_word
from nlu.greeklish import BY_SIGHT, BY_SOUND, MIXED, Options, bare, spellings
from nlu.language import detect
from tests.examples import examples
from tests.nlu.marked import DATA

WORDS = sorted(
    {
        word
        for line in (DATA / "words.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for word in line.split()
    }
)
GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊΐϋΰ"
MESSAGES = st.text(
    st.sampled_from(GREEK + GREEK.upper() + string.ascii_letters + string.digits + " .,;!?'’-/_👍"), max_size=80
)


@given(MESSAGES | st.text(max_size=60))
@settings(max_examples=examples(600))
def test_folding_twice_is_folding_once(text: str) -> None:
    key = fold(text)
    assert fold(key) == key


@given(MESSAGES | st.text(max_size=60))
def test_a_key_is_words_with_one_space_between(text: str) -> None:
    key = fold(text)
    assert key == " ".join(key.split())


@given(st.text(st.sampled_from(GREEK + GREEK.upper() + string.ascii_letters), max_size=40))
def test_letters_become_plain_latin_letters(text: str) -> None:
    assert not set(fold(text)) - set(string.ascii_lowercase + " ")


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_accents_and_capitals_change_nothing(words: list[str]) -> None:
    text = " ".join(words)
    assert fold(text) == fold(bare(text)) == fold(text.upper()) == fold(bare(text).upper())


def test_the_list_is_long_enough() -> None:
    assert len(WORDS) >= 400


HABITS = pytest.mark.parametrize("options", [BY_SIGHT, BY_SOUND, MIXED], ids=["sight", "sound", "mixed"])


def agreement(words: list[str], options: Options, most: int) -> float:
    """The share of spellings, at most ``most`` a word, that have their word's key."""
    rng = Random(1)
    pairs = []
    for word in words:
        ways = sorted(set(spellings(word, options)))
        pairs += [(word, spelling) for spelling in rng.sample(ways, min(most, len(ways)))]
    assert len(pairs) > 700
    return sum(fold_word(spelling) == fold_word(word) for word, spelling in pairs) / len(pairs)


@HABITS
def test_a_word_of_this_field_and_its_greeklish_spellings_have_one_key(options: Options) -> None:
    assert agreement(WORDS, options, 60) >= 0.995


@pytest.mark.slow  # thousands of spellings
@HABITS
def test_so_have_words_that_no_rule_was_written_for(options: Options) -> None:
    rarer = top_n_list("el", 12_000, wordlist="small")[9_000:]
    assert agreement([w for w in rarer if len(w) > 1 and set(w) <= set(GREEK)], options, 40) >= 0.965


def test_different_words_keep_different_keys() -> None:
    keys = {fold_word(word) for word in WORDS}
    apart = len(keys) / len({bare(word) for word in WORDS})
    assert apart >= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "Πού βρίσκεται η αίτησή μου;",
        "pou vriskete h aithsh mou?",
        "POY BRISKETAI I ETISI MU",
        "πού βρίσκεται η αίτησή μου",
        "pu vriskete i etisi mu",
    ],
)
def test_one_question_in_five_hands(text: str) -> None:
    assert fold(text) == "pou friskete i etisi mou"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("AΔEIA", "άδεια"),  # a Latin A and EIA inside a Greek word
        ("κτnματολόγιο", "κτνματολόγιο"),
        ("8έλω", "θέλω"),
        ("e3ousiodothsh", "εξουσιοδότηση"),
        ("aithsh", "αίτηση"),
        ("kthmatologio", "κτηματολόγιο"),
        ("thlefwno", "τηλέφωνο"),
        ("ari8mos", "αριθμός"),
        ("xronos", "χρόνος"),
        ("hronos", "χρόνος"),
        ("xereis", "ξέρεις"),
        ("boro", "μπορώ"),
        ("pu", "που"),
        ("tu", "του"),
        ("edaksi", "εντάξει"),
        ("proipiresia", "ΠΡΟΫΠΗΡΕΣΙΑ"),
        ("αγγελος", "άγκελος"),
    ],
)
def test_hard_spots(typed: str, word: str) -> None:
    assert fold_word(typed) == fold_word(word)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("η ΑΔ-2026-000123 πού είναι", "i __ref__ pou ine"),
        ("ad 2026 123", "__ref__"),
        ("αφμ 123456783", "afm __afm__"),
        ("ΚΑΕΚ 05 012 34 56 789", "kaek __kaek__"),
        ("ο κωδικός 482913", "o kodikos __code__"),
        ("374365/2021", "__protocol__"),
        ("στις 15/3/2026", "stis __date__"),
        ("πάρτε με στο 2101234567", "parte me sto __tel__"),
        ("περιμένω 8 μήνες", "perimeno __num__ mines"),
        ("στον 3ο όροφο", "ston __num__ o orofo"),
        ("a@b.gr ή https://www.gov.gr/x1", "__mail__ i __url__"),
        ("ok 👍", "ok 👍"),
        ("κ δν ξερω", "ke den xero"),
        ("don't", "dod"),
        ("...", ""),
    ],
)
def test_what_stands_in_place_of_references_numbers_and_shorthand(text: str, key: str) -> None:
    assert fold(text) == key


def test_shorthand_stands_for_whole_words() -> None:
    assert all(fold(word) == word and word not in SHORTHAND for word in SHORTHAND.values())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("TI XAPTIA;", "τι χαρτιά;"),
        ("ΠOY EINAI H AITHΣH MOY;", "πού είναι η αίτησή μου;"),
        ("EXETE NEA;", "έχετε νέα;"),
        ("MHNYMA", "μήνυμα"),
        ("\N{INCREMENT}EN EXΩ KATI", "δεν έχω κάτι"),
        ("∑τοπ", "στοπ"),
    ],
)
def test_greek_as_phones_without_greek_capitals_send_it(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant)
    assert detect(typed) == "el"


@pytest.mark.parametrize("text", ["HI", "NO", "OK", "NOT MY NAME", "PAY TAX", "TAXI", "HELP", "hi :P", "KAEK"])
def test_english_in_capitals_stays_english(text: str) -> None:
    assert fold(text) == fold(text.lower())
    assert detect(text) != "el"
