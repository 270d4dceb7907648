"""One answer by SMS is a few parts at most, and says where it was cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import OutboundFile
from bot.channels.sms.compose import MOST_PARTS, compose, holds
from bot.channels.sms.encoding import Encoding, segments
from dialogues.turn import Choice, Reply
from nlu.fold import fold

YES_NO = (Choice("Ναι", "ναι"), Choice("Όχι", "όχι"))
TEXTS = st.text(alphabet=st.sampled_from("αβγ ΑΒ\n.,abc€{}😀\u0301ΐ…"), max_size=60)


@pytest.mark.parametrize("text", ["λόγια " * 10_000, "α" * 60_000, "words " * 10_000, "γραμμή\n" * 900, "😀" * 3000])
@pytest.mark.parametrize("economy", [False, True])
def test_what_is_long_ends_with_dots_and_keeps_its_choices(text: str, economy: bool) -> None:
    (part,) = compose(Reply(text, YES_NO, economy=economy))
    size = segments(part.text)
    assert MOST_PARTS / 2 < size.parts <= MOST_PARTS
    body, *choices = part.text.rsplit("\n", 2)
    assert body.endswith("..." if size.encoding is Encoding.GSM7 else "…")
    assert [fold(choice) for choice in choices] == [fold("1. Ναι"), fold("2. Όχι")]


def test_an_address_of_a_page_stays_whole() -> None:
    page = "https://counter.example/f/" + "k" * 43
    (part,) = compose(Reply("λόγια " * 400), OutboundFile(page, "άδεια.pdf", 9, "application/pdf"))
    assert part.text.endswith(f"λόγια…\n{page}")


def test_what_just_fits_is_left_alone() -> None:
    assert compose(Reply("α" * 67 * MOST_PARTS))[0].text == "α" * 67 * MOST_PARTS
    assert compose(Reply("α" * 67 * MOST_PARTS + "α"))[0].text == "α" * (67 * MOST_PARTS - 1) + "…"
    assert holds("α" * 67 * MOST_PARTS)
    assert not holds("α" * 67 * MOST_PARTS + "α")


@given(TEXTS, st.integers(0, 60), st.lists(st.text(min_size=1, max_size=40), max_size=40), st.booleans())
def test_whatever_is_said_is_a_few_parts(text: str, factor: int, titles: list[str], economy: bool) -> None:
    parts = compose(Reply(text * factor, tuple(Choice(title, title) for title in titles), economy=economy))
    assert len(parts) <= 1
    for part in parts:
        assert part.text.strip()
        assert 0 < segments(part.text).parts <= MOST_PARTS
