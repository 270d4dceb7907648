"""``python -m connectors.sandbox``: the sandbox State alone."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, Pairs, make_app
from connectors.sandbox.seed import seeded

_SECRET = "REGISTRY_EVENTS_SECRET"  # noqa: S105  the setting's name


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--citizens", type=int, default=0, help="so many more, with three cases each")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up citizens and cases")
    parser.add_argument("--speed", type=float, default=0.0, help="cases advance by themselves, so many times faster")
    parser.add_argument("--events-url", help=f"the counter's base; events are signed with {_SECRET}")
    parser.add_argument(
        "--redirect", action="append", default=[], help="an address not on this machine to which the login sends back"
    )
    arguments = parser.parse_args(argv)
    if arguments.events_url and not os.environ.get(_SECRET):
        parser.error(f"--events-url needs {_SECRET}")
    return arguments


def _pairs(environment: Mapping[str, str], redirects: tuple[str, ...]) -> Pairs:
    return Pairs(
        environment.get("REGISTRIES_CLIENT_ID", CLIENT_ID),
        environment.get("REGISTRIES_CLIENT_SECRET", CLIENT_SECRET),
        environment.get("LOGIN_CLIENT_ID", CLIENT_ID),
        environment.get("LOGIN_CLIENT_SECRET", CLIENT_SECRET),
        redirects,
    )


def main(argv: list[str]) -> None:
    arguments = _arguments(argv)
    started = datetime.now(UTC)
    state = seeded(
        lambda: datetime.now(UTC), citizens=arguments.citizens, seed=arguments.seed, epoch=f"{started:%Y%m%d%H%M%S}"
    )
    app = make_app(
        state,
        pairs=_pairs(os.environ, tuple(arguments.redirect)),
        events_url=arguments.events_url,
        events_secret=os.environ.get(_SECRET, ""),
        speed=arguments.speed,
    )

    def ready(_: str) -> None:  # called once it listens
        sys.stderr.write(f"The sandbox State: http://{arguments.host}:{arguments.port}/clerk/\n")
        sys.stderr.flush()

    web.run_app(app, host=arguments.host, port=arguments.port, print=ready, access_log=None, shutdown_timeout=2.0)


if __name__ == "__main__":
    main(sys.argv[1:])
