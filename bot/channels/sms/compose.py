"""A reply cut into text messages."""

from __future__ import annotations

from bot.channels.port import OutboundFile, Part
from bot.channels.sms.encoding import fold_gsm7
from bot.channels.text import listed, split, with_line
from dialogues.turn import Reply

TEXT_LIMIT = 1600


def compose(reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
    """Choices become numbered lines of the text, and a file the line of its address.

    What may be folded is folded here, on its way out.
    """
    whole = listed(with_line(reply.text, file.address if file else None), reply.choices, mark="{n}.")
    return tuple(map(Part, split(fold_gsm7(whole) if reply.economy else whole, TEXT_LIMIT)))
