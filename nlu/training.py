"""How the intent model is fitted: the same sentences give the same model, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from nlu.counting import Features, weigh
from nlu.examples import Example, examples
from nlu.facets import FacetModel, situated
from nlu.fold import fold
from nlu.intents import IntentModel, Shape, features
from nlu.linear import LinearModel, Vector
from nlu.talks import turns

Matrix = NDArray[np.float64]
Turn = tuple[str, str, str]
T = TypeVar("T", bound=Hashable)

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


def fit_facets(written: Iterable[tuple[str, str]], talks: Iterable[Turn], settings: Mapping[str, Any]) -> FacetModel:
    """Train on conversations, turns of (text, about, facet), and on pairs of text and intent, with the numbers of
    ``config.yml``."""
    shape = Shape(settings["char_min"], settings["char_max"], settings["words"])
    made = list(turns(talks, written, seed=settings["seed"], each=settings["facet_variants"]))
    each = _once([(one.text, one.about) for one in made], lambda said: tuple(situated(*said, shape)))
    vocabulary, idf, matrix = weigh(each, settings["least"])
    labels, targets = _targets([one.facet for one in made])
    fitted = _linear(matrix, targets, settings["facet_strength"], settings["seed"], balanced=True)
    return FacetModel(_model(fitted, labels, vocabulary, idf, settings["facet_temperature"]), shape)


def fit(
    sentences: Iterable[Example], *, shape: Shape, least: int, strength: float, folds: int, seed: int
) -> IntentModel:
    """Train. ``strength`` is the inverse regularisation, ``least`` the number of sentences an n-gram must occur in.

    Calibration holds out a sentence together with all its variants, so that none is scored by what it was made of.
    """
    texts, intents, groups = zip(*sentences, strict=True)
    keys = [fold(text) for text in texts]  # of which a quarter are alike: variants that sound the same
    each = _once(keys, lambda key: tuple(features(key, shape)))
    return IntentModel(fit_linear(each, intents, groups, least=least, strength=strength, folds=folds, seed=seed), shape)


def _once(texts: Sequence[T], make: Callable[[T], Features]) -> list[Features]:
    """What is made of each, made once of those that are alike."""
    made = {text: make(text) for text in set(texts)}
    return [made[text] for text in texts]


def fit_linear(
    texts: Sequence[Features],
    wanted: Sequence[str],
    groups: Sequence[int],
    *,
    least: int,
    strength: float,
    folds: int,
    seed: int,
) -> LinearModel:
    """Train on the features of texts, the label of each, and the group that is held out together with it."""
    vocabulary, idf, matrix = weigh(texts, least)
    labels, targets = _targets(wanted)
    fit_on = partial(_linear, strength=strength, seed=seed)
    seen, unseen = _parted(targets, np.array(groups), folds, seed)
    with ProcessPoolExecutor(max_workers=1) as beside:  # not a thread: the library's dice are one for a process
        part = beside.submit(fit_on, matrix[seen], targets[seen])
        whole = fit_on(matrix, targets)
        scores = _scores(part.result(), matrix[unseen], len(labels))
    return _model(whole, labels, vocabulary, idf, _temperature(scores, targets[unseen]))


def _targets(wanted: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The labels, sorted, and the place among them of each that is wanted."""
    labels = tuple(sorted(set(wanted)))
    return labels, np.array([labels.index(label) for label in wanted])


def _model(
    fitted: LinearSVC, labels: tuple[str, ...], vocabulary: dict[str, int], idf: Vector, temperature: float
) -> LinearModel:
    weights = np.ascontiguousarray(fitted.coef_.T, dtype=np.float16)
    return LinearModel(labels, vocabulary, idf, weights, fitted.intercept_.astype(np.float32), temperature)


def _linear(
    features: csr_matrix, targets: NDArray[np.int64], strength: float, seed: int, *, balanced: bool = False
) -> LinearSVC:
    """A linear support vector machine for each label: as right as logistic regression here, fitted 20 times faster.
    ``balanced``: a rare label counts as much as a common one."""
    weights = "balanced" if balanced else None
    return LinearSVC(C=strength, random_state=seed, tol=_CLOSE_ENOUGH, class_weight=weights).fit(features, targets)


def _parted(
    targets: NDArray[np.int64], groups: NDArray[np.int64], folds: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What is learnt from and what is judged: one part of ``folds``, every sentence in it with its variants."""
    split = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    seen, unseen = next(split.split(np.zeros(len(targets)), targets, groups))
    return seen, unseen


def _scores(model: LinearSVC, features: csr_matrix, labels: int) -> Matrix:
    scores = np.full((features.shape[0], labels), -1.0)  # an intent that the part lacks is a plain no
    scores[:, model.classes_] = model.decision_function(features)
    return scores


def _temperature(scores: Matrix, targets: NDArray[np.int64]) -> float:
    """The divisor of the scores under which held-out probabilities are most honest (least log loss)."""

    def log_loss(temperature: float) -> float:
        scaled = scores / temperature
        peaks = scaled.max(axis=1, keepdims=True)
        totals = np.log(np.exp(scaled - peaks).sum(axis=1)) + peaks[:, 0]
        return float((totals - scaled[np.arange(len(targets)), targets]).mean())

    return float(minimize_scalar(log_loss, bounds=(0.05, 5.0), method="bounded").x)
