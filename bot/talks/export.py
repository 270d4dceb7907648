"""A conversation of the store as a talk for nlu/talks: what the citizen wrote, what was heard in it, and nobody in it.

What says who somebody is goes by construction, not by a list: every identifier and address, every number, and every
word that is not among the frequent words of either language, for it may be a name. A person reads it all the same
before it is kept, since some names are words («Ελπίδα»).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dialogues.topics import about
from dialogues.understanding.known_words import is_key_of_a_word, is_word
from nlu.facets import NO_FACET
from nlu.fold import fold_word
from nlu.references import mask

Event = Mapping[str, Any]

_HOLE = re.compile(r"\[\w+\]|__[a-z]+__")
_MADE_UP = {"__ref__": "ΑΔ-2026-000123", "__date__": "1/12"}
"""What stands in the place of a reference and of a date: the model takes every one of a kind for the same."""
_SPACE = re.compile(r" ([;,.!?])")  # that a hole left before a sign
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NUMBER = re.compile(r"\d(?:[ .,:/-]{0,3}\d){2,}")  # three digits or more, however they stand apart
_NAMED = re.compile(
    r"(?P<before>\b(?:λέγομαι|λεγομαι|ονομάζομαι|ονομαζομαι|με λένε|με λενε|my name is|legomai|onomazomai|me lene"
    r"|κ\.|κος|κα|κύριος|κυρία|mr|mrs|ms)\.?\s+)(?P<name>[^\W\d_]+(?:[ -][^\W\d_]+)?)",
    re.IGNORECASE,
)
_SHORTEST = 3  # letters: a shorter word names nobody
WORD, NAME, NUMBER = "[word]", "[name]", "[number]"


@dataclass(frozen=True, slots=True)
class ExportedTurn:
    """``about`` stands before the message and ``then`` after its answer; ``facet`` is what was heard, which may be
    wrong: that is why it is exported."""

    say: str
    about: str
    facet: str
    intent: str
    then: str
    answered: tuple[str, ...]


def anonymous(text: str, *, words: bool = False) -> str:
    """``text`` without what may tell whose it is. With ``words`` unknown words stay: somebody has to take names out."""
    named = _NAMED.sub(lambda found: f"{found['before']}{NAME}", mask(text))
    pieces = []
    end = 0
    for hole in _HOLE.finditer(named):
        pieces += [_plain(named[end : hole.start()], words), _MADE_UP.get(hole[0], f"[{hole[0].strip('[]_')}]")]
        end = hole.end()
    return _SPACE.sub(r"\1", " ".join("".join([*pieces, _plain(named[end:], words)]).split()))


def _plain(text: str, words: bool) -> str:
    without = _NUMBER.sub(NUMBER, text)
    return without if words else _WORD.sub(lambda found: found[0] if _is_known(found[0]) else WORD, without)


def _is_known(word: str) -> bool:
    small = word.lower()
    return len(small) < _SHORTEST or is_word(small) or is_key_of_a_word(fold_word(small))


def exported(events: Sequence[Event], *, words: bool = False) -> list[ExportedTurn]:
    """The turns that began with a citizen's message, oldest first; ``events`` as the store keeps them."""
    return list(_turns(events, words=words))


def _turns(events: Sequence[Event], *, words: bool) -> Iterator[ExportedTurn]:
    slots: dict[str, Any] = {}
    starts = [place for place, event in enumerate(events) if event.get("event") == "user"]
    _set(slots, events[: starts[0]] if starts else events)
    for start, end in pairwise([*starts, len(events)]):
        parsed, before = events[start]["parse_data"], about(slots)
        _set(slots, events[start:end])
        said = tuple(event["metadata"]["utter_action"] for event in events[start:end] if event.get("event") == "bot")
        yield ExportedTurn(
            anonymous(parsed["text"], words=words), before, parsed.get("facet") or NO_FACET, parsed["intent"]["name"],
            about(slots), said,
        )  # fmt: skip


def _set(slots: dict[str, Any], events: Sequence[Event]) -> None:
    for event in events:
        if event.get("event") == "session_started":
            slots.clear()
        elif event.get("event") == "slot":
            slots[event["name"]] = event.get("value")


def as_yaml(name: str, turns: Sequence[ExportedTurn]) -> str:
    """A talk of nlu/talks; beside each turn what was heard and answered, for whoever marks it."""
    lines = [f"- id: {name}", "  turns:"]
    for turn in turns:
        opens = f", opens: {turn.then}" if turn.then != turn.about else ""
        lines.append(f"  # heard: {turn.intent}; answered: {', '.join(turn.answered) or 'nothing'}")
        lines.append(f"  - {{say: {json.dumps(turn.say, ensure_ascii=False)}, facet: {turn.facet}{opens}}}")
    return "\n".join(lines) + "\n"
