"""Which intent a message has: n-grams and concepts of its phonetic key, one sparse pass, one linear model, calibrated.

Nothing here knows Rasa, so a trained model is read in milliseconds by whoever wants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from nlu.clauses import sentences
from nlu.concepts import concept_grams
from nlu.fold import fold
from nlu.linear import LinearModel, Vector, tf_idf

NAME = "intents"
"""Of the model's files."""
Ranking = tuple[tuple[str, float], ...]
"""Intents with their probabilities, the likeliest first; the probabilities add up to 1."""


COURTESY = frozenset({"greet", "thank", "goodbye"})
COURTESY_WORDS = 3
"""A longer sentence of thanks is meant as such."""

SURE = 0.8
"""From this probability on, one sentence of several is taken for a wish of its own."""

OUTSIDE = "out_of_scope"
TOLD = "_told"
"""What a sentence is that only tells the story. It weighs sentences; no message is ever understood as it."""

WHOLE = 0.35
"""What the message as a whole counts beside its sentences one by one."""

EARLIER = 0.5
"""What a sentence counts beside the one after it: people tell the story first and the wish last."""

SHARPER = 1.5
"""Sentences disagree, so their mean is more timid than it is wrong: with this power it is honest (held-out stories)."""

_LONG = 6  # words: from here on the number of words tells nothing more

_NEVER_MORE = 0.999  # told: every sentence counts something, and nothing is divided by zero


@dataclass(frozen=True, slots=True)
class Shape:
    """Which n-grams are counted: characters within a word (its edges marked), and whole words."""

    char_min: int = 3
    char_max: int = 5
    words: int = 2


def grams(key: str, shape: Shape) -> Iterator[str]:
    """The n-grams of a folded message, repeats included. Word n-grams carry a mark that no key contains."""
    words = key.split()
    for word in words:
        padded = f" {word} "
        for size in range(shape.char_min, min(shape.char_max, len(padded)) + 1):
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size]
    for size in range(1, shape.words + 1):
        for start in range(len(words) - size + 1):
            yield "=" + " ".join(words[start : start + size])


def frame(key: str) -> Iterator[str]:
    """What a message opens and closes with, and its length: "όχι" alone is a no, at the head of a plea it is not."""
    words = key.split()
    if words:
        yield "^" + words[0]
        yield "^" + " ".join(words[:2])
        yield "$" + words[-1]
        yield length_gram(key)


def length_gram(key: str) -> str:
    """How many words a message has, as a feature: it tells nothing by itself."""
    return f"#{min(len(key.split()), _LONG)}"


@dataclass(frozen=True)
class IntentModel:
    """A trained model, and the n-grams it counts."""

    linear: LinearModel
    shape: Shape

    @property
    def labels(self) -> tuple[str, ...]:
        return self.linear.labels

    def ranking(self, text: str) -> Ranking:
        """Every intent with its probability, the likeliest first. Never raises, whatever the text.

        Sentences of mere courtesy around a wish are left out. Of several others each is understood by itself as well
        as all together. A text without any n-gram of the training data (nothing, another script) is out of scope
        with the lowest confidence that there is, as likely as anything else.
        """
        said = self._without_courtesy(sentences(text))
        chances, _ = self._wishes(fold(" ".join(said) or text))
        if len(said) > 1:
            chances = (WHOLE * chances + (1 - WHOLE) * self._by_sentence(said)) ** SHARPER
            chances /= chances.sum()
        named = ((label, float(chances[i])) for i, label in enumerate(self.linear.labels) if label != TOLD)
        return tuple(sorted(named, key=lambda one: (-one[1], one[0] != OUTSIDE)))

    def _by_sentence(self, said: Sequence[str]) -> Vector:
        """The sentences' probabilities: what is clearly a wish counts more than a story, and the later the more."""
        total = np.zeros(len(self.linear.labels), dtype=np.float32)
        for sentence in said:
            wishes, told = self._wishes(fold(sentence))
            total = total * EARLIER + wishes * (1 - told) * wishes.max() ** 2
        mean: Vector = total / total.sum()
        return mean

    def _wishes(self, key: str) -> tuple[Vector, float]:
        """The intents' probabilities, were it a wish, and the probability that it only tells the story."""
        chances = self._chances(key)
        if TOLD not in self.linear.labels:
            return chances, 0.0
        at = self.linear.labels.index(TOLD)
        told = min(float(chances[at]), _NEVER_MORE)
        chances[at] = 0.0
        return chances / chances.sum(), told

    def second_wish(self, text: str, first: str) -> str | None:
        """What another sentence of the message clearly wants besides ``first``."""
        told = self._without_courtesy(sentences(text))
        for chances, _ in (self._wishes(fold(sentence)) for sentence in told if len(told) > 1):
            best = int(chances.argmax())
            if self.linear.labels[best] != first and chances[best] >= SURE:
                return self.linear.labels[best]
        return None

    def _without_courtesy(self, told: Sequence[str]) -> Sequence[str]:
        if len(told) < 2:
            return told
        return [sentence for sentence in told if not self._is_courtesy(sentence)]

    def _is_courtesy(self, sentence: str) -> bool:
        if len(sentence.split()) > COURTESY_WORDS:
            return False
        return self.linear.labels[int(self._chances(fold(sentence)).argmax())] in COURTESY

    def _chances(self, key: str) -> Vector:
        vocabulary = self.linear.vocabulary
        rows, values = tf_idf(features(key, self.shape), vocabulary, self.linear.idf)
        if not set(rows.tolist()) - {vocabulary.get(length_gram(key))}:
            return self.linear.uniform()
        return self.linear.chances(rows, values)

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        self.linear.save(folder, NAME, shape=[self.shape.char_min, self.shape.char_max, self.shape.words])

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what :meth:`save` wrote."""
        linear, facts = LinearModel.load(folder, NAME)
        return cls(linear, Shape(*facts["shape"]))


def features(key: str, shape: Shape) -> Iterator[str]:
    """All that is counted of a folded message."""
    return chain(grams(key, shape), frame(key), concept_grams(key))
