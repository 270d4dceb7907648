"""Which events of a conversation still count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dialogues.engine.session import BOUND, SILENCE, recent, session_of, slots_of
from dialogues.questions import ASKED_BY
from dialogues.turn import Event
from nlu.yaml_file import read_yaml

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DOMAIN = Path(__file__).parents[3] / "dialogues/domain"


def event(kind: str, minutes_ago: float, **facts: object) -> Event:
    return {"event": kind, "timestamp": (NOW - timedelta(minutes=minutes_ago)).timestamp(), **facts}


def test_a_session_begins_where_the_last_one_started() -> None:
    old = [event("session_started", 90), event("user", 90)]
    new = [event("session_started", 60), event("user", 60), event("action", 60)]
    assert list(session_of([*old, *new], NOW)) == new


def test_silence_ends_a_session() -> None:
    events = [event("session_started", 481), event("user", 481)]
    assert not session_of(events, NOW)
    assert session_of(events, NOW - timedelta(minutes=2)) == events


def test_a_session_is_bounded_from_its_end() -> None:
    events = [event("session_started", 5), *(event("user", 5, text=str(n)) for n in range(BOUND))]
    assert list(session_of(events, NOW)) == events[1:]


def test_nothing_yet_is_no_session() -> None:
    assert not session_of([], NOW)


def test_the_last_value_of_a_slot_counts() -> None:
    events = [event("slot", 3, name="case", value="a"), event("slot", 2, name="case", value=None)]
    assert slots_of(events) == {"case": None}


@given(st.lists(st.sampled_from(["user", "action", "slot"]), max_size=30), st.integers(1, 4))
def test_the_recent_part_holds_the_last_turns(kinds: list[str], turns: int) -> None:
    events = [event(kind, 1) for kind in kinds]
    earlier, last = recent(events, turns)
    assert [*earlier, *last] == events
    assert sum(e["event"] == "user" for e in last) == min(turns, kinds.count("user"))
    assert not earlier or last[0]["event"] == "user"


def test_rasa_is_told_the_same_length() -> None:
    told = read_yaml(DOMAIN / "understanding.yml")["session_config"]
    assert told["session_expiration_time"] == SILENCE.total_seconds() / 60


def test_questions_and_the_slot_agree() -> None:
    slots = read_yaml(DOMAIN / "understanding.yml")["slots"]
    assert set(slots["question"]["values"]) == set(ASKED_BY.values())
