"""Whose a turn's lines are."""

from __future__ import annotations

import pytest

from bot.conversation.turn_handler import _whose
from casestore.conversations.ownership import Ownership
from casestore.conversations.repository import Conversation
from dialogues.turn import CodeTried, Effect, Handover, SendCode, SetLanguage, Turn

HERE = Conversation(1, 2, "sms", "+306900000001", "key", Ownership(), "el", True, 7, 1)


@pytest.mark.parametrize(
    ("effects", "whose"),
    [
        ((), 7),
        ((SetLanguage("en"), Handover("asked")), 7),
        ((SendCode("090000045", "+306900000001"),), None),
        ((SetLanguage("en"), CodeTried(3, right=True)), None),
        ((CodeTried(3, right=False),), None),
    ],
)
def test_lines_of_a_proof_are_nobodys(effects: tuple[Effect, ...], whose: int | None) -> None:
    """Where one citizen is known, another may prove themselves: neither reads the other's lines in a copy."""
    assert _whose(HERE, Turn(effects=effects)) == whose
