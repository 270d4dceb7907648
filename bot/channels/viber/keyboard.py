"""Choices as a Viber keyboard. https://developers.viber.com/docs/tools/keyboards/"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from dialogues.turn import Choice

WIDTH = 6  # columns of the grid
MAX_ROWS = 12  # more does not fit a phone held upright
LABEL_LIMIT = 250
_PER_ROW = (6, 3, 2, 1)
_ROW_CHARACTERS = 38
_PADDING = 4  # a button's own margins, in characters
_SHORTENED = 49  # even if every character becomes "&amp;"

Rows = tuple[tuple[Choice, ...], ...]


def layout(choices: Sequence[Choice]) -> Rows:
    """Fill row after row with 6, 3, 2 or 1 choices: the most whose titles can be read side by side."""
    rows: list[tuple[Choice, ...]] = []
    rest = tuple(choices)
    while rest:
        count = next(n for n in _PER_ROW if n == 1 or (n <= len(rest) and _width(rest[:n]) <= _ROW_CHARACTERS))
        rows.append(rest[:count])
        rest = rest[count:]
    return tuple(rows)


def keyboard(choices: Sequence[Choice]) -> dict[str, Any]:
    """Buttons in the fields of API level 1, so that every client shows them. A tap comes back as a text message."""
    buttons = [button(choice, WIDTH // len(row)) for row in layout(choices) for choice in row]
    return {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}


def button(choice: Choice, columns: int) -> dict[str, Any]:
    return {
        "Columns": columns,
        "Rows": 1,
        "ActionType": "reply",
        "ActionBody": choice.value,
        "Text": label(choice.title),
        "TextSize": "regular",
    }


def label(title: str) -> str:
    """The title as HTML text: a label may hold tags, a title never does."""
    whole = html.escape(title, quote=False)
    return whole if len(whole) <= LABEL_LIMIT else html.escape(title[:_SHORTENED], quote=False) + "…"


def _width(choices: Sequence[Choice]) -> int:
    return sum(len(choice.title) + _PADDING for choice in choices)
