"""``backup FILE``: a consistent copy of the database while everything runs, with a manifest beside it."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import time
from pathlib import Path

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.runtime import utc_now
from bot.settings import Settings
from casestore.backups.manifest import manifest_path, publish, refuse_taken
from casestore.backups.place import address, place_of


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="must not be there yet; FILE.json goes beside it")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_backup(start(), arguments.file))


async def _backup(settings: Settings, file: Path) -> int:
    refuse_taken(file)
    url, at, begun = address(settings.database_url), utc_now(), time.monotonic()
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        revision, key_ring = await place_of(url, settings.pg_dump).copy_to(part)
        manifest = await asyncio.to_thread(publish, part, file, url.get_backend_name(), revision, key_ring, at)
    finally:
        part.unlink(missing_ok=True)
    seconds = time.monotonic() - begun
    sys.stdout.write(f"{file}: {manifest.size} bytes in {seconds:.1f} s, schema {revision}\n")
    sys.stdout.write(f"{manifest_path(file)}: keep it beside the backup, and SECRET_KEY elsewhere\n")
    return 0
