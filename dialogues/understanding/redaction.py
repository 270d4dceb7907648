"""What a conversation's history may keep of a message: enough to go on with, nothing that proves or names a citizen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogues.turn import Entity

SECRET = frozenset({"afm", "amka", "personal_number", "code", "certificate_code"})
"""Entities whose value is never kept. That one was given is. Whoever has a certificate's code can have it looked up."""

_LEFT_OVER = re.compile(r"\d(?:[ .\-/]?\d){3,}")


def redact(text: str, entities: Sequence[Entity]) -> tuple[str, tuple[Entity, ...]]:
    """The text with every secret as ``[kind]`` and other long numbers as ``[number]``; entities follow their places.

    References of cases, protocols and dates stay: the dialogue goes on with them.
    """
    pieces: list[str] = []
    kept: list[Entity] = []
    length = end = 0
    for found in sorted(entities, key=lambda each: each.start):
        if found.start < end:
            continue
        between = _LEFT_OVER.sub("[number]", text[end : found.start])
        secret = found.entity in SECRET
        shown = f"[{found.entity}]" if secret else text[found.start : found.end]
        start = length + len(between)
        length, end = start + len(shown), found.end
        pieces += [between, shown]
        kept.append(Entity(found.entity, "" if secret else found.value, start, length))
    return "".join([*pieces, _LEFT_OVER.sub("[number]", text[end:])]), tuple(kept)
