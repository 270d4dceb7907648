"""Talks: what a file may hold, what is wrong with an answer, and a file that holds from end to end."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from bot.talks.checks import Answer, faults, language_of
from bot.talks.fold import fold_pattern, fold_text
from bot.talks.script import BadTalk, Script, Talk, TalkTurn, read
from tests.guards.sizes import ROOT

EXAMPLE = ROOT / "tests/talks/example.yml"


def test_text_and_pattern_are_folded_alike() -> None:
    assert fold_text("Ἀριθμός ΑΔ-2026") == fold_text("APIΘΜΟΣ AΔ-2026")
    assert fold_pattern(r"\bΝαί\b|\d{6}") == r"\bναι\b|\d{6}"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Η υπόθεση ΑΔ-2026-000123 στο gov.gr", "el"),
        ("Your case ΑΔ-2026-000123", "en"),
        ("ΑΔ-2026-000123: 18/12", "any"),
        ("AΔ-2026-001014 (OIKOΔOMIKH AΔEIA):\nANOIΞE ΣTO ONOMA ΣAΣ. ΣTAΔIO: YΠOBOΛH.", "el"),  # as an SMS goes out
    ],
)
def test_the_language_of_an_answer(text: str, language: str) -> None:
    assert language_of(text) == language


def wrong(turn: TalkTurn, answer: Answer, *before: Answer, channel: str = "sms", proven: bool = False) -> list[str]:
    talk = Talk("t", channel, "A", "A", "accented", ("A",), (turn,))
    script = Script((talk,), words={"day": "18/12|18 Δεκ"})
    own = frozenset({fold_text("ΑΔ-2026-000123")})
    return faults(script, talk, turn, answer, before, references={"mine": "ΑΔ-2026-000123"}, own=own, proven=proven)


GOOD = Answer(("Η άδεια ΑΔ-2026-000123 θα είναι έτοιμη στις 18 Δεκεμβρίου.",), responses=("utter_case_when",))


def test_an_answer_that_holds() -> None:
    assert wrong(TalkTurn(say="πότε;", must=("<day>", "{mine}"), never=("δωρεάν",)), GOOD) == []


@pytest.mark.parametrize(
    ("turn", "answer", "before", "fault"),
    [
        (TalkTurn(say="πότε;"), Answer(()), (), "no answer"),
        (TalkTurn(say="πότε;", must=("προέγκριση",)), GOOD, (), "must προέγκριση"),
        (TalkTurn(say="πότε;", never=("<day>",)), GOOD, (), "not <day>"),
        (TalkTurn(say="πότε;"), GOOD, (GOOD,), "said before"),
        (
            TalkTurn(say="και η άλλη;", other="[Α-Ω]{2}-2026-[0-9]{6}"),
            GOOD,
            (GOOD, Answer(("Μια στιγμή.",)), GOOD),
            "other",
        ),
        (TalkTurn(say="when?", language="en"), GOOD, (), "language"),
        (TalkTurn(say="πότε;", most=20), GOOD, (), "too long"),
        (TalkTurn(say="πότε;"), Answer(("Δεν κατάλαβα.",), responses=("utter_rephrase",)), (), "not understood"),
        (TalkTurn(say="πότε;"), Answer(("Πείτε μου.",), responses=("utter_affirm_nothing",)), (), "stock answer"),
        (TalkTurn(say="πότε;"), Answer(("Η ΠΠ-2026-000401 προχωρά.",)), (), "another's case"),
        (TalkTurn(say="πότε;"), Answer(("Από utter_case_status.",)), (), "an inner name"),
    ],
)
def test_what_is_wrong_with_an_answer(turn: TalkTurn, answer: Answer, before: tuple[Answer, ...], fault: str) -> None:
    assert any(one.startswith(fault) for one in wrong(turn, answer, *before))


def test_who_is_linked_is_not_told_to_link() -> None:
    told = Answer(("Γράψτε μου τον ΑΦΜ σας.",))
    assert wrong(TalkTurn(say="πότε;"), told, channel="viber", proven=True) == ["told to link"]
    assert wrong(TalkTurn(say="πότε;"), told, channel="viber") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("talks: []", "needs a list"),
        ("dialogues: [{id: a, at: fax A, turns: [{say: x}]}]", "a: 'at'"),
        ("dialogues: [{id: a, at: sms A, turns: []}]", "a: no turns"),
        ("dialogues: [{id: a, at: sms A, turns: [{say: x, shall: y}]}]", "a: a turn has no shall"),
        ("dialogues: [{id: a, at: sms A, turns: [{say: x, lang: fr}]}]", "a: lang"),
        ("dialogues: [{id: a, at: sms A, turns: [{say: x, must: ['<who>']}]}]", "<who>"),
        ("dialogues: [{id: a, at: sms A, turns: [{say: x, must: ['(']}]}]", r"\("),
    ],
)
def test_a_file_that_is_none_says_why(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "talks.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadTalk, match=why):
        read(file)


@pytest.mark.slow
async def test_the_example_holds_by_the_command() -> None:
    command = (sys.executable, "-m", "dialogues", "evaluate", str(EXAMPLE), "--json")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    report = json.loads(out)
    assert process.returncode == 0
    assert (report["talks"], report["failed"]) == (1.0, [])
