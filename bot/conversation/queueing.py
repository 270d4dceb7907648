"""What who waits for a person is told: the place in the queue, what others waited, or when employees are back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.arranged import Arranged, refresh
from bot.conversation.hours import Hours
from bot.store import Store
from casestore.people.quiet_hours import ATHENS
from dialogues.say import Say

LAST = timedelta(hours=1)
FEWEST = 3  # claims in that time, below which nothing is said of how long it takes


class QueueNews:
    """Reads the queue; says nothing where no employee has an account."""

    def __init__(self, store: Store, hours: Arranged[Hours]) -> None:
        self._store = store
        self._hours = hours

    async def news(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> Say | None:
        """The response for who has just come into the queue, and its values."""
        if not await self._store.accounts.any_can_answer(connection):
            return None
        await refresh(self._store, self._hours, connection=connection)
        hours = self._hours.last
        if not hours.holds(now):
            opens, by = hours.opens(now), hours.after(now, hours.within)
            return Say("utter_queue_closed", {"opens": shown(opens), "by": shown(by)})
        place = str(await self._store.handovers.place(connection, conversation_id))
        waits = await self._store.handovers.waits(connection, now - LAST)
        if len(waits) < FEWEST:
            return Say("utter_queue_place", {"place": place})
        low, high = expected(waits)
        return Say("utter_queue_wait", {"place": place, "low": str(low), "high": str(high)})


def expected(waits: Sequence[float]) -> tuple[int, int]:
    """Of waits in seconds, the shortest first, those of the middle four fifths, in whole minutes."""
    tenth = len(waits) // 10
    low, high = waits[tenth], waits[-1 - tenth]
    least = max(1, int(low // 60))
    return least, max(least + 1, ceil(high / 60))


def shown(instant: datetime) -> str:
    """A moment as it is written to a citizen: ``30/11 08:00``."""
    return f"{instant.astimezone(ATHENS):%-d/%-m %H:%M}"
