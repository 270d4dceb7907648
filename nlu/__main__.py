"""``python -m nlu parse`` and ``python -m nlu evaluate FILE.tsv ... [--json] [--report FOLDER]``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from nlu.evaluate import BadFile, evaluate, read
from nlu.parser import ModelParser, NoModel, Parsed, Parser
from nlu.report import as_text, write

_UNDERSTOOD, _FAILED = 0, 2


def main(argv: Sequence[str], environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, stderr: TextIO) -> int:
    """Run a command; the exit status. Errors go to ``stderr`` in one line."""
    given = _arguments(environ).parse_args(argv)
    try:
        parser = ModelParser.open(given.model)
        if given.command == "parse":
            for line in parse_lines(parser, stdin):
                stdout.write(line)
                stdout.flush()
        else:
            _evaluate(parser, given, stdout)
    except (NoModel, BadFile, OSError) as error:
        stderr.write(f"{error}\n")
        return _FAILED
    return _UNDERSTOOD


def parse_lines(parser: Parser, lines: Iterable[str]) -> Iterator[str]:
    """One JSON object a line for one utterance a line."""
    return (as_json(parser.parse(line.rstrip("\r\n"))) + "\n" for line in lines)


def as_json(parsed: Parsed) -> str:
    """``{"text", "intent", "confidence", "entities": [{"entity", "value", "start", "end"}], "language"}``."""
    facts = asdict(parsed)
    for entity in facts["entities"]:
        del entity["confidence"]
    return json.dumps(facts, ensure_ascii=False)


def _evaluate(parser: Parser, given: argparse.Namespace, stdout: TextIO) -> None:
    report = evaluate(parser, read(given.files))
    if given.report:
        write(report, given.report)
    stdout.write(report.as_json() + "\n" if given.json else as_text(report))


def _arguments(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    default = Path(environ.get("MODEL_PATH", "models/counter.tar.gz"))
    shared.add_argument("--model", type=Path, default=default, help="the trained model (MODEL_PATH)")
    parser = argparse.ArgumentParser(prog="python -m nlu", description="Understand messages, and measure how well.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("parse", parents=[shared], help="one utterance a line on stdin, one JSON object a line out")
    measure = commands.add_parser("evaluate", parents=[shared], help="intent, style and text a line, tabs between")
    measure.add_argument("files", type=Path, nargs="+", metavar="FILE.tsv")
    measure.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    measure.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write nlu-report.md and its picture there as well"
    )
    return parser


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr] # a TextIOWrapper in a process
    sys.exit(main(sys.argv[1:], os.environ, sys.stdin, sys.stdout, sys.stderr))
