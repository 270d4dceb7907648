"""A linear model on sparse features, calibrated: what intents and facets are told by.

Stored as JSON and plain arrays: reading one executes nothing.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Halves = NDArray[np.float16]


@dataclass(frozen=True)
class LinearModel:
    """``vocabulary`` maps a feature to its row in ``idf`` and ``weights`` (rows x labels; to three digits, which is
    as much as a chance is told by, in half the memory)."""

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Vector
    weights: Halves
    bias: Vector
    temperature: float

    def chances(self, rows: NDArray[np.int64], values: Vector) -> Vector:
        """The labels' probabilities, given what :func:`tf_idf` makes of a text. They add up to 1."""
        scores = values @ self.weights[rows].astype(np.float32) + self.bias
        odds = np.exp((scores - scores.max()) / self.temperature)
        chances: Vector = odds / odds.sum()
        return chances

    def uniform(self) -> Vector:
        """Nothing is known: every label is as likely as any other."""
        return np.full(len(self.labels), 1 / len(self.labels), dtype=np.float32)

    def save(self, folder: Path, name: str, **more: Any) -> None:
        """Write it into an existing folder as ``name``.json and ``name``.npz."""
        facts = {"labels": self.labels, "temperature": self.temperature, "vocabulary": list(self.vocabulary), **more}
        (folder / f"{name}.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / f"{name}.npz", idf=self.idf, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path, name: str) -> tuple[LinearModel, dict[str, Any]]:
        """Read what :meth:`save` wrote, and what was saved with it."""
        facts = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            model = cls(
                labels=tuple(facts["labels"]),
                vocabulary={feature: row for row, feature in enumerate(facts["vocabulary"])},
                idf=arrays["idf"],
                weights=arrays["weights"],
                bias=arrays["bias"],
                temperature=facts["temperature"],
            )
        return model, facts


def tf_idf(features: Iterable[str], vocabulary: dict[str, int], idf: Vector) -> tuple[NDArray[np.int64], Vector]:
    """Rows and weights of the known features: (1 + log count) x idf, scaled to length 1."""
    counts = Counter(row for feature in features if (row := vocabulary.get(feature)) is not None)
    rows = np.fromiter(sorted(counts), dtype=np.int64, count=len(counts))
    frequency = np.fromiter((1.0 + math.log(counts[row]) for row in rows.tolist()), np.float32, len(counts))
    values = (frequency * idf[rows]).astype(np.float32)
    length = float(np.linalg.norm(values))
    return rows, values / length if length else values
