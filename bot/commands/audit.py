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
    verify = acts.add_parser("verify", help="0: whole; 1, with the first row that is not as it was written")
    shown = "NUMBER:CHAIN"
    verify.add_argument("--expect", type=_kept, metavar=shown, help="of a newest row, as printed and kept elsewhere")


def _kept(written: str) -> tuple[int, str]:
    number, _, chain = written.partition(":")
    return int(number), chain


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_verify(arguments.expect))


async def _verify(expect: tuple[int, str] | None) -> int:
    async with open_store(start()) as store:
        found = await store.audits.verify(utc_now(), expect)
    older = f", {found.before} older than the chain" if found.before else ""
    if found.broken is None:
        newest = f", the newest {found.newest}" if found.newest else ""
        sys.stdout.write(f"whole: {found.rows} rows{older}{newest}\n")
        return 0
    sys.stdout.write(f"broken at row {found.broken}: {found.why} ({found.rows} rows before it are whole{older})\n")
    return 1
