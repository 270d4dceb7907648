"""Answers that are ready, filled with the citizen's case. Data: ``canned.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from dialogues.say import LocalizedText

TABLE = Path(__file__).parent / "canned.yml"
VALUES = frozenset({"reference", "stage", "procedure", "missing"})


@dataclass(frozen=True, slots=True)
class Canned:
    """An answer. ``desks``: where it is offered; everywhere where it names none."""

    id: str
    title: LocalizedText
    text: LocalizedText
    desks: frozenset[str] = frozenset()


@cache
def load_canned(file: Path = TABLE) -> tuple[Canned, ...]:
    """Raises ``ValueError`` for a placeholder that nothing fills."""
    found = tuple(
        Canned(one["id"], one["title"], one["text"], frozenset(one.get("desks", ())))
        for one in yaml.safe_load(file.read_text("utf-8"))["answers"]
    )
    wanted = {name for one in found for text in one.text.values() for name in _placeholders(text)}
    if strange := wanted - VALUES:
        raise ValueError(f"canned: nothing fills {', '.join(sorted(strange))}")
    return found


def offered(desk: str, language: str, shown_in: str, citizen: Mapping[str, Any]) -> list[dict[str, str]]:
    """Those that can be said here, in the citizen's ``language``; their titles in the employee's (``shown_in``)."""
    values = values_of(citizen)
    return [
        {"id": one.id, "title": one.title[shown_in], "text": one.text[language].format(**values)}
        for one in load_canned()
        if (not one.desks or desk in one.desks) and _placeholders(one.text[language]) <= values.keys()
    ]


def values_of(citizen: Mapping[str, Any]) -> dict[str, str]:
    """What the newest open case fills."""
    case = next((case for case in citizen["cases"] if not case["closed"]), None)
    if case is None:
        return {}
    missing = ", ".join(paper["title"] for paper in case["missing"])
    values = {"reference": case["reference"], "stage": case["stage"], "procedure": case["procedure"]}
    return values | ({"missing": missing} if missing else {})


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)
