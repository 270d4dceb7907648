"""A reply as one text message, of a few parts at most."""

from __future__ import annotations

from bisect import bisect_right

from bot.channels.port import OutboundFile, Part
from bot.channels.sms.encoding import Encoding, fold_gsm7, is_latin, segments
from bot.channels.text import listed, split, with_line
from dialogues.turn import Reply

MOST_PARTS = 8
"""Of one message, as billed: what is longer ends with …"""
_LONGEST = MOST_PARTS * 160  # characters that so many parts can hold


def compose(reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
    """Choices become numbered lines of the text, and a file the line of its address: both are kept where the text has
    to be cut.

    What may be folded is folded here, on its way out; so are the Greek names in a text that is not Greek, which would
    double its price.
    """

    def with_text(text: str) -> str:
        whole = listed(with_line(text, file.address if file else None), reply.choices, mark="{n}.")
        return _folded(whole, economy=reply.economy)

    whole = with_text(reply.text)
    if not _fits(whole):
        end = "..." if segments(whole).encoding is Encoding.GSM7 else "…"
        lengths = range(1, _LONGEST)
        room = bisect_right(lengths, False, key=lambda length: not _fits(with_text(_begin(reply.text, length, end))))
        whole = with_text(_begin(reply.text, room, end)) if room else _longest(whole, end)
    return (Part(whole),) if whole else ()


def holds(text: str) -> bool:
    """Does it go out whole?"""
    return _fits(_folded(text))


def _folded(text: str, *, economy: bool = False) -> str:
    return (fold_gsm7(text) if economy or is_latin(text) else text).strip()


def _longest(whole: str, end: str) -> str:
    """Where the choices alone are too many."""
    room = bisect_right(range(1, _LONGEST), False, key=lambda length: not _fits(_begin(whole, length, end)))
    return _begin(whole, room, end)


def _begin(text: str, length: int, end: str) -> str:
    """At most so much of the text, to a good place, and the sign that there was more."""
    return next(iter(split(text[: length * 2], length)), "") + end


def _fits(text: str) -> bool:
    return len(text) <= _LONGEST and segments(text).parts <= MOST_PARTS
