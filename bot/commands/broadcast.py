"""``broadcast``: mass notices. Planned by one person, approved by another, watched and stopped by either.

Every act is done as an operator (``--operator``), whose secret is read from the terminal, or from standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.commands.broadcast_shown import counted, listed, told
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.notices.build import broadcast_control, broadcast_drafting
from bot.notices.mass.audience import Audience, BadAudience, read_cases, read_list
from bot.notices.mass.control import BroadcastControl
from bot.notices.mass.drafting import CATEGORIES, Draft, Refused
from bot.notices.mass.operators import BadOperators, NotAllowed, entry
from bot.notices.mass.text import BadText, read_texts
from bot.runtime import utc_now
from bot.settings import Settings
from bot.store import Store, open_store
from casestore.broadcasts.model import Broadcast
from dialogues.catalogue import load_catalogue

SETTLES_WITHIN = 3.0  # seconds that a stop waits for what is in a worker's hands
_REFUSALS = (Refused, NotAllowed, BadAudience, BadText, BadOperators)


def options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    plan = acts.add_parser("plan", help="write down what is told and to whom, and look at it")
    plan.add_argument("--title", required=True, help="what it is called, also to who asks what was sent")
    plan.add_argument("--text", required=True, type=Path, metavar="FILE.yml", help="notice and correction, el and en")
    plan.add_argument("--cases", action="append", default=[], metavar="CONDITIONS", help="procedure=... stage=...")
    plan.add_argument("--list", action="append", default=[], type=Path, metavar="FILE", help="keys, ΑΦΜ or mobiles")
    plan.add_argument("--category", choices=CATEGORIES, default="mass", help="alert: with the hours of what is urgent")
    plan.add_argument("--reason", help="why, where the same was said within a day")
    _of_operator(plan)
    _of_one(acts.add_parser("show", help="what it says, to how many, what it costs, three samples"))
    approve = _of_one(acts.add_parser("approve", help="by a second person, who types the number of people"))
    approve.add_argument("--people", type=int, help="the number of people; without it, it is asked for")
    _of_operator(approve)
    begin = _of_one(acts.add_parser("start", help="begin to send what is approved"))
    begin.add_argument("--correction", action="store_true", help="stop it, and send its correction to who was told")
    _of_operator(begin)
    for name, what in (("pause", "send no more of it for now"), ("resume", "go on"), ("stop", "send no more of it")):
        _of_operator(_of_one(acts.add_parser(name, help=what)))
    status = acts.add_parser("status", help="how far it has come; without a number, all of them")
    status.add_argument("number", type=int, nargs="?")
    status.add_argument("--json", action="store_true")
    operator = acts.add_parser("operator", help="an entry for BROADCAST_OPERATORS, from a secret")
    operator.add_argument("name")


def _of_one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("number", type=int)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def _of_operator(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--operator", required=True, metavar="NAME", help="who acts; the secret is asked for")


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when it is refused, or there is no such number."""
    try:
        if arguments.act == "operator":
            sys.stdout.write(f"{entry(arguments.name, _asked('secret: '))}\n")
            return 0
        return run_loop(_broadcast(arguments))
    except _REFUSALS as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


async def _broadcast(arguments: argparse.Namespace) -> int:
    settings = start()
    async with open_store(settings) as store:
        if arguments.act in ("show", "status"):
            return await _look(store, arguments)
        control = broadcast_control(settings, store, utc_now)
        who = await control.authenticate(arguments.operator, _asked("secret: "), arguments.act)
        return await _ACTS[arguments.act](settings, store, control, who, arguments)


def _asked(prompt: str) -> str:
    """A line from the terminal, not shown; or one from standard input."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


async def _look(store: Store, arguments: argparse.Namespace) -> int:
    if arguments.number is None:
        rows = [(one, await store.broadcast_progress.of(one)) for one in await store.broadcasts.all()]
        sys.stdout.write(listed(rows, as_json=arguments.json))
        return 0
    async with store.database.read() as connection:
        found = await store.broadcasts.get(connection, arguments.number)
    if found is None:
        raise Refused(f"there is no number {arguments.number}")
    await _show(store, found, as_json=arguments.json, whole=arguments.act == "show")
    return 0


async def _show(store: Store, broadcast: Broadcast, *, as_json: bool, whole: bool) -> None:
    progress = await store.broadcast_progress.of(broadcast)
    async with store.database.read() as connection:
        texts = await store.broadcasts.texts(connection, broadcast.id)
    shown = told(broadcast, texts, as_json=as_json) if whole else counted(broadcast, progress, as_json=as_json)
    sys.stdout.write(shown)


async def _plan(
    settings: Settings, store: Store, _control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    catalogue = load_catalogue()
    cases = tuple(read_cases(conditions, catalogue) for conditions in arguments.cases)
    lists = tuple((file.name, read_list(file)) for file in arguments.list)
    if not cases and not lists:
        raise Refused("for whom? --cases or --list")
    try:
        texts = read_texts(arguments.text.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{arguments.text.name}: cannot be read ({type(error).__name__})") from None
    draft = Draft(arguments.title, texts, Audience(cases, lists), arguments.category, arguments.reason)
    planned = await broadcast_drafting(settings, store, utc_now).plan(draft, who)
    await _show(store, planned, as_json=False, whole=True)
    return 0


async def _approve(
    _settings: Settings, store: Store, control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    people = arguments.people
    if people is None:
        async with store.database.read() as connection:
            found = await store.broadcasts.get(connection, arguments.number)
        if found is not None:
            await _show(store, found, as_json=False, whole=True)
        typed = await asyncio.to_thread(_line, "to how many people does it go? ")
        people = int(typed) if typed.isdecimal() else -1
    return await _say(store, control.approve(arguments.number, who, people), arguments)


async def _start(
    _settings: Settings, store: Store, control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    act = control.correct if arguments.correction else control.start
    return await _say(store, act(arguments.number, who), arguments)


async def _pause(
    _settings: Settings, store: Store, control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    return await _say(store, control.pause(arguments.number, who), arguments)


async def _resume(
    _settings: Settings, store: Store, control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    return await _say(store, control.resume(arguments.number, who), arguments)


async def _stop(
    _settings: Settings, _store: Store, control: BroadcastControl, who: str, arguments: argparse.Namespace
) -> int:
    """Three numbers; what was in a worker's hands is waited for a moment, and is then one or the other."""
    found = await control.stop(arguments.number, who)
    until = time.monotonic() + SETTLES_WITHIN
    while found.in_flight and time.monotonic() < until:
        await asyncio.sleep(0.1)
        found = found.followed_by(await control.stop(arguments.number, who))
    numbers = {"stopped": found.stopped, "gone": found.gone, "in_flight": found.in_flight}
    plain = f"stopped {found.stopped}, already gone {found.gone}, in flight {found.in_flight}\n"
    sys.stdout.write(f"{json.dumps(numbers)}\n" if arguments.json else plain)
    return 0


async def _say(store: Store, act: Awaitable[Broadcast], arguments: argparse.Namespace) -> int:
    await _show(store, await act, as_json=arguments.json, whole=False)
    return 0


def _line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


Act = Callable[[Settings, Store, BroadcastControl, str, argparse.Namespace], Awaitable[int]]
_ACTS: dict[str, Act] = {
    "plan": _plan,
    "approve": _approve,
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
}
