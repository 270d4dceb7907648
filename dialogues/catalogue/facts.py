"""Answers to narrower questions about a procedure: who, by when, what if late. Each with its source, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any

from dialogues.catalogue.terms import Term, Terms
from dialogues.say import LocalizedText

_NO_SOURCE = "none"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is answered, and its short form for SMS.

    ``source`` is ``None`` where nobody states it, and the text says so.
    """

    text: LocalizedText
    short: LocalizedText
    source: str | None
    seen: date

    @property
    def known(self) -> bool:
        return self.source is not None


@dataclass(frozen=True, slots=True)
class FacetTexts:
    """One answer for each narrower question.

    ``pay`` is where the citizen pays, ``payment`` how the State pays the citizen; ``why`` is of the waiting,
    ``why_paper`` of a paper that is asked for; ``wrong`` is of wrong data; ``valid`` how long what is issued holds,
    ``collect`` where it is received; ``present`` whether one has to be there; ``rent`` help with it meanwhile.
    """

    who: Fact
    when: Fact
    submit: Fact
    late: Fact
    extension: Fact
    object: Fact
    wrong: Fact
    fee: Fact
    pay: Fact
    payment: Fact
    amount: Fact
    proxy: Fact
    why: Fact
    why_paper: Fact
    todo: Fact
    valid: Fact
    collect: Fact
    present: Fact
    rent: Fact


FACETS = tuple(each.name for each in fields(FacetTexts))


@dataclass(frozen=True, slots=True)
class ProcedureFacts(FacetTexts):
    """The answers of one procedure, who knows the rest (``ask``), and its stages in order."""

    code: str
    ask: LocalizedText
    order: tuple[str, ...]
    terms: Mapping[str, Term]
    """What each stage of ``order`` means."""

    def get(self, facet: str) -> Fact | None:
        """The answer by the facet's name; ``None`` for what is no facet of a procedure."""
        return getattr(self, facet) if facet in FACETS else None

    def after(self, stage: str) -> str | None:
        """The stage that follows; ``None`` after the last, and where the order is not known."""
        at = self.order.index(stage) if stage in self.order else len(self.order)
        return next(iter(self.order[at + 1 :]), None)


class Facts:
    """The answers by procedure, certificate or office; the shared ones for whatever has none of its own."""

    def __init__(self, data: Mapping[str, Any], asks: Mapping[str, LocalizedText], terms: Terms) -> None:
        """``data`` is the file; ``asks`` who knows, by the code of what is asked about."""
        self._data = data
        self._terms = terms
        self._other = self._facts("", data["ask"])
        self._of = MappingProxyType({code: self._facts(code, ask) for code, ask in asks.items()})

    def of(self, code: str) -> ProcedureFacts:
        """Never fails: registries name procedures that nobody here knows."""
        return self._of.get(code, self._other)

    def meaning(self, procedure: str, stage: str) -> Term | None:
        """What a stage means in this procedure, else in general."""
        return self.of(procedure).terms.get(stage) or self._terms.of(stage)

    def _facts(self, code: str, ask: LocalizedText) -> ProcedureFacts:
        own = self._data["procedures"].get(code, {})
        entries = {**self._data["shared"], **{name: own[name] for name in FACETS if name in own}}
        texts = {name: _fact(entry, ask, self._data["seen"]) for name, entry in entries.items()}
        stages = dict(map(_stage, own.get("order", ())))
        terms = {stage: term for stage, named in stages.items() if (term := self._terms.of(named))}
        return ProcedureFacts(**texts, code=code, ask=ask, order=tuple(stages), terms=MappingProxyType(terms))


def _fact(entry: Mapping[str, Any], ask: LocalizedText, seen: date) -> Fact:
    source = None if entry["source"] == _NO_SOURCE else entry["source"]
    return Fact(_filled(entry, ask), _filled(entry.get("short", entry), ask), source, seen)


def _filled(texts: Mapping[str, Any], ask: LocalizedText) -> LocalizedText:
    return {language: texts[language].format(ask=ask[language]) for language in ask}


def _stage(entry: str | Mapping[str, str]) -> tuple[str, str]:
    """A stage and the code of its term, which is its own unless another is named."""
    return (entry, entry) if isinstance(entry, str) else next(iter(entry.items()))
