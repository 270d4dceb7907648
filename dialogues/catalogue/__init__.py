"""Facts that answers are made of, kept as data: what a stage means and what comes after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent

Words = Mapping[str, str]
"""The same thing in each language: ``{"el": ..., "en": ...}``."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a case: its title, and what happens after it."""

    title: Words
    next: Words


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure's title, how its missing papers are handed in, and the stages it words in its own way."""

    title: Words
    submit: Words
    stages: Mapping[str, Stage]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Procedures by code, and the stages that many of them share."""

    procedures: Mapping[str, Procedure]
    stages: Mapping[str, Stage]

    def procedure(self, code: str) -> Procedure | None:
        return self.procedures.get(code)

    def stage(self, procedure: str, code: str) -> Stage | None:
        """The procedure's own wording, else the shared one, else ``None``: registries add stages without telling."""
        known = self.procedures.get(procedure)
        own = known.stages.get(code) if known else None
        return own or self.stages.get(code)


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read the catalogue's files. A malformed entry raises ``KeyError`` or ``TypeError`` with its field."""
    data = yaml.safe_load((folder / "stages.yml").read_text(encoding="utf-8"))
    procedures = {code: _procedure(entry) for code, entry in data["procedures"].items()}
    return Catalogue(procedures, _stages(data["stages"]))


def _procedure(entry: Mapping[str, Any]) -> Procedure:
    return Procedure(entry["title"], entry["submit"], _stages(entry["stages"]))


def _stages(entries: Mapping[str, Any]) -> dict[str, Stage]:
    return {code: Stage(entry["title"], entry["next"]) for code, entry in entries.items()}
