"""The channels that are tested, the one list of it: every suite, guard and table that runs over channels reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.channels.port import Channel
from tests.channels.harness import ADDRESS, TEXT, ChannelHarness
from tests.channels.sms_harness import SMS
from tests.channels.viber_harness import VIBER

HARNESSES: tuple[ChannelHarness, ...] = (VIBER, SMS)

TOKENS = tuple(harness.token for harness in HARNESSES)
PRIVATE = (*TOKENS, ADDRESS, ADDRESS[1:], TEXT)


@asynccontextmanager
async def channels() -> AsyncIterator[dict[str, Channel]]:
    """All of them, for what needs no provider."""
    async with aiohttp.ClientSession() as session:
        yield {harness.name: harness.build(session, "http://127.0.0.1:9") for harness in HARNESSES}
