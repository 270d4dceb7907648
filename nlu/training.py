"""How the intent model is fitted: the same sentences give the same model, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from nlu.examples import Example, examples
from nlu.fold import fold
from nlu.intents import IntentModel, Shape, Vector, inverse_frequencies, tf_idf

Matrix = NDArray[np.float64]

_CLOSE_ENOUGH = 0.01  # moves no score by more than 0.001, and a quarter of the fitting time is saved


def fit_written(written: Iterable[tuple[str, str]], settings: Mapping[str, Any]) -> IntentModel:
    """Train on pairs of text and intent, with the numbers of ``config.yml``."""
    return fit(
        examples(
            written,
            seed=settings["seed"],
            each=settings["variants"],
            courtesy=settings["courtesy"],
            story=settings["story"],
        ),
        shape=Shape(settings["char_min"], settings["char_max"], settings["words"]),
        least=settings["least"],
        strength=settings["strength"],
        folds=settings["folds"],
        seed=settings["seed"],
    )


def fit(
    sentences: Iterable[Example], *, shape: Shape, least: int, strength: float, folds: int, seed: int
) -> IntentModel:
    """Train. ``strength`` is the inverse regularisation, ``least`` the number of sentences an n-gram must occur in.

    Calibration holds out a sentence together with all its variants, so that none is scored by what it was made of.
    """
    texts, intents, groups = zip(*sentences, strict=True)
    keys = [fold(text) for text in texts]
    vocabulary, idf = inverse_frequencies(keys, shape, least)
    features = _matrix(keys, shape, vocabulary, idf)
    labels = tuple(sorted(set(intents)))
    targets = np.array([labels.index(intent) for intent in intents])
    held_out = _held_out(features, targets, np.array(groups), strength, folds, seed)
    model = _linear(features, targets, strength, seed)
    return IntentModel(
        labels=labels,
        shape=shape,
        vocabulary=vocabulary,
        idf=idf,
        weights=np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        bias=model.intercept_.astype(np.float32),
        temperature=_temperature(held_out, targets),
    )


def _matrix(keys: Sequence[str], shape: Shape, vocabulary: dict[str, int], idf: Vector) -> csr_matrix:
    each = {key: tf_idf(key, shape, vocabulary, idf) for key in set(keys)}  # a quarter of the variants sound the same
    rows = [each[key] for key in keys]
    ends = np.cumsum([0, *(indices.size for indices, _ in rows)])
    data = np.concatenate([values for _, values in rows])
    indices = np.concatenate([indices for indices, _ in rows])
    return csr_matrix((data, indices, ends), shape=(len(keys), len(vocabulary)))


def _linear(features: csr_matrix, targets: NDArray[np.int64], strength: float, seed: int) -> LinearSVC:
    """A linear support vector machine for each intent: as right as logistic regression here, fitted 20 times faster."""
    return LinearSVC(C=strength, random_state=seed, tol=_CLOSE_ENOUGH).fit(features, targets)


def _held_out(
    features: csr_matrix, targets: NDArray[np.int64], groups: NDArray[np.int64], strength: float, folds: int, seed: int
) -> Matrix:
    """The scores of every sentence by a model that saw neither it nor its variants."""
    scores = np.full((len(targets), len(set(targets.tolist()))), -1.0)  # an intent that a part lacks is a plain no
    split = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    for seen, unseen in split.split(features, targets, groups):
        model = _linear(features[seen], targets[seen], strength, seed)
        scores[np.ix_(unseen, model.classes_)] = model.decision_function(features[unseen])
    return scores


def _temperature(scores: Matrix, targets: NDArray[np.int64]) -> float:
    """The divisor of the scores under which held-out probabilities are most honest (least log loss)."""

    def log_loss(temperature: float) -> float:
        scaled = scores / temperature
        peaks = scaled.max(axis=1, keepdims=True)
        totals = np.log(np.exp(scaled - peaks).sum(axis=1)) + peaks[:, 0]
        return float((totals - scaled[np.arange(len(targets)), targets]).mean())

    return float(minimize_scalar(log_loss, bounds=(0.05, 5.0), method="bounded").x)
