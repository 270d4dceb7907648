"""What a state is that ends: which rows, how long at most, and what becomes of them then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STUCK = "stuck"
"""The reason of what was ended because nobody had ended it in time."""


class Ending(StrEnum):
    """What becomes of a row beyond its time."""

    MOVED = "moved"  # it gets the values of ``ends``
    DELETED = "deleted"
    SETTLED = "settled"  # as a notice: nobody can say whether it arrived, or it never went
    REFUSED = "refused"  # as a document, with its content; a person is called
    DISMISSED = "dismissed"  # likewise, and nobody is called: its citizen never said what it is
    CALLED = "called"  # as a step of a document; a person is called
    UNCALLED = "uncalled"  # as a call-back: an employee answers in its conversation instead
    FAILED = "failed"  # as a request for a certificate; a person is called
    BY_PERSON = "by a person"  # nothing but a person ends it: it is shown


@dataclass(frozen=True, slots=True)
class MovingState:
    """Rows of ``table`` that are on their way while ``only`` holds, by ``since`` for ``most`` at most.

    ``by``: what ends them in time, in the words of docs/operation.md. ``ends``: the new values, where they are moved.
    ``shown``: not for longer than this, where nobody has to end it; it stays in the log.
    """

    name: str
    table: Table
    since: Column[datetime]
    most: timedelta
    by: str
    ending: Ending
    only: ColumnElement[bool] | None = None
    ends: Mapping[str, Any] = field(default_factory=dict)
    shown: timedelta | None = None

    def beyond(self, now: datetime) -> ColumnElement[bool]:
        """On its way for longer than it may be."""
        late = [self.since < now - self.most, *([] if self.only is None else [self.only])]
        return and_(*late, *([] if self.shown is None else [self.since > now - self.shown]))
