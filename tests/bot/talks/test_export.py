"""A conversation as a talk: what was asked stays, who asked does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import load
from bot.store import open_store
from bot.talks.export import anonymous, as_yaml, exported
from nlu.talks import read_talks
from tests.clock import START
from tests.journeys.commandline import Here, empty_folder

SAID = [
    ("Λέγομαι Γιώργος Παπαδάκης, Ανδρούτσου 14, πού είναι η ΑΔ-2026-000777;", ["Γι", "Παπ", "Ανδ", "777"]),
    ("to afm mou einai 123456783 kai to kinito 6971234567, me lene maria kapsali", ["1234", "697", "maria", "kaps"]),
    ("γράψε μου στο maria@example.gr ή δες https://x.gr/a?b=1", ["maria", "example", "x.gr"]),
    ("My name is John Smith, any news about AD-2026-000777 by 12/12?", ["John", "Smith", "777", "12/12"]),
    ("ok κ. Κουτσογιαννόπουλε, ΚΑΕΚ 050681726008/0/0, 1.234,50 ευρώ", ["Κουτσ", "0506", "234"]),
]


@pytest.mark.parametrize(("said", "gone"), SAID)
def test_who_somebody_is_goes(said: str, gone: list[str]) -> None:
    kept = anonymous(said)
    assert [each for each in gone if each in kept] == []


@pytest.mark.parametrize(
    "said", ["πού είναι η άδειά μου ρε παιδιά;", "kt ti leipei?", "που ιναι ι αιτισι μου", "any news on my permit"]
)
def test_what_was_asked_stays(said: str) -> None:
    assert anonymous(said) == said


def test_unknown_words_stay_where_somebody_takes_the_names_out() -> None:
    assert anonymous("στου Μουρατίδου") == "στου [word]"
    assert anonymous("στου Μουρατίδου", words=True) == "στου Μουρατίδου"


@given(st.integers(10_000_000, 99_999_999), st.sampled_from(["", " ", "-"]), st.text(max_size=20))
def test_no_long_number_is_left_however_it_stands(number: int, between: str, around: str) -> None:
    digits = between.join(str(number)[place : place + 2] for place in range(0, 8, 2))
    assert str(number)[2:6] not in anonymous(f"{around} {digits} {around}", words=True).replace(between or "\0", "")


def user(text: str, facet: str | None = None, intent: str = "ask_facet") -> dict[str, Any]:
    parsed: dict[str, Any] = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    return {"event": "user", "parse_data": parsed | ({"facet": facet} if facet else {})}


def said(response: str) -> dict[str, Any]:
    return {"event": "bot", "metadata": {"utter_action": response}}


TURN_1: list[dict[str, Any]] = [
    {"event": "session_started"},
    user("πού είναι η ΑΔ-2026-000777;", intent="ask_case_status"),
]
TURN_1 += [{"event": "slot", "name": "about", "value": "case"}, said("utter_case_status")]
TURN_2 = [user("κι ύστερα;", "next"), said("utter_case_next")]


def test_a_talk_says_what_was_heard_and_is_one_to_learn_from(tmp_path: Path) -> None:
    text = as_yaml("conversation-7", exported([*TURN_1, *TURN_2]))
    (tmp_path / "exported.yml").write_text(text, "utf-8")
    assert list(read_talks(tmp_path)) == [
        ("πού είναι η ΑΔ-2026-000123;", "none", "none"),
        ("κι ύστερα;", "case", "next"),
    ]
    assert "heard: ask_case_status; answered: utter_case_status" in text


@pytest.fixture
async def run_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], sqlite_url: str
) -> AsyncIterator[Here]:
    with empty_folder(monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", sqlite_url)
        yield Here(capsys)


async def test_by_the_command(run_command: Here) -> None:
    async with open_store(load()) as store:
        conversation = (await store.conversations.at("viber", "someone", START)).id
        async with store.database.write() as connection:
            for number, turn in enumerate([TURN_1, TURN_2], 1):
                await store.history.add(connection, conversation, number, turn, START)
    done = await run_command("export", str(conversation))
    assert done.code == 0
    (talk,) = yaml.safe_load(done.out)
    assert [turn["say"] for turn in talk["turns"]] == ["πού είναι η ΑΔ-2026-000123;", "κι ύστερα;"]
    assert "Read it before it is kept" in done.err
    assert (await run_command("export", "999")).code == 1
