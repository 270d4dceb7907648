"""Whether a mass notice that says it is running may be believed: after a restore its rows tell of an older time.

A running one is seen by a worker every few seconds, and that is written beside it, with the database in which it was.
Where that is too long ago, or was in another database, or lies before what this process itself has written, the rows
may be older than what was sent: it is paused until a person releases it. Until a process has looked, it sends nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casestore.broadcasts.model import Broadcast, BroadcastState, PauseReason

GAP = timedelta(minutes=10)
SEEN_EVERY = timedelta(seconds=15)


class RestoreGuard:
    """What this process knows of the mass notices that run."""

    def __init__(self) -> None:
        self._lineage: str | None = None
        self._latest: dict[int, datetime] = {}

    def begin(self, lineage: str) -> None:
        """This is the database; from here on mass notices may be sent."""
        self._lineage = lineage

    def broken(self, broadcast: Broadcast, now: datetime) -> PauseReason | None:
        """Why a running one must not go on; ``None``: all that it says can be believed."""
        latest = self._latest.get(broadcast.id)
        if broadcast.lineage != self._lineage or broadcast.seen_at is None:
            return PauseReason.RESTORED
        if latest is not None and broadcast.seen_at < latest:
            return PauseReason.RESTORED
        return PauseReason.GAP if now - broadcast.seen_at > GAP else None

    def saw(self, broadcast: Broadcast, now: datetime) -> None:
        """It was written down that it runs now."""
        self._latest[broadcast.id] = now

    def lets(self, broadcast: Broadcast, now: datetime) -> bool:
        """May something of it be handed to a provider?"""
        return broadcast.state is BroadcastState.RUNNING and self.broken(broadcast, now) is None
