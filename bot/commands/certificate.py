"""``certificate``: what is on record of a code, and revoking it: by an employee, with their secret, for a reason."""

from __future__ import annotations

import argparse
import json
import sys

from bot.certificates.revoking import Revoking
from bot.certificates.verify.routes import as_json
from bot.certificates.verify.verdict import of_code
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.notices.build import revocation_news
from bot.notices.mass.operators import BadOperators, NotAllowed, Operators, parse
from bot.runtime import utc_now
from bot.settings import Settings
from bot.store import open_store
from casestore.certificates.records import Why
from nlu.certificate_codes import read_code


def options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="show|revoke")
    show = acts.add_parser("show", help="what anybody is told of it")
    revoke = acts.add_parser("revoke", help="it counts no more, from now on and for ever")
    for act in (show, revoke):
        act.add_argument("code", metavar="CODE", help="as it is printed, however it is typed")
    by = "who does it: a name of BROADCAST_OPERATORS, whose secret is read from standard input"
    revoke.add_argument("--by", required=True, metavar="NAME", help=by)
    revoke.add_argument("--reason", required=True, choices=[why.value for why in Why])


def run(arguments: argparse.Namespace) -> int:
    code = read_code(arguments.code)
    if code is None:
        sys.stderr.write("certificate: this is no code: a symbol is missing, too many or wrong\n")
        return 2
    if arguments.act == "show":
        return run_loop(_show(code))
    return run_loop(_revoke(code, arguments.by, Why(arguments.reason)))


async def _show(code: str) -> int:
    """0, or 1 where nothing is on record."""
    async with open_store(start()) as store:
        record = await store.issued.by_code(code)
    sys.stdout.write(json.dumps(as_json(of_code(code, record, utc_now())), ensure_ascii=False) + "\n")
    return 1 if record is None else 0


async def _revoke(code: str, name: str, why: Why) -> int:
    settings = start()
    try:
        who = _authenticated(settings, name)
    except (NotAllowed, BadOperators) as error:
        sys.stderr.write(f"certificate: {error}\n")
        return 2
    async with open_store(settings) as store:
        done = await Revoking(store, revocation_news(settings, store), utc_now).revoke(code, who, why)
    sys.stdout.write("revoked\n" if done else "nothing to revoke: no certificate of this code, or revoked before\n")
    return 0 if done else 1


def _authenticated(settings: Settings, name: str) -> str:
    return Operators(parse(settings.operator_entries())).authenticate(name, sys.stdin.readline().rstrip("\n"))
