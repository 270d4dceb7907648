"""``dispatch``: was the citizen told? Every decision about every notice of a case or of a citizen, oldest first; or of
those of which nobody can say whether they arrived. Or what the office is to be told: cases that sit."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.runtime import utc_now
from bot.store import open_store
from casestore.notices.model import NoticeLine
from casestore.people.quiet_hours import ATHENS
from connectors.references import canonical

_KEY = re.compile(r"[0-9a-f]{32}")


def options(parser: argparse.ArgumentParser) -> None:
    whose = "a case's reference, as it may be typed, or a citizen's key (the column afm_key, as shown here)"
    parser.add_argument("whose", metavar="CASE|CITIZEN-KEY", nargs="?", help=whose)
    unknown = "instead: notices of which nobody can say for more than a day whether they arrived (30 days back)"
    parser.add_argument("--unknown", action="store_true", help=unknown)
    sitting = "instead: open cases that take longer than expected, for their offices; the longest first, no person"
    parser.add_argument("--sitting", action="store_true", help=sitting)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    if bool(arguments.whose) + arguments.unknown + arguments.sitting != 1:
        sys.stderr.write("dispatch: name a case or a citizen's key, or --unknown, or --sitting\n")
        return 2
    if arguments.sitting:
        return run_loop(_sitting(as_json=arguments.json))
    return run_loop(_dispatch(arguments.whose, as_json=arguments.json))


async def _dispatch(whose: str | None, *, as_json: bool) -> int:
    """0, or 1 where nothing is on record."""
    async with open_store(start()) as store:
        if whose is None:
            lines = await store.notice_records.unknown(utc_now())
        elif _KEY.fullmatch(whose):
            lines = await store.notice_records.lines(citizen_key=whose)
        else:
            lines = await store.notice_records.lines(reference=canonical(whose) or whose)
    write(lines, as_json=as_json)
    return 0 if lines else 1


async def _sitting(*, as_json: bool) -> int:
    """0, also where none does."""
    async with open_store(start()) as store:
        sitting = await store.timed_facts.sitting_cases()
    for case in sitting:
        told = {**asdict(case), "since": case.since.isoformat()}
        told["expected_by"] = case.expected_by.isoformat() if case.expected_by else None
        plain = " ".join(str(value) for value in (told["since"], *list(told.values())[:4], told["expected_by"] or ""))
        sys.stdout.write(f"{json.dumps(told, ensure_ascii=False) if as_json else plain.rstrip()}\n")
    if not sitting and not as_json:
        sys.stdout.write("no case sits\n")
    return 0


def write(lines: Sequence[NoticeLine], *, as_json: bool) -> None:
    for line in lines:
        sys.stdout.write(f"{_json(line) if as_json else _plain(line)}\n")
    if not lines and not as_json:
        sys.stdout.write("no notice on record\n")


def _json(line: NoticeLine) -> str:
    told = {
        "at": line.at.isoformat(),
        "notice": line.notice_id,
        "case": line.reference,
        "citizen": line.citizen_key,
        "event": line.event,
        "channel": line.channel,
        "reason": line.reason,
        "until": line.until.isoformat() if line.until else None,
    }
    return json.dumps(told, ensure_ascii=False)


def _plain(line: NoticeLine) -> str:
    until = f"until {line.until.astimezone(ATHENS):%Y-%m-%d %H:%M}" if line.until else ""
    more = " ".join(filter(None, (line.channel, line.reason, until)))
    when = f"{line.at.astimezone(ATHENS):%Y-%m-%d %H:%M:%S}"
    return f"{when}  {line.notice_id:>6}  {line.reference:16} {line.event:12} {more}".rstrip()
