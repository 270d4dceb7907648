"""The conversations from which facets are learnt (nlu/talks/*.yml), and what single sentences say about them.

A talk is what a citizen wrote, turn by turn. ``facet`` is what a turn asks; ``opens`` what the conversation is about
once it was answered, where that changes. What an alarm and a question for somebody else open is not written: it follows
from the facet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from nlu.facets import NO_FACET, NOTHING
from nlu.variants import variants
from nlu.yaml_file import read_yaml

FOLDER = Path(__file__).parent / "talks"

_ASKS: Mapping[str, str] = MappingProxyType(
    {"ask_fees": "fee", "ask_office_hours": "contact", "ask_missing_documents": "documents"}
)
"""Intents that are a facet as well, once something is talked about."""
_WHOLE = frozenset(
    {
        "affirm", "cancel", "change_language", "deny", "goodbye", "greet", "list_my_cases", "out_of_scope",
        "provide_reference", "report_document_sent", "request_certificate", "start_notifications",
        "stop_notifications", "talk_to_human", "thank", "verify_identity",
    }
)  # fmt: skip
"""Intents that are no facet, whatever is talked about."""
_ALARMS = frozenset({"danger", "despair", "fraud", "grief"})
"""Facets whose answer is talked about from then on, whatever was before."""
_PROXY = "proxy"
_OF_SOMETHING = frozenset({"case", "cases", "certificate", "paper", "service", "office"})
"""What stays talked about after a question about acting for somebody else."""
_SITUATIONS = ("case", "paper", "cases", "service", "link", "code", NOTHING)
_EVERY = 8  # of the single sentences one in so many: with more of them what is rare is overheard


class TalkTurn(NamedTuple):
    """A message, what it was said about, the facet it asks, and the number it shares with its variants."""

    text: str
    about: str
    facet: str
    group: int


def read_talks(folder: Path = FOLDER) -> Iterator[tuple[str, str, str]]:
    """Every turn as (text, about, facet). Raises ``KeyError`` for a turn without text or facet."""
    for file in sorted(folder.glob("*.yml")):
        for talk in read_yaml(file):
            about = NOTHING
            for turn in talk["turns"]:
                yield turn["say"], about, turn["facet"]
                about = turn.get("opens") or _opened(turn["facet"], about)


def _opened(facet: str, about: str) -> str:
    """What is talked about after a turn that says nothing of it (dialogues/topics.py sets the same)."""
    own = facet in _ALARMS or (facet == _PROXY and about not in _OF_SOMETHING)
    return facet if own else about


def turns(
    talks: Iterable[tuple[str, str, str]], sentences: Iterable[tuple[str, str]], *, seed: int, each: int
) -> Iterator[TalkTurn]:
    """What the model is trained on: every turn with ``each`` variants, and single sentences of the intents' data.

    Each has dice of its own: adding one changes nothing about the others.
    """
    pairs = [*sorted(set(talks)), *_single(sentences, seed)]
    for group, (text, about, facet) in enumerate(pairs):
        yield TalkTurn(text, about, facet, group)
        for variant in variants(text, _dice(seed, text), each):
            yield TalkTurn(variant, about, facet, group)


def _single(sentences: Iterable[tuple[str, str]], seed: int) -> Iterator[tuple[str, str, str]]:
    for number, (text, intent) in enumerate(sorted(set(sentences))):
        if number % _EVERY == 0 and (intent in _WHOLE or intent in _ASKS):
            yield text, _dice(seed, text).choice(_SITUATIONS), _ASKS.get(intent, NO_FACET)


def _dice(seed: int, text: str) -> Random:
    return Random(f"{seed}:{text}")  # noqa: S311 - no secret hangs on how a training sentence is misspelt
