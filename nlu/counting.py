"""All training texts counted at once, a row a text, a column a feature. One text alone: :func:`nlu.linear.tf_idf`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlu.linear import Vector

Features = tuple[str, ...]


def weigh(texts: Sequence[Features], least: int) -> tuple[dict[str, int], Vector, csr_matrix]:
    """The vocabulary (features found in at least ``least`` texts, sorted), each one's inverse frequency, and each
    text's weights as a row (float32, length 1): what :func:`nlu.linear.tf_idf` makes of it."""
    columns: dict[str, int] = {}
    counts = _counts(texts, columns)
    seen = np.bincount(counts.indices, minlength=len(columns))
    known = sorted(name for name, column in columns.items() if seen[column] >= least)
    kept = [columns[name] for name in known]
    counts = counts[:, kept]
    counts.sort_indices()
    idf = _inverse(seen[kept], len(texts))
    return {name: row for row, name in enumerate(known)}, idf, _weighted(counts, idf)


def _counts(texts: Sequence[Features], columns: dict[str, int]) -> csr_matrix:
    """How often each text has each feature. A feature that is new gets the next of the ``columns``."""
    flat = chain.from_iterable(texts)
    size = sum(map(len, texts))
    found = np.fromiter((columns.setdefault(name, len(columns)) for name in flat), dtype=np.int32, count=size)
    ends = np.cumsum([0, *map(len, texts)])
    counts = csr_matrix((np.ones(size, dtype=np.float32), found, ends), shape=(len(texts), len(columns)))
    counts.sum_duplicates()
    return counts


def _inverse(seen: NDArray[np.int64], texts: int) -> Vector:
    idf: Vector = (np.log((1.0 + texts) / (1.0 + seen)) + 1.0).astype(np.float32)
    return idf


def _weighted(counts: csr_matrix, idf: Vector) -> csr_matrix:
    """(1 + log count) x idf, each row scaled to length 1. In place."""
    counts.data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    each = np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(counts.indptr))
    counts.data = (counts.data / each).astype(np.float32)
    return counts
