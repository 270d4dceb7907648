"""A reply cut into Viber messages."""

from __future__ import annotations

from bot.channels.port import OutboundFile, Part
from bot.channels.text import listed, split
from bot.channels.viber.keyboard import MAX_ROWS, layout
from dialogues.turn import Reply

TEXT_LIMIT = 7000


def compose(reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
    """The keyboard rides on the last part: a message without one would take it away again.

    Choices for which the keyboard has no row are written out below the text. A file is a part of its own, the last.
    """
    rows = layout(reply.choices)
    shown = tuple(choice for row in rows[:MAX_ROWS] for choice in row)
    texts = split(listed(reply.text, reply.choices[len(shown) :]), TEXT_LIMIT)
    if shown and not texts and file is None:
        texts = split(listed("", shown), TEXT_LIMIT)  # Viber takes no keyboard on an empty text
    parts = [*map(Part, texts), *([] if file is None else [Part("", file=file)])]
    return (*parts[:-1], parts[-1]._replace(choices=shown)) if parts else ()
