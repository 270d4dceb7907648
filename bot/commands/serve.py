"""``serve``: the web side. Knows nothing of the dialogue's libraries, so it starts in a second and stays small."""

from __future__ import annotations

import argparse

import structlog

from bot.app import make_server
from bot.commands.running import listening, start, stop_signal
from bot.commands.running import run as run_loop
from bot.settings import Settings
from dialogues.responses import welcome

log = structlog.get_logger(__name__)


def options(_parser: argparse.ArgumentParser) -> None:
    """It has none: settings come from the environment."""


def run(_arguments: argparse.Namespace) -> int:
    return run_loop(_serve(start()))


async def _serve(settings: Settings) -> int:
    stop = stop_signal()
    async with make_server(settings, welcome()) as app, listening(app, settings.host, settings.port) as port:
        log.info("serve.ready", port=port)
        if settings.is_sample:
            log.warning("seal.demo-authority", proves="nothing to anybody else", see="SEAL_KEY")
        await stop.wait()
        log.info("serve.stopping")
    return 0
