"""How a conversation goes from the bot to a person and back: the moves, who may make them, and from where. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from casestore.conversations.ownership import OwnerKind
from casestore.staff.model import Member, Right

_BOT, _QUEUE, _AGENT = OwnerKind.BOT, OwnerKind.QUEUE, OwnerKind.AGENT


class Move(StrEnum):
    CLAIM = "claim"
    TRANSFER = "transfer"  # to a colleague; a supervisor takes one from a colleague so
    REROUTE = "reroute"  # to a desk
    RELEASE = "release"  # to the bot, with a summary
    CLOSE = "close"  # to the bot: the matter is settled
    LAPSE = "lapse"  # its agent has gone silent while its citizen waits
    GIVE_BACK = "give-back"  # nobody came in all that time
    IDLE = "idle"  # nobody said anything for long


class By(StrEnum):
    """Who makes a move."""

    ANYBODY = "anybody"  # whoever sees the conversation and may answer
    OWNER = "owner"  # its agent; of what waits in the queue anybody; a supervisor in an agent's place
    SERVICE = "service"  # nobody: time does


@dataclass(frozen=True, slots=True)
class Rule:
    """From an owner of these kinds, by whom, to an owner of that kind."""

    before: frozenset[OwnerKind]
    by: By
    after: OwnerKind


RULES: Mapping[Move, Rule] = MappingProxyType(
    {
        Move.CLAIM: Rule(frozenset({_BOT, _QUEUE}), By.ANYBODY, _AGENT),
        Move.TRANSFER: Rule(frozenset({_QUEUE, _AGENT}), By.OWNER, _AGENT),
        Move.REROUTE: Rule(frozenset({_QUEUE, _AGENT}), By.OWNER, _QUEUE),
        Move.RELEASE: Rule(frozenset({_AGENT}), By.OWNER, _BOT),
        Move.CLOSE: Rule(frozenset({_QUEUE, _AGENT}), By.OWNER, _BOT),
        Move.LAPSE: Rule(frozenset({_AGENT}), By.SERVICE, _QUEUE),
        Move.GIVE_BACK: Rule(frozenset({_QUEUE}), By.SERVICE, _BOT),
        Move.IDLE: Rule(frozenset({_AGENT}), By.SERVICE, _BOT),
    }
)


def may(move: Move, kind: OwnerKind, agent: str, who: Member | None) -> bool:
    """May ``who`` (``None``: the service) make this move where the conversation is owned so? ``agent``: who owns it."""
    rule = RULES[move]
    if kind not in rule.before or (who is None) != (rule.by is By.SERVICE):
        return False
    if who is None:
        return True
    if not who.may(Right.ANSWER):
        return False
    return rule.by is By.ANYBODY or kind is not _AGENT or agent == who.email or who.may(Right.OVERSEE)
