"""``export``: a conversation as a talk to learn from, with what says who somebody is left out (docs/talks.md)."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.store import open_store
from bot.talks.export import as_yaml, exported

_READ_IT = "Read it before it is kept: some names are words. Then mark each turn with what it asks (docs/talks.md).\n"
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conversation", type=int, help="its number, as the console shows it")
    parser.add_argument("--words", action="store_true", help="keep unknown words too: take names out by hand")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_export(arguments.conversation, words=arguments.words))


async def _export(conversation: int, *, words: bool) -> int:
    """0, or 1 where that conversation has no message of a citizen."""
    async with open_store(start()) as store:
        events = await store.history.since(conversation, _EVER)
    turns = exported(events, words=words)
    if not turns:
        sys.stderr.write(f"export: nothing was said in conversation {conversation}\n")
        return 1
    sys.stdout.write(as_yaml(f"conversation-{conversation}", turns))
    sys.stderr.write(_READ_IT)
    return 0
