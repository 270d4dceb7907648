"""What a rule of retention is. The rules themselves: :mod:`casestore.rights.retention`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_

DAY, YEAR = timedelta(days=1), timedelta(days=365)


@dataclass(frozen=True)
class RetentionRule:
    """How long one kind of record is kept.

    A row is due when its time in the column ``age`` is more than ``period`` ago and all conditions of ``only`` hold.
    Then the columns named in ``empty`` are emptied and those in ``also`` get new values; a rule with no ``empty``
    deletes the row. ``full_scan``: no index finds the rows by ``age``, so the table is walked by its ids, a window at a
    time. ``name`` is the rule's label in metrics, docs and commands; ``why`` says in docs/privacy.md why the period is
    this long.
    """

    name: str
    table: Table
    age: Column[datetime]
    period: timedelta
    why: str
    only: tuple[ColumnElement[bool], ...] = ()
    empty: tuple[str, ...] = ()
    also: Mapping[str, Any] = field(default_factory=dict)
    full_scan: bool = False

    def due(self, now: datetime) -> ColumnElement[bool]:
        return and_(self.age < now - self.period, *self.only)
