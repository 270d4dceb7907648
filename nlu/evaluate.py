"""How well messages are understood: intents by style, confusions, the threshold's curve, entities.

Pure but for reading the files. Two kinds of file, told apart by their columns: ``intent<TAB>style<TAB>text``, and
``text<TAB>[{"entity", "value"}, ...]``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nlu.parser import Parser

OUTSIDE = "out_of_scope"
THRESHOLDS = tuple(step / 20 for step in range(20))

Pair = tuple[str, str]


class BadFile(ValueError):
    """A line that is neither of the two kinds; the message gives file and line, never the text."""


@dataclass(frozen=True, slots=True)
class Sample:
    intent: str
    style: str
    text: str


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    entities: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Sets:
    samples: tuple[Sample, ...] = ()
    marked: tuple[Marked, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """``macro_f1`` is the mean F1 of the intents that occur; 0 to 1 all."""

    count: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Match:
    """Exact matches of (entity, value) per message."""

    count: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """``answered``: the share answered rather than asked back; ``right``: of those, the share understood rightly;
    ``strays``: how many unrelated messages were answered as something else."""

    threshold: float
    answered: float
    right: float
    strays: int


@dataclass(frozen=True, slots=True)
class Report:
    scores: Scores
    styles: dict[str, Scores]
    intents: dict[str, Match]
    confusions: tuple[tuple[str, str, int], ...]
    thresholds: tuple[Threshold, ...]
    entities: dict[str, Match] = field(default_factory=dict)
    """By entity, and ``all``; only entities that the file marks are counted."""

    def as_json(self) -> str:
        """One object; ``accuracy``, ``macro_f1`` and ``count`` of all at its top."""
        facts: dict[str, Any] = {**asdict(self.scores), **asdict(self)}
        del facts["scores"]
        facts["confusions"] = [dict(zip(("intent", "predicted", "count"), row, strict=True)) for row in self.confusions]
        return json.dumps(facts, ensure_ascii=False, indent=2)


def read(files: Iterable[Path]) -> Sets:
    """Raises :class:`BadFile`, and OSError where a file cannot be read. Blank lines are skipped."""
    samples: list[Sample] = []
    marked: list[Marked] = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match line.split("\t"):
                case [blank] if not blank.strip():
                    continue
                case [intent, style, text]:
                    samples.append(Sample(intent, style, text))
                case [text, entities]:
                    marked.append(Marked(text, _pairs(entities, file, number)))
                case _:
                    raise BadFile(f"{file}:{number}: neither intent, style and text nor text and entities")
    return Sets(tuple(samples), tuple(marked))


def _pairs(column: str, file: Path, number: int) -> tuple[Pair, ...]:
    try:
        return tuple((named["entity"], named["value"]) for named in json.loads(column))
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(f"{file}:{number}: the entities are not a JSON list of objects with entity and value") from error


def evaluate(parser: Parser, sets: Sets) -> Report:
    """Understand everything once and score it."""
    parsed = [parser.parse(sample.text) for sample in sets.samples]
    wanted = [sample.intent for sample in sets.samples]
    found = [each.intent for each in parsed]
    styles = sorted({sample.style for sample in sets.samples})
    pairs = {
        style: [(s.intent, f) for s, f in zip(sets.samples, found, strict=True) if s.style == style] for style in styles
    }
    rows = list(zip(wanted, found, (each.confidence for each in parsed), strict=True))
    return Report(
        scores=score(wanted, found),
        styles={style: score([w for w, _ in of], [f for _, f in of]) for style, of in pairs.items()},
        intents={intent: _match(*_counts(wanted, found, intent)) for intent in sorted(set(wanted))},
        confusions=_confusions(wanted, found),
        thresholds=tuple(_threshold(rows, at) for at in THRESHOLDS) if rows else (),
        entities=score_entities(parser, sets.marked),
    )


def score(wanted: Sequence[str], found: Sequence[str]) -> Scores:
    """Accuracy and macro-F1; zeros where there is nothing to score."""
    if not wanted:
        return Scores(0, 0.0, 0.0)
    right = sum(a == b for a, b in zip(wanted, found, strict=True))
    each = [_match(*_counts(wanted, found, intent)).f1 for intent in set(wanted)]
    return Scores(len(wanted), right / len(wanted), sum(each) / len(each))


def _counts(wanted: Sequence[str], found: Sequence[str], intent: str) -> tuple[int, int, int]:
    """Right, found and wanted."""
    right = sum(w == f == intent for w, f in zip(wanted, found, strict=True))
    return right, sum(f == intent for f in found), sum(w == intent for w in wanted)


def _match(right: int, found: int, wanted: int) -> Match:
    return Match(
        count=wanted,
        precision=right / found if found else 0.0,
        recall=right / wanted if wanted else 0.0,
        f1=2 * right / (found + wanted) if found + wanted else 0.0,
    )


def _confusions(wanted: Sequence[str], found: Sequence[str]) -> tuple[tuple[str, str, int], ...]:
    """Wanted, found, how often: the most frequent first."""
    pairs = Counter((w, f) for w, f in zip(wanted, found, strict=True) if w != f)
    return tuple((w, f, n) for (w, f), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0])))


def _threshold(rows: Sequence[tuple[str, str, float]], at: float) -> Threshold:
    answered = [(wanted, found) for wanted, found, confidence in rows if confidence >= at]
    right = sum(wanted == found for wanted, found in answered)
    strays = sum(wanted == OUTSIDE != found for wanted, found in answered)
    return Threshold(at, len(answered) / len(rows), right / len(answered) if answered else 0.0, strays)


def score_entities(parser: Parser, marked: Sequence[Marked]) -> dict[str, Match]:
    """Exact matches by entity and of ``all``; entities that no line marks are left out of the count."""
    kinds = sorted({entity for each in marked for entity, _ in each.entities})
    totals = {kind: [0, 0, 0] for kind in (*kinds, "all")}
    for each in marked:
        wanted = Counter(each.entities)
        found = Counter((e.entity, e.value) for e in parser.parse(each.text).entities if e.entity in totals)
        for kind in kinds:
            for i, bag in enumerate((wanted & found, found, wanted)):
                count = sum(n for (entity, _), n in bag.items() if entity == kind)
                totals[kind][i] += count
                totals["all"][i] += count
    return {kind: _match(*counts) for kind, counts in totals.items()} if kinds else {}
