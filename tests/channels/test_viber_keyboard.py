"""Choices laid out as a keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import Part
from bot.channels.viber import ViberChannel
from bot.channels.viber.keyboard import LABEL_LIMIT, MAX_ROWS, WIDTH, keyboard, label, layout
from dialogues.turn import Choice, Reply


def choices(*titles: str) -> tuple[Choice, ...]:
    return tuple(Choice(title, f"value of {title}") for title in titles)


@pytest.fixture
async def channel() -> AsyncIterator[ViberChannel]:
    async with aiohttp.ClientSession() as session:
        yield ViberChannel("token", "Πολίτης", session)


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        ((), []),
        (("Ναι", "Όχι"), [2]),
        (("1", "2", "3", "4", "5", "6"), [6]),
        (("1", "2", "3", "4", "5", "6", "7"), [6, 1]),
        (("Ναι", "Όχι", "Ίσως", "Ποτέ"), [3, 1]),
        (("Η αίτησή μου", "Δικαιολογητικά", "Βοήθεια"), [2, 1]),
        (("Πού βρίσκεται η αίτησή μου;", "Ποια δικαιολογητικά χρειάζονται;"), [1, 1]),
    ],
)
def test_as_many_in_a_row_as_can_be_read(titles: tuple[str, ...], rows: list[int]) -> None:
    assert [len(row) for row in layout(choices(*titles))] == rows


@given(st.lists(st.text(max_size=60), max_size=40))
def test_every_choice_is_there_once_in_order_and_rows_are_full(titles: list[str]) -> None:
    rows = layout(choices(*titles))
    assert [choice.title for row in rows for choice in row] == titles
    board = keyboard(choices(*titles))
    assert sum(button["Columns"] for button in board["Buttons"]) == WIDTH * len(rows)


def test_a_button_answers_its_value_and_its_title_is_no_html() -> None:
    (button,) = keyboard((Choice("<b>Α & Β</b> 'γ'", "a<b"),))["Buttons"]
    assert button["Text"] == "&lt;b&gt;Α &amp; Β&lt;/b&gt; 'γ'"
    assert (button["ActionType"], button["ActionBody"]) == ("reply", "a<b")


@given(st.text("&<>α", max_size=400))
def test_a_label_is_never_too_long_nor_cut_inside_an_escape(title: str) -> None:
    shown = label(title)
    assert len(shown) <= LABEL_LIMIT
    assert shown.count("&") == shown.count(";")


def test_the_keyboard_rides_on_the_last_part(channel: ViberChannel) -> None:
    asked = choices("Ναι", "Όχι")
    parts = channel.compose(Reply("λόγια " * 2000, asked))
    assert [part.choices for part in parts] == [(), asked]


def test_choices_beyond_the_keyboard_are_written_out(channel: ViberChannel) -> None:
    asked = choices(*(f"Η υπόθεση ΑΔ-2026-{number:06} του οικοδομικού" for number in range(MAX_ROWS + 2)))
    (part,) = channel.compose(Reply("Ποια;", asked))
    assert part.choices == asked[:MAX_ROWS]
    assert part.text.splitlines() == ["Ποια;", *(f"- {choice.title}" for choice in asked[MAX_ROWS:])]


def test_a_keyboard_never_stands_alone(channel: ViberChannel) -> None:
    asked = choices("Ναι", "Όχι")
    assert channel.compose(Reply(" ", asked)) == (Part("- Ναι\n- Όχι", asked),)
    assert channel.compose(Reply(" ")) == ()
