"""A channel without a provider."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from bot.channels.port import (
    Attachment,
    FetchError,
    Outbound,
    OutboundFile,
    Parsed,
    Part,
    Remedy,
    Sent,
    WebhookRequest,
)
from dialogues.turn import Reply

Result = Sent | Exception
T = TypeVar("T")


class FakeChannel:
    """Sends and looks up as scripted, the last result for ever. No provider calls it: every webhook is refused."""

    paths = ("/webhooks/fake",)

    def __init__(
        self, *results: Result, findings: Sequence[Result | None] = (None,), name: str = "sms", rate: float = 1000.0
    ) -> None:
        """``findings`` are what looking up finds."""
        self.name = name
        self.rate = rate
        self._results, self._findings = deque(results), deque(findings)
        self.files: dict[str, bytes] = {}
        self.sent: list[Outbound] = []
        self.looked: list[frozenset[str]] = []
        self.looked_since: list[datetime] = []

    def verify(self, request: WebhookRequest) -> bool:
        return False

    def parse(self, request: WebhookRequest) -> Parsed:
        return Parsed()

    def compose(self, reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
        return (Part(reply.text, reply.choices, file),)

    async def send(self, message: Outbound) -> Sent:
        self.sent.append(message)
        result = _next(self._results)
        if isinstance(result, Exception):
            raise result
        return result

    async def find(self, message: Outbound, since: datetime, known: frozenset[str]) -> Sent | None:
        self.looked.append(known)
        self.looked_since.append(since)
        finding = _next(self._findings)
        if isinstance(finding, Exception):
            raise finding
        return finding

    async def fetch(self, attachment: Attachment, limit_bytes: int) -> bytes:
        """``files`` are what is kept, by address."""
        content = self.files.get(attachment.address or "")
        if content is None:
            raise FetchError(Remedy.NEVER, "media:no-address")
        if len(content) > limit_bytes:
            raise FetchError(Remedy.NEVER, "media:too-large")
        return content


def _next(script: deque[T]) -> T:
    return script.popleft() if len(script) > 1 else script[0]
