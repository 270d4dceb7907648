"""``python -m dialogues evaluate FILE.yml ...``: whole conversations, held with the real service, each turn checked.

The service stands on a higher floor, so nothing of it is imported: its command ``python -m bot talks`` takes over.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

USAGE = "usage: python -m dialogues evaluate FILE.yml ... [--json] [--blind] [--only NAME] [--model PATH]\n"


def main(arguments: list[str]) -> int:
    """2 for any other command; else this does not return."""
    if not arguments or arguments[0] != "evaluate":
        sys.stderr.write(USAGE)
        return 2
    return _hand_on(arguments[1:])


def _hand_on(arguments: list[str]) -> NoReturn:
    os.execv(sys.executable, (sys.executable, "-m", "bot", "talks", *arguments))  # noqa: S606  our own command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
