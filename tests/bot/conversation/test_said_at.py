"""At what time a citizen's line stands in the transcript."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.port import Inbound, InboundKind
from bot.conversation.turn_handler import said_at
from casestore.queues.inbox import Claimed
from tests.clock import START

CAME, NOW = START, START + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, 0), (-3600, -3600), (-86_400, -86_400), (-86_401, 0), (-10_000_000, 0), (600, 600), (601, 0)],
)
def test_the_providers_word_counts_unless_it_is_off_by_days(seconds: int, expected: int) -> None:
    at = CAME + timedelta(seconds=seconds)
    claimed = Claimed(7, "viber", "5", b"", 1, CAME, "claim")
    message = Inbound("viber", "5", InboundKind.MESSAGE, "a=", at)
    assert said_at(claimed, message, NOW) == CAME + timedelta(seconds=expected)
