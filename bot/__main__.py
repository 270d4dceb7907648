"""``python -m bot``: the command line."""

from __future__ import annotations

import argparse
import importlib
import sys

from bot.settings import BadSettings
from bot.store import NotMigrated
from casestore.backups.manifest import BackupFailed, BackupRefused
from casestore.database import StoreDown
from casestore.migrate import WrongKeyRing

COMMANDS = {
    "serve": "the web side: webhooks, health, metrics",
    "work": "the worker: answers, sends, reads the registries",
    "demo": "the whole system on this machine: sandbox State, phone, serve and work",
    "migrate": "bring the database to today's schema",
    "train": "train the dialogue model",
    "chat": "talk with the bot in this terminal",
    "wording": "every response as it goes out, with what an SMS of it costs; --check",
    "backup": "a copy of the database while everything runs, with a manifest",
    "restore": "put a backup back, with the erasures since; --erasures-from, --replace",
    "retain": "let go of what is older than its period; --dry-run",
    "reconcile": "compare our cases with the registries' and put ours right; --dry-run",
    "dispatch": "was the citizen told? every decision about every notice; --json",
    "broadcast": "mass notices: plan, show, approve, start, pause, resume, stop, status",
    "staff": "local accounts of employees: add, list, disable, reset",
    "audit": "verify: is the audit log whole?",
    "export": "a conversation as a talk to learn from, without what says who somebody is",
    "talks": "hold whole conversations with the service and check each turn",
    "verify": "is this certificate genuine? a PDF or a picture, offline; --root, --json",
    "certificate": "revoke a certificate; show what is on record",
    "webhook": "where Viber calls us: set, show",
    "doctor": "what is on, what is off and why; what is stuck",
}
_PLAIN = (BadSettings, NotMigrated, WrongKeyRing, BackupRefused)


def main(argv: list[str] | None = None) -> int:
    """The exit code: 0 fine, 1 something is wrong, 2 the command or the settings are."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="The citizen's counter.")
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    argv = sys.argv[1:] if argv is None else argv
    chosen = argv[0] if argv and argv[0] in COMMANDS else None
    for name, what in COMMANDS.items():
        command = parsers.add_parser(name, help=what, description=what)
        if (
            name == chosen
        ):  # only the command that runs is imported: `serve` stays small without the dialogue's libraries
            importlib.import_module(f"bot.commands.{name}").options(command)
    arguments = parser.parse_args(argv)
    try:
        return int(importlib.import_module(f"bot.commands.{arguments.command}").run(arguments))
    except _PLAIN as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BackupFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except StoreDown as error:
        sys.stderr.write(f"the database cannot be reached ({type(error).__name__}): see DATABASE_URL\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
