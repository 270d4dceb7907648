"""The wish that a question interrupts: remembered as plain data in slot ``pending``, taken up when it is answered."""

from __future__ import annotations

from typing import Any

from dialogues.actions.base import ActionInput


def remember(
    intent: str, reference: str | None = None, *, mark: str | None = None, facet: str | None = None
) -> dict[str, Any]:
    """What slot ``pending`` holds: the intent, the case it named, if any, which answer showed digits for it, and the
    narrower question that it is."""
    more = {"mark": mark, "facet": facet}
    return {"intent": intent, "reference": reference, **{name: value for name, value in more.items() if value}}


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


def facet_of(turn: ActionInput) -> str:
    """The narrower question: of the message, else of the wish that waits, else the one answered last."""
    pending = turn.slots.get("pending") or {}
    return str(turn.facet or pending.get("facet") or turn.slots.get("facet") or "state")
