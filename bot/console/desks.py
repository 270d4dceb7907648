"""The desks there are, by their codes: data (``desks.yml``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.conversation.arranged import Arranged
from casestore.staff.arrangements import Kind
from casestore.staff.model import GENERAL
from dialogues.say import LocalizedText

TABLE = Path(__file__).parent / "desks.yml"
_CODE = re.compile(r"[a-z][a-z0-9-]{0,15}")


Desks = Mapping[str, LocalizedText]
"""Their names, by their codes."""


@cache
def load_desks(file: Path = TABLE) -> Desks:
    """Raises as :func:`read_desks`."""
    return read_desks(desks_data(file))


def desks_data(file: Path = TABLE) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))["desks"]


def read_desks(data: Any) -> Desks:
    """Raises ``ValueError`` where there is no general desk, a code is too long, or a name is missing."""
    found: dict[str, LocalizedText] = dict(data)
    if GENERAL not in found or not all(_CODE.fullmatch(code) for code in found):
        raise ValueError(f"desks: {GENERAL} is missing, or a code is not of 1 to 16 small Latin letters and digits")
    if not all(names.get(language) for names in found.values() for language in ("el", "en")):
        raise ValueError("desks: a name is missing")
    return found


def arranged_desks() -> Arranged[Desks]:
    return Arranged(Kind.DESKS, desks_data(), read_desks)
