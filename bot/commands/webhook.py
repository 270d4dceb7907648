"""``webhook``: where Viber calls us. ``set`` tells it, ``show`` compares what it has with ``PUBLIC_URL``.

Twilio is told in its console: its API would change a number that may not be ours alone.
"""

from __future__ import annotations

import argparse
import sys

from bot.app import http_session
from bot.channels.port import SendError
from bot.channels.viber.webhook import PATH, Registered, Registration
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.settings import BadSettings, Settings

_HINTS = {
    "viber:1": f"it calls PUBLIC_URL and {PATH} and wants 200: does serve run, is the proxy reachable from outside?",
    "viber:2": "VIBER_AUTH_TOKEN is not this bot's",
    "http:connect": "VIBER_API_URL cannot be reached from here",
}
_ELSE = "see docs/channels.md, Viber's status codes"


def options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("set", help="Viber calls PUBLIC_URL from now on; serve must be reachable there")
    acts.add_parser("show", help="what Viber has of it; ends with 1 if that is not PUBLIC_URL or an event is missing")


def run(arguments: argparse.Namespace) -> int:
    """0; 1 when Viber refuses or has something else."""
    return run_loop(_webhook(start(), arguments.act))


async def _webhook(settings: Settings, act: str) -> int:
    if settings.viber_auth_token is None:
        raise BadSettings("VIBER_AUTH_TOKEN: is not set")
    async with http_session() as session:
        account = Registration(settings.viber_auth_token.get_secret_value(), session, settings.viber_api_url)
        try:
            if act == "set":
                await account.set(settings.public_url)
            return _say(await account.show(), settings.public_url)
        except SendError as refused:
            sys.stderr.write(f"webhook: Viber did not take it ({refused.code}): {_HINTS.get(refused.code, _ELSE)}\n")
            return 1


def _say(found: Registered, public_url: str) -> int:
    faults = found.faults(public_url)
    sys.stdout.write(f"{found.name}: {found.url or 'no webhook'}\n")
    sys.stdout.writelines(f"wrong  {fault}\n" for fault in faults)
    return 1 if faults else 0
