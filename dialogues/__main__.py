"""``python -m dialogues evaluate FILE.yml ...``: whole conversations, held with the real service, each turn checked.

The service stands on a higher floor; only this door leads up to it, so that what is measured is what a citizen meets.
"""

from __future__ import annotations

import argparse
import sys

from bot.commands import talks


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dialogues")
    commands = parser.add_subparsers(dest="command", required=True)
    talks.options(commands.add_parser("evaluate", help="hold talks and say what came of them"))
    return talks.run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
