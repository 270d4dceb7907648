"""``talks``: hold whole conversations with the trained model and say what came of them."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

import structlog

from bot.commands.running import run as run_loop
from bot.talks.play import HeldTalk, hold_all
from bot.talks.report import as_facts, as_text, failures
from bot.talks.script import BadTalk, Script, read


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.yml", help="talks (docs/talks.md)")
    parser.add_argument("--json", action="store_true", help="as JSON, with every turn that does not hold")
    parser.add_argument("--blind", action="store_true", help="figures only: nothing of what was said is shown")
    parser.add_argument("--only", metavar="NAME", help="the one talk of this name")
    parser.add_argument("--model", type=Path, default=Path("models/counter.tar.gz"))


def run(arguments: argparse.Namespace) -> int:
    """0 when every talk was held, well or not; 2 when a file cannot be read."""
    try:
        scripts = [read(file) for file in arguments.files]
        held = run_loop(_hold(scripts, arguments))
    except (BadTalk, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return held


async def _hold(scripts: list[Script], arguments: argparse.Namespace) -> int:
    from dialogues.engine.rasa import load_model

    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    model = load_model(arguments.model)
    held: list[HeldTalk] = []
    for script in scripts:
        wanted = [talk for talk in script.talks if arguments.only in (None, talk.name)]
        async for talk in hold_all(Script(tuple(wanted), script.cases, script.words), model):
            held.append(talk)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{len(held)} of {sum(len(each.talks) for each in scripts)} talks")
    _write(held, arguments)
    return 0


def _write(held: list[HeldTalk], arguments: argparse.Namespace) -> None:
    if arguments.json:
        facts = dict(as_facts(held))
        if arguments.blind:
            del facts["failed"]
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
        return
    if not arguments.blind:
        sys.stdout.write("\n".join(failures(held)) + "\n\n")
    sys.stdout.write(as_text(held))
