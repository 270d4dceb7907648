"""The desks there are, by their codes: data (``desks.yml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from casestore.staff.model import GENERAL
from dialogues.say import LocalizedText

TABLE = Path(__file__).parent / "desks.yml"
_LONGEST = 16  # characters of a code


@cache
def load_desks(file: Path = TABLE) -> Mapping[str, LocalizedText]:
    """Raises ``ValueError`` where there is no general desk, or a code is too long."""
    found: dict[str, LocalizedText] = yaml.safe_load(file.read_text("utf-8"))["desks"]
    if GENERAL not in found or any(len(code) > _LONGEST for code in found):
        raise ValueError(f"desks: {GENERAL} is missing, or a code has more than {_LONGEST} characters")
    return found
