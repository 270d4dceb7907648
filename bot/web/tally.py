"""What strangers do as often as they like: each is counted, and a line in the log is for all since the one before."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.runtime import Clock

LOGGED_EVERY = timedelta(minutes=1)


class Tally:
    """Counts by a name of ours."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._unlogged: dict[str, int] = {}
        self._logged_at: dict[str, datetime] = {}

    def add(self, name: str) -> int | None:
        """One more; how many there were since the last line, where it is time for one."""
        now = self._clock()
        times = self._unlogged[name] = self._unlogged.get(name, 0) + 1
        last = self._logged_at.get(name)
        if last is not None and now - last < LOGGED_EVERY:
            return None
        self._logged_at[name], self._unlogged[name] = now, 0
        return times
