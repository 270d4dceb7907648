"""What the handsets show: two chats a person, and a stream of changes for whoever is looking."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.phone.faults import ChannelName
from bot.phone.people import Person

KEPT = 200
"""Bubbles kept for each chat."""
BACKLOG = 500
"""Changes that a slow page may lag behind before it is cut off and starts anew."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing in a chat. ``mine``: from the citizen. ``status`` is ``sending``, ``taken``, ``failed`` for those, and
    ``queued``, ``sent``, ``delivered``, ``seen``, ``undelivered``, ``failed`` for the service's. ``kind`` is Viber's
    message type, or ``event`` for what has no bubble. ``detail`` depends on the kind; ``keyboard`` is a list of
    buttons, ``parts`` an SMS count."""

    id: int
    mine: bool
    kind: str
    text: str
    at: datetime
    status: str
    provider_id: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    keyboard: tuple[Mapping[str, Any], ...] = ()
    parts: Mapping[str, Any] | None = None


Change = dict[str, Any]
"""``{"change": "bubble" | "flags" | "snapshot", ...}``, ready for JSON."""


class Screens:
    """The chats of the known handsets. Addresses that nobody holds are quietly not shown."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = tuple(people)
        self._ids = itertools.count(1)
        self._holders = {("viber", person.viber_id): person.key for person in self.people}
        self._holders |= {("sms", person.number): person.key for person in self.people}
        self._chats: dict[tuple[str, str], deque[Bubble]] = {
            (channel, person.key): deque(maxlen=KEPT) for channel in ("viber", "sms") for person in self.people
        }
        self._flags: dict[str, dict[str, bool]] = {person.key: {} for person in self.people}
        self._lookers: set[asyncio.Queue[Change | None]] = set()

    def holder(self, channel: ChannelName, address: str) -> str | None:
        """The key of the person at this address, if the demo knows one."""
        return self._holders.get((channel, address))

    def chat(self, channel: ChannelName, key: str) -> tuple[Bubble, ...]:
        """The bubbles of one chat, oldest first."""
        return tuple(self._chats[channel, key])

    def add(
        self,
        channel: ChannelName,
        address: str,
        *,
        mine: bool,
        kind: str,
        text: str,
        at: datetime,
        status: str,
        **more: Any,
    ) -> Bubble | None:
        """Show something new; ``None`` when nobody holds the address."""
        key = self.holder(channel, address)
        if key is None:
            return None
        bubble = Bubble(next(self._ids), mine, kind, text, at, status, **more)
        self._chats[channel, key].append(bubble)
        self._tell(_bubble_change(channel, key, bubble))
        return bubble

    def mark(self, channel: ChannelName, address: str, bubble_id: int, **changes: Any) -> None:
        """Change what is shown, e.g. a tick."""
        key = self.holder(channel, address)
        if key is None:
            return
        chat = self._chats[channel, key]
        for index, bubble in enumerate(chat):
            if bubble.id == bubble_id:
                chat[index] = replace(bubble, **changes)
                self._tell(_bubble_change(channel, key, chat[index]))
                return

    def flag(self, channel: ChannelName, address: str, name: str, value: bool) -> None:
        """Tell the page a fact of the handset: ``subscribed``, ``open``, ``stopped``, ``off``."""
        key = self.holder(channel, address)
        if key is not None and self._flags[key].get(name) != value:
            self._flags[key][name] = value
            self._tell({"change": "flags", "person": key, "flags": dict(self._flags[key])})

    def snapshot(self) -> Change:
        """All that there is to see."""
        chats = [
            {"channel": channel, "person": key, "bubbles": [as_json(bubble) for bubble in chat]}
            for (channel, key), chat in self._chats.items()
        ]
        return {"change": "snapshot", "chats": chats, "flags": {key: dict(flags) for key, flags in self._flags.items()}}

    def look(self) -> asyncio.Queue[Change | None]:
        """Start to watch: first the snapshot, then every change; ``None`` ends it."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(maxsize=BACKLOG + 2)
        queue.put_nowait(self.snapshot())
        self._lookers.add(queue)
        return queue

    def look_away(self, queue: asyncio.Queue[Change | None]) -> None:
        """Stop watching."""
        self._lookers.discard(queue)

    def clear(self) -> None:
        """Empty every chat."""
        for chat in self._chats.values():
            chat.clear()
        for flags in self._flags.values():
            flags.clear()
        self._tell(self.snapshot())

    def close(self) -> None:
        """End all watching."""
        for queue in list(self._lookers):
            self._cut(queue)

    def _tell(self, change: Change) -> None:
        for queue in list(self._lookers):
            if queue.qsize() >= BACKLOG:
                self._cut(queue)
            else:
                queue.put_nowait(change)

    def _cut(self, queue: asyncio.Queue[Change | None]) -> None:
        self._lookers.discard(queue)
        queue.put_nowait(None)


def as_json(bubble: Bubble) -> dict[str, Any]:
    """A bubble as the page reads it."""
    return asdict(bubble) | {"at": bubble.at.isoformat()}


def _bubble_change(channel: ChannelName, key: str, bubble: Bubble) -> Change:
    return {"change": "bubble", "channel": channel, "person": key, "bubble": as_json(bubble)}
