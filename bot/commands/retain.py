"""``retain``: let go of what is older than its period, now. ``--dry-run``: print what would go, change nothing."""

from __future__ import annotations

import argparse
import sys

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.runtime import utc_now
from bot.store import open_store
from casestore.rights.retention import RetentionRule


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="print what would go, and change nothing")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_retain(dry=arguments.dry_run))


async def _retain(*, dry: bool) -> int:
    now = utc_now()
    async with open_store(start()) as store:
        purger = store.purger
        for rule in purger.rules:
            rows = await purger.count_due(rule, now) if dry else await purger.all(rule, now)
            sys.stdout.write(f"{_line(rule, rows)}\n")
    return 0


def _line(rule: RetentionRule, rows: int) -> str:
    done = "emptied" if rule.empty else "deleted"
    return f"{rows:>10}  {done:8} {rule.name:20} {rule.period.days:>5} days  {rule.why}"
