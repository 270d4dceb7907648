"""Charts as shapes for an SVG: where bars, marks, lines and labels are. Pure; the style sheet says how they look.

A value that there is none of has no bar. Bars of several series stand on one another; a mark is a line across its bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 900, 240
LEFT, RIGHT, TOP, BOTTOM = 70, 8, 12, 28  # what is kept free around the bars
_MOST_LABELS, _LINES = 10, 4
_GAP = 0.25  # of a bin, between two bars
Values = Sequence[int | None]
TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, *(1440 * days for days in (1, 2, 5, 10, 20, 50, 100)))
"""Minutes between two lines of lengths of time."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, of the series of this number in the bin of that one; a mark has no height."""

    x: float
    y: float
    width: float
    height: float
    series: int
    bin: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, at this value."""

    y: float
    value: int


@dataclass(frozen=True, slots=True)
class Label:
    """Under the bin of this number."""

    x: float
    bin: int


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Shape, ...]
    marks: tuple[Shape, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]


def chart(
    bars: Sequence[Values], marks: Sequence[Values] = (), most: int | None = None, steps: Sequence[int] = ()
) -> Chart:
    """``bars``, then ``marks``, are series with a value for each bin. ``most``: the value at the top, where it does
    not follow from them; ``steps``: those that may be between two lines, where not any round one may."""
    bins = max((len(series) for series in (*bars, *marks)), default=0)
    stacked = [sum(series[number] or 0 for series in bars) for number in range(bins)]
    highest = max([*stacked, *(value or 0 for series in marks for value in series)], default=0)
    step = step_for(most or highest, steps)
    top = most or max(step * -(-highest // step), step)
    across = (WIDTH - LEFT - RIGHT) / bins if bins else 0.0
    return Chart(
        tuple(_bars(bars, across, top)),
        tuple(_marks(marks, across, top, len(bars))),
        tuple(Line(_y(value, top), value) for value in range(0, top + 1, step)),
        tuple(Label(_round(LEFT + (n + 0.5) * across), n) for n in range(0, bins, -(-bins // _MOST_LABELS) or 1)),
    )


def step_for(highest: int, steps: Sequence[int] = ()) -> int:
    """Between two lines: the first of ``steps``, else 1, 2 or 5 times a power of ten, with which some lines are
    enough."""
    for step in steps:
        if step * _LINES >= highest:
            return step
    step = 1
    while step * _LINES < highest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _bars(series: Sequence[Values], across: float, top: int) -> list[Shape]:
    found: list[Shape] = []
    for number in range(max(map(len, series), default=0)):
        below = 0
        for kind, values in enumerate(series):
            if value := values[number]:
                y, foot = _y(below + value, top), _y(below, top)
                found.append(Shape(*_place(number, across), y, *_size(across, foot - y), kind, number))
                below += value
    return found


def _marks(series: Sequence[Values], across: float, top: int, first: int) -> list[Shape]:
    return [
        Shape(*_place(number, across), _y(value, top), *_size(across, 0.0), first + kind, number)
        for kind, values in enumerate(series)
        for number, value in enumerate(values)
        if value is not None
    ]


def _place(number: int, across: float) -> tuple[float]:
    return (_round(LEFT + (number + _GAP / 2) * across),)


def _size(across: float, height: float) -> tuple[float, float]:
    return _round(across * (1 - _GAP)), _round(height)


def _y(value: int, top: int) -> float:
    return _round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM))


def _round(number: float) -> float:
    return round(number, 2)
