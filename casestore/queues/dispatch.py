"""What a message to send is, on its way into the outbox and in a sender's hands. Data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """Lower goes first."""

    CODE = 0
    REPLY = 1
    CASE = 2
    REMINDER = 3
    MASS = 4


class Kind(StrEnum):
    """What a dispatch is. The bot's answers in a conversation that an agent has taken over are not sent any more."""

    REPLY = "reply"  # the bot's answer
    CODE = "code"
    LINK = "link"
    AGENT = "agent"  # what an agent writes
    NOTICE = "notice"  # beside an agent: a confirmation that alerts have stopped
    CASE = "case"  # news of a case, of which nobody asked: checked once more before it goes
    WAIT_MINUTE = "wait-minute"  # the one sentence that says that there are no more answers for a while
    WAIT_DAY = "wait-day"
    ALARM = "alarm"  # the one answer to danger or despair where no other is given


SAID_BY_BOT = (Kind.REPLY, Kind.WAIT_MINUTE, Kind.WAIT_DAY)  # not sent any more once an agent answers
TAKEN_OVER = "taken-over"  # the reason of those


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Something to send. ``key`` is unique for its cause; ``body`` is any text (JSON), sealed here. ``parts``: how many
    will be billed, until the provider says how many were."""

    key: str
    channel: str
    address: str
    body: str
    kind: Kind
    priority: Priority
    conversation_id: int | None
    due_at: datetime
    expires_at: datetime | None = None
    parts: int = 1


@dataclass(frozen=True, slots=True)
class ClaimedDispatch:
    """A dispatch in hand. ``in_doubt``: an earlier attempt may have been accepted; ``since``: the first attempt."""

    id: int
    channel: str
    recipient_key: str
    address_sealed: bytes
    body_sealed: bytes
    kind: str
    attempts: int
    doubts: int
    in_doubt: bool
    since: datetime
    expires_at: datetime | None
    claim: str
