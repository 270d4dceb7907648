"""What of the thing that is talked about a message asks: when, why, what next, until when. Learnt from conversations.

An intent is told by a message alone; a facet by the message and what the conversation is about when it comes: «πότε;»
after a case asks when it ends, after a missing paper until when it may be handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from nlu.clauses import clauses
from nlu.cues import cue_grams
from nlu.fold import fold
from nlu.intents import Shape, features, grams
from nlu.linear import LinearModel, tf_idf

NAME = "facets"
"""Of the model's files."""

NO_FACET = "none"
"""The message is complete as an intent."""

NOTHING = "none"
"""What a conversation is about before anything was said."""

SURE = 0.4
"""From this probability on a second question of a message is taken."""
_SHORT = 8  # words: a longer message hardly depends on what came before
_MARK = "%"  # features of the situation; no n-gram carries it


def situated(text: str, about: str, shape: Shape) -> Iterator[str]:
    """The features of a message in its situation: its own, the situation's, and the situation with each word."""
    key = fold(text)
    cues = list(cue_grams(key))
    return chain(features(key, shape), cues, _situation(key.split(), cues, about))


def _situation(words: Sequence[str], cues: Sequence[str], about: str) -> Iterator[str]:
    yield _MARK + about
    yield from (f"{_MARK}{about} {cue}" for cue in cues)
    if len(words) > _SHORT:
        return
    yield f"{_MARK}{about} #{len(words)}"
    yield from (f"{_MARK}{about} {word}" for word in words)


@dataclass(frozen=True)
class FacetModel:
    """A trained model."""

    linear: LinearModel
    shape: Shape

    def facet(self, text: str, about: str) -> tuple[str, float]:
        """The likeliest facet and its probability; :data:`NO_FACET`, for certain, of a text without a known word."""
        vocabulary = self.linear.vocabulary
        if not any(gram in vocabulary for gram in grams(fold(text), self.shape)):
            return NO_FACET, 1.0
        chances = self.linear.chances(*tf_idf(situated(text, about, self.shape), vocabulary, self.linear.idf))
        best = int(chances.argmax())
        return self.linear.labels[best], float(chances[best])

    def others(self, text: str, about: str) -> list[str]:
        """What the clauses of the message clearly ask, in their order; nothing where it is but one."""
        told = clauses(text)
        asked = (self.facet(clause, about) for clause in (told if len(told) > 1 else ()))
        return [facet for facet, chance in asked if facet != NO_FACET and chance >= SURE]

    def save(self, folder: Path) -> None:
        """Write the model into an existing folder."""
        self.linear.save(folder, NAME, shape=[self.shape.char_min, self.shape.char_max, self.shape.words])

    @classmethod
    def load(cls, folder: Path) -> FacetModel:
        """Read what :meth:`save` wrote."""
        linear, facts = LinearModel.load(folder, NAME)
        return cls(linear, Shape(*facts["shape"]))
