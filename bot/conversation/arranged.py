"""What supervisors arrange (desks, hours, ready answers) as it stands now: what they set last, else a file's.

It is looked up where it is used, one small query, so a change counts from its commit in every process.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.hours import Hours, hours_data, read_which
from bot.store import Store
from casestore.staff.arrangements import Kind

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Arranged(Generic[T]):
    """``default``: the file's data. ``parse`` raises ``ValueError`` for what makes no sense. ``fixed``: a setting says
    how it is, and nobody sets it otherwise."""

    def __init__(self, kind: Kind, default: Any, parse: Callable[[Any], T], *, fixed: bool = False) -> None:
        self.kind = kind
        self.fixed = fixed
        self.default = default
        self.parse = parse
        self.number = 0
        """Of the arrangement that counts; 0: the file does."""
        self.data = default
        self.last: T = parse(default)
        """As it was when it was looked up last."""

    def take(self, number: int, body: str) -> None:
        """From now on this counts; empty: the file."""
        try:
            data = json.loads(body) if body else self.default
            self.last, self.data = self.parse(data), data
        except ValueError as error:  # it made sense to the version that took it
            log.error("arranged.senseless", kind=self.kind, number=number, error=type(error).__name__)  # noqa: TRY400
        self.number = number


async def refresh(store: Store, *these: Arranged[Any], connection: AsyncConnection | None = None) -> None:
    """Look up what counts now. ``connection``: within this transaction."""
    newest = await store.arrangements.newest(connection)
    for one in these:
        number = newest.get(one.kind, 0)
        if number != one.number and not one.fixed:
            found = await store.arrangements.find(number, connection)
            one.take(number, found.body if found else "")


def arranged_hours(which: str) -> Arranged[Hours]:
    """``which``: the setting ``STAFF_HOURS``. Raises :class:`bot.conversation.hours.BadHours`, ``OSError``."""
    return Arranged(Kind.HOURS, hours_data(which), lambda data: read_which(which, data), fixed=bool(which))
