"""``retain``: let go of what is older than its period, now. ``--dry-run``: print what would go, change nothing."""

from __future__ import annotations

import argparse
import sys

from bot.app import utc_now
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.store import open_store
from casestore.rights.purge import LettingGo
from casestore.rights.retention import Keep


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="print what would go, and change nothing")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_retain(dry=arguments.dry_run))


async def _retain(*, dry: bool) -> int:
    now = utc_now()
    async with open_store(start()) as store:
        letting_go = LettingGo(store.database)
        for keep in letting_go.kept:
            rows = await letting_go.would_go(keep, now) if dry else await letting_go.all(keep, now)
            sys.stdout.write(f"{_line(keep, rows)}\n")
    return 0


def _line(keep: Keep, rows: int) -> str:
    done = "emptied" if keep.empty else "deleted"
    return f"{rows:>10}  {done:8} {keep.name:20} {keep.period.days:>5} days  {keep.why}"
