"""Which of the cases talked about a message means that names none: the one before, the other, the first. Pure.

By words: earlier.yml. Slot ``talked`` remembers them: ``{"order": [...], "before": ...}``, references in the order in
which they were first told, and the one talked about before the present one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dialogues.understanding.phrases import Phrases, load_phrases

_MOST = 6  # cases that are remembered
_TWO = 2
_PLACES = {"first": 0, "second": 1}


def earlier_case(text: str, slots: Mapping[str, Any]) -> str | None:
    """The reference of the case that «το προηγούμενο», «το άλλο» or «το πρώτο» means; ``None`` where nothing says so,
    or no other was talked about."""
    talked = slots.get("talked") or {}
    order: Sequence[str] = talked.get("order") or ()
    told = _table().find(text) if order else None
    if told is None:
        return None
    if told in _PLACES:
        return order[_PLACES[told]] if len(order) >= _TWO else None
    return None if told == "all" else talked.get("before") or _only_other(order, slots.get("case"))


def _only_other(order: Sequence[str], current: str | None) -> str | None:
    """The other of two that were named in one message, of which one was told."""
    others = [reference for reference in order if reference != current]
    return others[0] if len(others) == 1 and len(order) == _TWO else None


def asks_of_all(text: str) -> bool:
    """Is it asked of all cases, not of the one talked about: «από όσα έχω, ποιο...»?"""
    return _table().find(text) == "all"


def remembered(slots: Mapping[str, Any], told: Iterable[str], listed: Sequence[str] = ()) -> dict[str, Any] | None:
    """What slot ``talked`` holds after these cases were told one by one, or ``listed`` in one answer; ``None`` where
    nothing changes."""
    talked = slots.get("talked") or {}
    order = list(listed or talked.get("order") or ())
    before, current = talked.get("before"), slots.get("case")
    for reference in told:
        if reference != current:
            before, current = current or before, reference
        if reference not in order:
            order.append(reference)
    changed = {"order": order[-_MOST:], "before": before}
    return changed if changed != talked and order else None


@cache
def _table() -> Phrases:
    return load_phrases(Path(__file__).with_name("earlier.yml"))
