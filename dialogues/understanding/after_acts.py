"""What is asked or said after an act, a preference or the warning before an erasure: «από ποια ώρα ως ποια;», «κι αν
γίνει κάτι μέσα στη νύχτα;», «θα χαθεί κι η άδειά μου;», «εντάξει, έτσι να μείνει». Pure tables (after_acts.yml).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dialogues.topics import NOTHING
from dialogues.understanding.acts import SURE
from dialogues.understanding.going_on import ASK_FACET
from dialogues.understanding.phrases import Phrases, phrases_of
from dialogues.understanding.reading import Reading
from dialogues.understanding.wishes import ALERTS
from nlu.language import detect
from nlu.yaml_file import read_yaml

_FRAUD, _AFM, _CALLED = "fraud", "afm", "called"
_TAKING = frozenset({"erase", "unlink"})
"""Questions that wait for digits before something is taken away."""
_INTENTS: Mapping[str, str] = MappingProxyType({"cancel": "cancel", "my_data": "my_data"})
"""What is no facet; all others are answers of their own."""


def after_act(text: str, about: str, question: str | None) -> Reading | None:
    """What the message means there; ``None`` where it is none of these. ``about``: what is talked about,
    ``question``: what is asked of the citizen."""
    found = next(filter(None, (tables.find(text) for tables in _asked(about, question))), None)
    if found is None or (found, about) == ("settled", _CALLED):  # who was called is called off: going_on.py
        return None
    if found == "settled" and question is not None:
        found = "cancel"
    facet = "safe" if found == "seen" and about == _FRAUD else found
    intent = _INTENTS.get(found, ASK_FACET)
    return Reading(text, intent, SURE, language=detect(text), facet=facet if intent == ASK_FACET else None)


def _asked(about: str, question: str | None) -> Iterator[Phrases]:
    """The tables that count there, the narrowest first."""
    tables = _tables()
    if question in _TAKING:
        yield tables["taking"]
    if question == _AFM:
        yield tables[_AFM]
    if question is None and about == ALERTS:
        yield tables[ALERTS]
    if about == _CALLED:
        yield tables[_CALLED]
    yield tables["said"]
    if question is None and about != NOTHING:
        yield tables["told"]


@cache
def _tables() -> Mapping[str, Phrases]:
    beside = Path(__file__)
    file: dict[str, Any] = read_yaml(beside.with_name("after_acts.yml"))
    lists = {**read_yaml(beside.with_name("wishes.yml"))["lists"], **file["lists"]}
    return {name: phrases_of(file[name], lists) for name in ("said", "taking", "told", _AFM, _CALLED, ALERTS)}
