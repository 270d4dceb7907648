"""How well the model does on sentences unlike those it was trained on, and below which confidence it should ask.

The training sentences are parted by likeness: near-duplicates of one key stay together, so that no sentence is
judged by a model that saw its twin. The evaluation set is not touched: the threshold is chosen here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz, process

from nlu.evaluate import OUTSIDE, Scores, score
from nlu.fold import fold
from nlu.greeklish import bare
from nlu.intents import IntentModel
from nlu.language import detect
from nlu.letters import GREEK_LETTER

Pair = tuple[str, str]
Train = Callable[[Iterable[Pair]], IntentModel]

ALIKE = 75
"""From this ratio of their keys on (0 to 100), two sentences are of one cluster."""

STORY_WORDS = 25
WRONG_COSTS = 1.0
"""How many right answers a wrong one undoes. A question back costs nothing but itself."""

STEPS = tuple(step / 50 for step in range(48))


@dataclass(frozen=True, slots=True)
class Judged:
    """A training sentence as understood by a model that saw nothing like it."""

    wanted: str
    found: str
    confidence: float
    style: str


@dataclass(frozen=True, slots=True)
class Step:
    """At a threshold: the share of all answered, of those the share answered wrongly, and the share of the unrelated
    sentences that were answered as something else."""

    threshold: float
    answered: float
    wrong: float
    strays: float


def style(text: str) -> str:
    """What can be told of a style by looking at it; misspelt and SMS texts count as what they are typed in."""
    if len(text.split()) >= STORY_WORDS:
        return "story"
    if not GREEK_LETTER.search(text):
        return "english" if detect(text) == "en" else "greeklish"
    if len(text) > 3 and text == text.upper():
        return "capitals"
    return "accentless" if text == bare(text) else "accented"


def clusters(texts: Sequence[str], alike: float = ALIKE) -> list[int]:
    """For each text the index of its cluster's first text: likeness is carried on from neighbour to neighbour."""
    keys = [fold(text) for text in texts]
    first = list(range(len(keys)))
    for at, key in enumerate(keys):
        ratios = process.cdist([key], keys[:at], scorer=fuzz.ratio, score_cutoff=alike, dtype=np.float32)
        for other in np.flatnonzero(ratios):
            first[_root(first, at)] = _root(first, int(other))
    return [_root(first, at) for at in range(len(keys))]


def _root(first: Sequence[int], at: int) -> int:
    while first[at] != at:
        at = first[at]
    return at


def cross_validate(written: Iterable[Pair], train: Train, folds: int) -> list[Judged]:
    """Every sentence judged once. The same sentences give the same folds, whatever their order."""
    pairs = sorted(set(written))
    fold_of = [_fold(pairs[first][0], folds) for first in clusters([text for text, _ in pairs])]
    judged = []
    for held_out in range(folds):
        model = train(pair for pair, part in zip(pairs, fold_of, strict=True) if part != held_out)
        unseen = (pair for pair, part in zip(pairs, fold_of, strict=True) if part == held_out)
        judged += [Judged(intent, *model.ranking(text)[0], style(text)) for text, intent in unseen]
    return judged


def _fold(text: str, folds: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % folds


def by_style(judged: Sequence[Judged]) -> dict[str, Scores]:
    """Scores by style, and of ``all``."""
    styles = sorted({each.style for each in judged})
    parts = {name: [each for each in judged if each.style == name] for name in styles} | {"all": list(judged)}
    return {name: score([e.wanted for e in part], [e.found for e in part]) for name, part in parts.items()}


def curve(judged: Sequence[Judged]) -> list[Step]:
    """Coverage against error, threshold by threshold. Being told "out of scope" is no answer to stray by."""
    outside = sum(each.wanted == OUTSIDE for each in judged)
    steps = []
    for threshold in STEPS:
        answered = [each for each in judged if each.confidence >= threshold]
        wrong = sum(each.wanted != each.found for each in answered)
        strays = sum(each.wanted == OUTSIDE != each.found for each in answered)
        share = len(answered) / len(judged)
        steps.append(Step(threshold, share, wrong / len(answered) if answered else 0.0, strays / max(outside, 1)))
    return steps


def chosen(steps: Sequence[Step]) -> Step:
    """The step that does most good: right answers less what the wrong ones undo. Ties go to the lower threshold."""
    return max(steps, key=lambda step: step.answered * (1 - step.wrong - WRONG_COSTS * step.wrong))
