"""What the phone has received and posted, in order, so that a test can count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.phone.faults import ChannelName


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the provider took. ``payload`` is the request as parsed (JSON for Viber, the form for SMS)."""

    channel: ChannelName
    address: str
    text: str
    provider_id: str
    at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """One attempt at a webhook. ``event`` is Viber's event, ``received`` or an SMS status; ``status`` the answer's."""

    channel: ChannelName
    event: str
    address: str
    status: int | None
    at: datetime


class Journal:
    """``counts`` always grows; the lists only with ``record``, and keep the newest ``keep`` (``None``: all)."""

    def __init__(self, *, record: bool = True, keep: int | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self.accepted: list[Accepted] = []
        self.posted: list[Posted] = []
        self.record = record
        self._keep = keep

    def accept(self, accepted: Accepted) -> None:
        """A message was taken."""
        self.counts[f"{accepted.channel}.accepted"] += 1
        self._note(self.accepted, accepted)

    def refuse(self, channel: ChannelName, code: int) -> None:
        """A message was not taken; ``code`` is the provider's."""
        self.counts[f"{channel}.refused.{code}"] += 1

    def post(self, posted: Posted) -> None:
        """A webhook was tried."""
        self.counts[f"{posted.channel}.posted.{posted.event}.{posted.status or 'unreachable'}"] += 1
        self._note(self.posted, posted)

    def clear(self) -> None:
        """Forget everything."""
        self.counts.clear()
        self.accepted.clear()
        self.posted.clear()

    def _note(self, notes: list[Any], note: object) -> None:
        if not self.record:
            return
        notes.append(note)
        # trimmed at twice the size, so that a long run pays for it rarely
        if self._keep is not None and len(notes) > 2 * self._keep:
            del notes[: -self._keep]
