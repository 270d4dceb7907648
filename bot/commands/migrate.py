"""``migrate``: bring the database to today's schema."""

from __future__ import annotations

import argparse
import sys

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.store import open_store


def options(_parser: argparse.ArgumentParser) -> None:
    """It has none: the database is DATABASE_URL's."""


def run(_arguments: argparse.Namespace) -> int:
    return run_loop(_migrate())


async def _migrate() -> int:
    async with open_store(start(), migrating=True):
        sys.stderr.write("the database has today's schema\n")
    return 0
