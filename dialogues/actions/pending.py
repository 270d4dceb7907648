"""The wish that a question interrupts: remembered as plain data in slot ``pending``, taken up when it is answered."""

from __future__ import annotations

from typing import Any

from dialogues.actions.base import ActionInput


def remember(intent: str, reference: str | None = None, *, mark: str | None = None) -> dict[str, Any]:
    """What slot ``pending`` holds: the intent, the case it named, if any, and which answer showed digits for it."""
    return {"intent": intent, "reference": reference, **({"mark": mark} if mark else {})}


def wish_of(turn: ActionInput) -> str | None:
    """The intent that waits, if any."""
    pending = turn.slots.get("pending")
    return pending["intent"] if pending else None


def reference_of(turn: ActionInput) -> str | None:
    """The case that the waiting wish named, if any."""
    pending = turn.slots.get("pending")
    return pending["reference"] if pending else None


def mark_of(turn: ActionInput) -> str | None:
    """Which answer showed the digits that the waiting wish needs, if it needs any."""
    pending = turn.slots.get("pending")
    return pending.get("mark") if pending else None
