"""An automatic reply that comes back to every answer: how it is told from people, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.conversation.repeats import WITHIN, before, calls_person, gives_up, is_automatic, repeated
from casestore.conversations.transcript import Author, Line
from dialogues.turn import Handover, Turn
from tests.clock import START

AWAY = "Οδηγώ αυτή τη στιγμή και δεν μπορώ να απαντήσω. Αυτόματη απάντηση."


def said(*lines: tuple[str, timedelta]) -> list[Line]:
    """Newest first, each so long before now."""
    return [Line(f"in:{n}", Author.CITIZEN, text, START - ago) for n, (text, ago) in enumerate(lines)]


@pytest.mark.parametrize(
    ("earlier", "times"),
    [
        (said(), 0),
        (said((AWAY, timedelta(minutes=1))), 1),
        (said((AWAY.upper() + "  ", timedelta(minutes=1)), (AWAY, timedelta(minutes=2))), 2),
        (said(("άλλο", timedelta(minutes=1)), (AWAY, timedelta(minutes=2))), 0),
        (said((AWAY, timedelta(minutes=1)), ("άλλο", timedelta(minutes=2)), (AWAY, timedelta(minutes=3))), 1),
        (said((AWAY, WITHIN)), 1),
        (said((AWAY, WITHIN + timedelta(seconds=1))), 0),
        (said((AWAY, WITHIN), (AWAY, 2 * WITHIN), (AWAY, 3 * WITHIN + timedelta(seconds=1))), 2),
    ],
)
def test_the_same_again_within_minutes_is_counted(earlier: list[Line], times: int) -> None:
    assert repeated(AWAY, START, earlier) == times


def test_the_history_from_before_so_many_turns() -> None:
    history = [{"event": name, "n": n} for n, name in enumerate(["action", "user", "bot", "user", "slot", "user"])]
    assert [[event["n"] for event in before(history, turns)] for turns in range(5)] == [
        [0, 1, 2, 3, 4, 5],
        [0, 1, 2, 3, 4],
        [0, 1, 2],
        [0],
        [0, 1, 2, 3, 4, 5],
    ]


@pytest.mark.parametrize(
    ("text", "automatic"),
    [
        (AWAY, True),
        ("ΑΥΤΟΜΑΤΗ ΑΠΑΝΤΗΣΗ: λείπω έως 3/12", True),
        ("aftomati apantisi, leipo", True),
        ("Automatic reply: I am away", True),
        ("I am out of office until Monday", True),
        ("δεν θέλω αυτόματες απαντήσεις, θέλω υπάλληλο", False),
        ("θέλω να μιλήσω με άνθρωπο", False),
        ("", False),
    ],
)
def test_a_text_may_say_that_a_machine_wrote_it(text: str, automatic: bool) -> None:
    assert is_automatic(text) is automatic


def test_giving_up_calls_a_person_and_a_wish_for_one_is_no_giving_up() -> None:
    assert gives_up(Turn(effects=(Handover("gave-up"),)))
    assert not gives_up(Turn(effects=(Handover("asked"),)))
    assert not gives_up(Turn())
    assert calls_person(Turn(effects=(Handover("asked"),)))
    assert not calls_person(Turn())
