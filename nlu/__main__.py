"""``python -m nlu parse``, ``evaluate FILE.tsv ...`` and ``crossvalidate``; ``--help`` tells their options."""

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
        if given.command == "crossvalidate":
            _cross_validate(given, stdout)
        elif given.command == "evaluate":
            _evaluate(ModelParser.open(given.model), given, stdout)
        else:
            for line in parse_lines(ModelParser.open(given.model), stdin):
                stdout.write(line)
                stdout.flush()
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


def _cross_validate(given: argparse.Namespace, stdout: TextIO) -> None:
    from nlu import (
        crossval,
        crossval_report,
        training,
        written,
    )  # scikit-learn takes a second that the other commands need not

    settings = written.settings(given.config)
    judged = crossval.cross_validate(
        written.sentences(given.data), lambda pairs: training.fit_written(pairs, settings), given.folds
    )
    if given.report:
        crossval_report.write(judged, given.report)
    stdout.write(crossval_report.as_text(judged))


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
    across = commands.add_parser("crossvalidate", help="judge the training data by models that saw nothing like it")
    across.add_argument("--config", type=Path, default=Path("config.yml"), help="whose numbers to train with")
    across.add_argument("--data", type=Path, default=Path("nlu/data"), help="the folder of training sentences")
    across.add_argument("--folds", type=int, default=4)
    across.add_argument(
        "--report", type=Path, metavar="FOLDER", help="write nlu-crossvalidation.md and its picture there as well"
    )
    return parser


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr] # a TextIOWrapper in a process
    sys.exit(main(sys.argv[1:], os.environ, sys.stdin, sys.stdout, sys.stderr))
