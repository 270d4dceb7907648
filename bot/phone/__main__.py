"""``python -m bot.phone``: the phone alone, beside a service that runs elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping

from bot.phone.app import running_phone
from bot.phone.context import Account
from bot.phone.phone import Options
from bot.phone.webhook_client import Addresses

KEPT = 10_000
"""Messages remembered by a phone that people use."""
VIBER_LIMIT = 100


def demo_account(environment: Mapping[str, str]) -> Account:
    """The service's own settings where they are set, else the demo's well-known ones, which protect nothing."""
    service = environment.get("TWILIO_MESSAGING_SERVICE_SID") or None
    sender = environment.get("TWILIO_FROM") or (None if service else "+302131313131")
    return Account(
        environment.get("VIBER_AUTH_TOKEN") or "demo-viber-token",
        environment.get("TWILIO_ACCOUNT_SID") or f"AC{'0' * 32}",
        environment.get("TWILIO_AUTH_TOKEN") or "demo-twilio-token",
        sender,
        service,
        environment.get("VIBER_SENDER_NAME") or "Θυρίδα του Πολίτη",
    )


def demo_options() -> Options:
    """As strict as the providers are, and bounded in memory."""
    return Options(keep=KEPT, accept_strangers=False, hourly_limit=VIBER_LIMIT)


async def run(account: Account, addresses: Addresses, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running_phone(account, addresses, demo_options(), host=host, port=port) as running:
        sys.stderr.write(
            f"phone: {running.url}/\nVIBER_API_URL={running.viber_api_url}\nTWILIO_API_URL={running.twilio_api_url}\n"
        )
        await stop.wait()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.phone",
        description=__doc__,
        epilog="Tokens are read from the environment, by the service's own names (VIBER_AUTH_TOKEN, ...).",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--counter-url", default="http://127.0.0.1:8080", help="where the service listens")
    parser.add_argument("--public-url", help="the service's PUBLIC_URL, for which webhooks are signed")
    options = parser.parse_args()
    addresses = Addresses(options.counter_url, options.public_url or options.counter_url)
    asyncio.run(run(demo_account(os.environ), addresses, options.host, options.port))


if __name__ == "__main__":
    main()
