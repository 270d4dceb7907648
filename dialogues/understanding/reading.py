"""A message as it is understood: what the readers of this folder hand one another."""

from __future__ import annotations

from dataclasses import dataclass

from dialogues.turn import Entity


@dataclass(frozen=True, slots=True)
class Reading:
    """``language`` is ``el``, ``greeklish``, ``en`` or ``unknown``.

    ``second_intent`` is a second wish that it seems to hold; ``preference``: how notices are wanted, as kind and value,
    or ``language`` and the one wished for; ``facet``: the narrower question that it asks of what is talked about
    (nlu/facets.py), ``second_facet`` another that it asks beside; ``aside``: a preference that it states beside its
    wish; ``then``: what its second half wishes for, of something else; ``earlier``: the case talked
    about before that it means without naming it, ``of_all`` that it means none alone.
    """

    text: str
    intent: str
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    language: str = "unknown"
    second_intent: str | None = None
    preference: tuple[str, str] | None = None
    facet: str | None = None
    second_facet: str | None = None
    aside: tuple[str, str] | None = None
    then: Reading | None = None
    earlier: str | None = None
    of_all: bool = False

    def has(self, *kinds: str) -> bool:
        return any(found.entity in kinds for found in self.entities)
