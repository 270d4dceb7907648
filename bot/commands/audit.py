"""``audit verify``: is the audit log whole? No row changed, none missing."""

from __future__ import annotations

import argparse
import sys

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.runtime import utc_now
from bot.store import open_store


def options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("verify", help="0: whole; 1, with the first row that is not as it was written")


def run(_arguments: argparse.Namespace) -> int:
    return run_loop(_verify())


async def _verify() -> int:
    async with open_store(start()) as store:
        found = await store.audits.verify(utc_now())
    older = f", {found.before} older than the chain" if found.before else ""
    if found.broken is None:
        sys.stdout.write(f"whole: {found.rows} rows{older}\n")
        return 0
    sys.stdout.write(f"broken at row {found.broken}: {found.why} ({found.rows} rows before it are whole{older})\n")
    return 1
