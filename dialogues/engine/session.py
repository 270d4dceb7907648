"""Which part of a conversation still counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from dialogues.turn import Event

SILENCE = timedelta(hours=8)
"""A session ends when the citizen was silent this long: the afternoon may answer the morning, today not yesterday.
``session_config`` in dialogues/domain says the same to Rasa."""

BOUND = 60
"""A session's last events that a turn is given: some eight turns, far more than a rule looks back."""


def session_of(events: Sequence[Event], now: datetime) -> Sequence[Event]:
    """The events of the session that is still open at ``now``, at most :data:`BOUND` of them; else nothing."""
    last = next((event for event in reversed(events) if event.get("event") == "user"), None)
    if last is not None and now.timestamp() - last["timestamp"] > SILENCE.total_seconds():
        return ()
    start = next((i for i in range(len(events) - 1, -1, -1) if events[i].get("event") == "session_started"), 0)
    return events[max(start, len(events) - BOUND) :]


def slots_of(events: Sequence[Event]) -> dict[str, Any]:
    """The slots as a session's events leave them."""
    return {event["name"]: event["value"] for event in events if event.get("event") == "slot"}


def recent(events: Sequence[Event], turns: int) -> tuple[Sequence[Event], Sequence[Event]]:
    """Split a session before the message that began its last ``turns`` turns: (earlier, recent)."""
    begins = list(_messages_backwards(events))
    if len(begins) <= turns:
        return (), events
    return events[: begins[turns - 1]], events[begins[turns - 1] :]


def _messages_backwards(events: Sequence[Event]) -> Iterator[int]:
    return (i for i in range(len(events) - 1, -1, -1) if events[i].get("event") == "user")
