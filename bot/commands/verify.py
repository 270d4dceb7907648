"""``verify``: is this certificate genuine? Offline: by its seal or its QR and the published certificates. Exit code 0
when it is, 1 when it is not, 2 when nothing can be said for want of certificates."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from bot.certificates.seal.files import PUBLISHED
from bot.certificates.trust import read
from bot.certificates.verify.build import published
from bot.certificates.verify.checker import FileReader
from bot.certificates.verify.routes import as_json
from bot.certificates.verify.verdict import Result, Verdict, of_file
from bot.certificates.verify.words import explained, facts_of, told_of
from bot.runtime import utc_now
from bot.settings import BadSettings, load

DEMO = Path("data/authority") / PUBLISHED


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the PDF, or a picture of the paper")
    root = "certificates in PEM: the root alone, or all that are published (those of the settings)"
    parser.add_argument("--root", type=Path, help=root)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    return asyncio.run(_verify(arguments.file, arguments.root, as_object=arguments.json))


async def _verify(file: Path, root: Path | None, *, as_object: bool) -> int:
    trusted = (root,) if root is not None else _published()
    try:
        content = await asyncio.to_thread(file.read_bytes)
        missing = [str(one) for one in trusted if not one.is_file()]
    except OSError as error:
        sys.stderr.write(f"verify: {file}: {error.strerror}\n")
        return 2
    if missing:
        sys.stderr.write(f"verify: no certificates to trust ({', '.join(missing)}): name them with --root\n")
        return 2
    try:
        read(b"".join(one.read_bytes() for one in trusted))
    except ValueError:
        sys.stderr.write(f"verify: {', '.join(map(str, trusted))}: no root certificate in it\n")
        return 2
    verdict = of_file(await FileReader(trusted, utc_now).read(content), None, utc_now(), online=False)
    sys.stdout.write(json.dumps(as_json(verdict), ensure_ascii=False) + "\n" if as_object else _plain(verdict))
    return 0 if verdict.result is Result.GENUINE else 1


def _published() -> tuple[Path, ...]:
    """Of the settings; of the demo, where there are none: nothing else of them is needed."""
    try:
        return published(load())
    except BadSettings:
        return (DEMO,)


def _plain(verdict: Verdict) -> str:
    told, more = told_of(verdict), explained(verdict)
    lines = [f"{verdict.result}: {told.text['en']}", *([more["en"]] if more else [])]
    return "\n".join([*lines, *(f"  {label:16} {value}" for label, value in facts_of(verdict, "en"))]) + "\n"
