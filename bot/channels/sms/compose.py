"""A reply cut into text messages."""

from __future__ import annotations

from bot.channels.port import OutboundFile, Part
from bot.channels.sms.encoding import fold_gsm7
from bot.channels.text import listed, split
from dialogues.turn import Reply

TEXT_LIMIT = 1600


def compose(reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
    """Choices become numbered lines of the text, and a file the line of its address.

    What may be folded is folded here, on its way out.
    """
    whole = listed(with_address(reply.text, file), reply.choices, mark="{n}.")
    return tuple(map(Part, split(fold_gsm7(whole) if reply.economy else whole, TEXT_LIMIT)))


def with_address(text: str, file: OutboundFile | None) -> str:
    """The text, and where the file is on a line of its own."""
    return "\n".join(filter(None, (text, file.address if file else None)))
