"""An automatic reply that comes back to every answer: how it is told from people, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.sms.encoding import fold_gsm7
from bot.conversation.repeats import (
    A_MINUTE,
    WITHIN,
    before,
    calls_person,
    floods,
    gives_up,
    is_automatic,
    is_machines,
    repeated,
    run_of,
)
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


@pytest.mark.parametrize("text", ["135790", " 135 790 ", "2.", "👍", ""])
def test_a_code_or_a_choice_typed_again_is_a_persons(text: str) -> None:
    assert repeated(text, START, said(*[(text, timedelta(minutes=1))] * 3)) == 0


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
        ("This is an automated response. Do not reply.", True),
        ("Ευχαριστούμε για το μήνυμά σας. Αυτό είναι αυτόματο μήνυμα.", True),
        ("AYTOMATO MHNYMA: EIMAI SE SYSKEPSI", True),
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


OURS = "Δεν βρήκα υπόθεση με αυτόν τον αριθμό. Δείτε τον ξανά: είναι στο έγγραφό σας."
OTHER = "Μπορώ να σας πω πού βρίσκεται μια υπόθεσή σας και τι λείπει."
AT = START - timedelta(minutes=1)


def talk(*lines: tuple[Author, str]) -> list[Line]:
    """Newest first."""
    return [Line(f"in:{n}", author, text, AT) for n, (author, text) in enumerate(lines)]


@pytest.mark.parametrize(
    "echo", [OURS, fold_gsm7(OURS), OURS[:60], OURS[20:], f"{OURS}\n1. Ναι\n2. Όχι", fold_gsm7(f"{OURS}\n1. Ναι")]
)
def test_an_echo_is_a_machines_from_the_second_on(echo: str) -> None:
    once = talk((Author.BOT, OURS), (Author.CITIZEN, "γεια"))
    assert not is_machines(echo, START, once)
    assert is_machines(echo, START, talk((Author.BOT, OURS), (Author.CITIZEN, OTHER), (Author.BOT, OTHER)))
    assert is_machines(echo, START, talk((Author.CITIZEN, echo), (Author.BOT, OURS)))
    assert not is_machines(echo, START + WITHIN, talk((Author.CITIZEN, echo), (Author.BOT, OURS)))


@pytest.mark.parametrize(
    "text", ["Ναι", "τον αριθμό", f"{OURS} Δεν τον βρίσκω όμως πουθενά.", "Πού είναι η αίτησή μου στο ΚΕΠ;"]
)
def test_words_of_ours_in_a_persons_message_are_no_echo(text: str) -> None:
    assert not is_machines(text, START, talk((Author.BOT, OURS), (Author.CITIZEN, OTHER), (Author.BOT, OTHER)))


def test_an_agents_words_are_not_ours() -> None:
    assert not is_machines(OURS, START, talk((Author.AGENT, OURS), (Author.CITIZEN, OTHER), (Author.BOT, OTHER)))


def test_what_says_that_it_is_automatic_is_a_machines_where_it_is_the_same_again() -> None:
    assert not is_machines(AWAY, START, [])
    assert not is_machines(AWAY, START, talk((Author.CITIZEN, "γεια")))
    assert is_machines(AWAY, START, talk((Author.BOT, OURS), (Author.CITIZEN, AWAY)))


def test_a_run_is_all_that_was_said_since_the_text_first_came() -> None:
    lines = talk(
        (Author.BOT, "δ"),
        (Author.CITIZEN, "ίδιο"),
        (Author.BOT, "γ"),
        (Author.CITIZEN, "Ίδιο "),
        (Author.BOT, "α"),
        (Author.CITIZEN, "άλλο"),
        (Author.CITIZEN, "ίδιο"),
    )
    assert [line.text for line in run_of("ίδιο", START, lines)] == ["δ", "ίδιο", "γ", "Ίδιο "]
    assert run_of("ίδιο", START + WITHIN, lines) == []
    assert run_of("ίδιο", START, talk((Author.BOT, "α"))) == []


def test_a_flood_is_so_many_within_a_minute() -> None:
    lately = said(*[("ίδιο", timedelta(seconds=59))] * A_MINUTE)
    assert floods(START, lately)
    assert not floods(START, lately[1:])
    assert not floods(START + timedelta(seconds=1), lately)
