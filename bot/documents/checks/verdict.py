"""What a check says of a file, and how it crosses from the child to its parent: one line of JSON, then the bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum

MOST_HANDED_IN = 10 * 1024 * 1024  # what the registries take
MOST_PAGES = 100
LONGEST_SIDE = 2400  # pixels of a picture as it is handed in: A4 at 200 dots an inch

PDF, JPEG = "application/pdf", "image/jpeg"


class Refusal(StrEnum):
    """Why a file is not taken. Each has its words in ``bot/documents/words.py``."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TYPE = "type"  # none of the six that are taken, whatever its name says
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - needed to open it
    PAGES = "pages"
    DIMENSIONS = "dimensions"  # more pixels than any paper needs
    ACTIVE = "active"  # programs in a PDF
    EMBEDDED = "embedded"  # files in a PDF
    MIXED = "mixed"  # a PDF that is an archive as well
    TOO_COMPLEX = "too-complex"  # the child was stopped at one of its limits
    INFECTED = "infected"
    UNCHECKED = "unchecked"  # nobody could look into it
    GONE = "gone"  # its provider has it no more
    UNREACHABLE = "unreachable"  # it could not be fetched


class RefusedFile(Exception):
    """Raised inside the child by whatever finds the reason."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be handed in: ``content`` is what goes to the registry, not what came."""

    media_type: str
    pages: int
    content: bytes = field(repr=False)
    blurred: bool = False


Verdict = Checked | Refused


def encode(verdict: Verdict) -> bytes:
    if isinstance(verdict, Refused):
        return json.dumps({"refused": verdict.reason}).encode() + b"\n"
    head = {"media_type": verdict.media_type, "pages": verdict.pages, "blurred": verdict.blurred}
    return json.dumps(head).encode() + b"\n" + verdict.content


def decode(answer: bytes) -> Verdict:
    """Raises :class:`ValueError` for what no child of ours says."""
    line, newline, content = answer.partition(b"\n")
    head = json.loads(line)
    if not isinstance(head, dict) or not newline:
        raise ValueError("no verdict")
    if "refused" in head:
        return Refused(Refusal(head["refused"]))
    media_type, pages, blurred = head.get("media_type"), head.get("pages"), head.get("blurred")
    if media_type not in (PDF, JPEG) or not isinstance(pages, int) or not isinstance(blurred, bool) or not content:
        raise ValueError("no verdict")
    return Checked(media_type, pages, content, blurred)
