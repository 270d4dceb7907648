"""Answers that are ready, filled with the citizen's case. Data: ``canned.yml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from bot.conversation.arranged import Arranged
from casestore.staff.arrangements import Kind
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
    """Raises as :func:`read_canned`."""
    return read_canned(canned_data(file))


def canned_data(file: Path = TABLE) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))["answers"]


def read_canned(data: Any) -> tuple[Canned, ...]:
    """Raises ``ValueError`` for a placeholder that nothing fills, or that is not written as one."""
    found = tuple(Canned(one["id"], one["title"], one["text"], frozenset(one.get("desks", ()))) for one in data)
    parts = [part for one in found for text in one.text.values() for part in Formatter().parse(text)]
    if strange := {name for _, name, _, _ in parts if name is not None} - VALUES:
        raise ValueError(f"canned: nothing fills {', '.join(sorted(strange))}")
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise ValueError("canned: a placeholder is a name between braces, and nothing else")
    return found


def arranged_canned() -> Arranged[tuple[Canned, ...]]:
    return Arranged(Kind.CANNED, canned_data(), read_canned)


def offered(
    answers: Sequence[Canned], desk: str, language: str, shown_in: str, citizen: Mapping[str, Any]
) -> list[dict[str, str]]:
    """Those of ``answers`` that can be said here, in the citizen's ``language``; their titles in ``shown_in``."""
    values = values_of(citizen)
    return [
        {"id": one.id, "title": one.title[shown_in], "text": one.text[language].format(**values)}
        for one in answers
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
