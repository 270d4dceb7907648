"""Who answers a message: the bot, as long as no agent does. While one is awaited it goes on helping. Pure."""

from __future__ import annotations

from casestore.conversations.ownership import OwnerKind, Ownership
from casestore.queues.outbox import Kind


class HandedBack(Exception):
    """The conversation came back to the bot while a message was handled: it is to be handled again, and answered."""


def bot_answers(ownership: Ownership) -> bool:
    return ownership.owner.kind is not OwnerKind.AGENT


def still_stands(read_as: Ownership, now: Ownership) -> bool:
    """May what was decided under one ownership be committed under another? ``False``: an agent has claimed the
    conversation; the bot has no answer any more. Raises :class:`HandedBack` where it has changed hands and is the bot's
    to answer: it may have been an agent's meanwhile."""
    if now == read_as:
        return True
    if bot_answers(now):
        raise HandedBack
    return False


def kind_of_answer(ownership: Ownership) -> Kind:
    """The bot's answers are not sent once an agent has taken over. What it says beside an agent, a confirmation that
    alerts have stopped, is a notice and always goes."""
    return Kind.REPLY if bot_answers(ownership) else Kind.NOTICE
