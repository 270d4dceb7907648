"""``train``: train the dialogue model from config.yml, nlu/data and dialogues/."""

from __future__ import annotations

import argparse
from pathlib import Path

DEFAULT = "models/counter.tar.gz"


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default=DEFAULT, help=f"where the model goes ({DEFAULT})")


def run(arguments: argparse.Namespace) -> int:
    from dialogues.engine.train import train  # Rasa: seconds to import, so only here

    train(Path(arguments.out))
    return 0
