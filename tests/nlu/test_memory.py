"""What stays in memory of what citizens type: bounded by count and by length."""

from __future__ import annotations

from typing import Any

import pytest

from nlu import concepts, cues, dates, fold, letters, names
from nlu.clauses import sentences
from nlu.entities import extract
from nlu.memory import LONGEST_WORD, Remembered, remembered
from nlu.names import Names, read_catalogue

ALL: dict[str, Remembered[Any]] = {
    "keys of words": fold._token_keys,
    "months": dates._month,
    "forms of names": names._forms,
    "concepts": concepts.concepts,
    "cues": cues._begun_by,
    "stems like it": names.default_names()._similar,
    "misspelt words": names.default_names()._misspelt,
}


@remembered(3)
def shout(word: str) -> str:
    return word.upper()


def test_the_last_answers_are_remembered_and_no_more() -> None:
    assert [shout(word) for word in ("a", "b", "c", "d", "a")] == ["A", "B", "C", "D", "A"]
    assert len(shout) == 3


def test_what_is_longer_than_a_word_is_answered_and_forgotten() -> None:
    before = len(shout)
    long = "ψ" * (LONGEST_WORD + 1)
    assert shout(long) == long.upper()
    assert len(shout) == before


@pytest.mark.parametrize("memory", ALL.values(), ids=ALL)
def test_nothing_long_stays_in_any_memory(memory: Remembered[Any]) -> None:
    before = len(memory)
    for letter in "πaψ":
        memory(letter * (LONGEST_WORD + 1))
    assert len(memory) == before


def test_a_long_word_in_a_message_stays_nowhere() -> None:
    extract("και " + "πιστοποιητικο" * 9)
    before = {name: len(memory) for name, memory in ALL.items()}
    extract("και " + "βεβαιωση" * 99 + " 12 " + "μαρτιου" * 99)
    assert {name: len(memory) for name, memory in ALL.items()} == {**before, "months": before["months"] + 1}


def test_names_are_found_after_any_number_of_strange_words() -> None:
    """A memory that is full forgets the oldest word; it does not refuse the newest."""
    book = Names(read_catalogue())
    book._similar = Remembered(book._find_similar, 5)
    for n in range(20):
        list(book.find(f"παραξενη{chr(ord('α') + n)}λεξη"))
    assert "birth-certificate" in [found.value for found in book.find("πιστοποιητικο γεννησσης")]


def test_alphabets_are_remembered_and_rare_signs_are_not() -> None:
    letters.plain("".join(map(chr, range(0x10000, 0x10400))))
    assert max(letters._PLAIN) < 0x10000


def test_of_very_many_sentences_the_last_are_read_one_by_one() -> None:
    told = sentences(" ".join(f"Πρόταση {n}." for n in range(1000)))
    assert len(told) < 60
    assert told[-1] == "Πρόταση 999."
    assert " ".join(told).count("Πρόταση") == 1000
