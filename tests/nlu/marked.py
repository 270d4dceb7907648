"""Messages marked by hand: ``Η [αδ2026/123](case_ref:ΑΔ-2026-000123)`` is a text and the entity it names."""

from __future__ import annotations

import re
from pathlib import Path

from nlu.entities import Entity

DATA = Path(__file__).with_name("data")
_MARK = re.compile(r"\[([^]]+)]\(([a-z_]+)(?::([^)]+))?\)")

Named = tuple[str, str, int, int]


def read(line: str) -> tuple[str, frozenset[Named]]:
    """The bare text and (entity, value, start, end) of everything marked in it."""
    text, at, named = "", 0, set()
    for mark in _MARK.finditer(line):
        text += line[at : mark.start()]
        named.add((mark[2], mark[3] or mark[1], len(text), len(text) + len(mark[1])))
        text += mark[1]
        at = mark.end()
    return text + line[at:], frozenset(named)


def messages(file: str = "entities.txt") -> list[tuple[str, frozenset[Named]]]:
    lines = (DATA / file).read_text(encoding="utf-8").splitlines()
    return [read(line) for line in lines if line and not line.startswith("#")]


def named(entities: tuple[Entity, ...]) -> frozenset[Named]:
    return frozenset((e.entity, e.value, e.start, e.end) for e in entities)
