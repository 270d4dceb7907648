"""``staff``: local accounts of employees. A password is read from the terminal, or from standard input."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import re
import sys

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.console.desks import arranged_desks
from bot.console.passwords import LONGEST, SHORTEST, Passwords, new_totp, totp_uri
from bot.conversation.arranged import refresh
from bot.runtime import utc_now
from bot.store import Store, open_store
from casestore.staff.accounts import AccountExists
from casestore.staff.model import GENERAL, Credentials, Member, Right, Role

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,40}@[^@\s\x00-\x1f]{1,40}")
MOST_EMAIL = 64


class Refused(Exception):
    """Why nothing was done."""


def options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    add = acts.add_parser("add", help="a new account; its password is asked for, or read from standard input")
    add.add_argument("--email", required=True)
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--desk", action="append", default=[], help=f"may be given more than once; {GENERAL} without it")
    add.add_argument("--name", help="as citizens and colleagues see it; the e-mail's first part without it")
    _second_factor(add)
    add.add_argument("--demo", action="store_true", help="an account that is let in nowhere but in the demo")
    acts.add_parser("list", help="every account")
    for name, what in (("disable", "sign out at once and let in no more"), ("reset", "a new password; open again")):
        one = acts.add_parser(name, help=what)
        one.add_argument("--email", required=True)
    _second_factor(acts.choices["reset"])


def _second_factor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--totp", action="store_true", help="with a second factor; what the app needs is printed")


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when it is refused."""
    try:
        return run_loop(_staff(arguments))
    except (Refused, AccountExists) as refused:
        why = "there is an account already" if isinstance(refused, AccountExists) else str(refused)
        sys.stderr.write(f"staff: {why}\n")
        return 1


async def _staff(arguments: argparse.Namespace) -> int:
    async with open_store(start()) as store:
        if arguments.act == "list":
            await _list(store)
        elif arguments.act == "add":
            await _add(store, arguments)
        else:
            found = await store.accounts.find(arguments.email)
            if found is None:
                raise Refused("there is no such account")
            await (_disable if arguments.act == "disable" else _reset)(store, found, arguments)
    return 0


async def _list(store: Store) -> None:
    for one in await store.accounts.all():
        marks = [*sorted(one.desks), *(["second factor"] if one.second_factor else [])]
        marks += [*(["demo"] if one.demo else []), *(["disabled"] if one.disabled else [])]
        sys.stdout.write(f"{one.email:32} {one.role:10} {one.name:24} {', '.join(marks)}\n")


async def _add(store: Store, arguments: argparse.Namespace) -> None:
    email, role = arguments.email.strip().lower(), Role(arguments.role)
    if len(email) > MOST_EMAIL or not _EMAIL.fullmatch(email):
        raise Refused(f"--email: no address, or longer than {MOST_EMAIL} characters")
    if role is Role.ADMIN and not (arguments.totp or arguments.demo):
        raise Refused("an admin needs a second factor: --totp")
    name = (arguments.name or email.partition("@")[0])[:80]
    member = Member(0, email, name, role, await _desks(store, role, arguments.desk), demo=arguments.demo)
    hashed, totp = await Passwords().hash(await _password()), new_totp() if arguments.totp else None
    now = utc_now()
    async with store.database.write(wake=True) as connection:
        await store.accounts.add(connection, member, hashed, now, totp=totp)
        await store.audits.note(connection, "staff.added", f"{role} {email}", now, actor=_actor())
    _tell(email, totp)


async def _desks(store: Store, role: Role, named: list[str]) -> frozenset[str]:
    desks = arranged_desks()
    await refresh(store, desks)
    if unknown := [desk for desk in named if desk not in desks.last]:
        raise Refused(f"--desk: {', '.join(unknown)} is none of {', '.join(desks.last)}")
    answers = Right.ANSWER in Member(0, "", "", role, frozenset()).rights
    return frozenset(named or [GENERAL]) if answers else frozenset(named)


async def _disable(store: Store, found: Credentials, _arguments: argparse.Namespace) -> None:
    now = utc_now()
    async with store.database.write(wake=True) as connection:
        await store.accounts.disable(connection, found.member.id, now)
        await store.audits.note(connection, "staff.disabled", _told(found), now, actor=_actor())


async def _reset(store: Store, found: Credentials, arguments: argparse.Namespace) -> None:
    if found.member.role is Role.ADMIN and not (arguments.totp or found.member.demo):
        raise Refused("an admin needs a second factor: --totp")
    hashed, totp = await Passwords().hash(await _password()), new_totp() if arguments.totp else None
    now = utc_now()
    async with store.database.write(wake=True) as connection:
        await store.accounts.reset(connection, found.member.id, hashed, now, totp=totp)
        await store.audits.note(connection, "staff.reset", _told(found), now, actor=_actor())
    _tell(found.member.email, totp)


def _told(found: Credentials) -> str:
    return f"{found.member.role} {found.member.email}"


def _actor() -> str:
    """Who types, as the machine knows them."""
    try:
        return f"cli:{getpass.getuser()}"[:MOST_EMAIL]
    except (KeyError, OSError):  # a user without a name, as in a container
        return "cli"


async def _password() -> str:
    typed = await asyncio.to_thread(_asked)
    if not SHORTEST <= len(typed) <= LONGEST:
        raise Refused(f"a password has {SHORTEST} to {LONGEST} characters")
    return typed


def _asked() -> str:
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _tell(email: str, totp: str | None) -> None:
    sys.stdout.write(f"{email}\n")
    if totp is not None:
        sys.stdout.write(f"second factor, shown this once: {totp_uri(totp, email)}\n")
