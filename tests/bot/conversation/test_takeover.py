"""Who answers, as a function of who owns the conversation."""

from __future__ import annotations

import pytest

from bot.conversation.takeover import HandedBack, bot_answers, kind_of_answer, still_stands
from casestore.conversations.ownership import BOT, QUEUE, Owner, Ownership, agent
from casestore.queues.outbox import Kind

ANNA = agent("anna@gov.gr")


@pytest.mark.parametrize(
    ("owner", "answers", "kind"), [(BOT, True, Kind.REPLY), (QUEUE, True, Kind.REPLY), (ANNA, False, Kind.NOTICE)]
)
def test_the_bot_answers_until_an_agent_does(owner: Owner, answers: bool, kind: Kind) -> None:
    owned = Ownership(owner, 3)
    assert (bot_answers(owned), kind_of_answer(owned)) == (answers, kind)


@pytest.mark.parametrize(
    ("read_as", "now", "stands"),
    [
        (Ownership(BOT, 0), Ownership(BOT, 0), True),
        (Ownership(ANNA, 1), Ownership(ANNA, 1), True),
        (Ownership(BOT, 0), Ownership(ANNA, 1), False),
        (Ownership(QUEUE, 1), Ownership(ANNA, 2), False),
    ],
)
def test_what_was_decided_stands_while_nobody_has_claimed(read_as: Ownership, now: Ownership, stands: bool) -> None:
    assert still_stands(read_as, now) is stands


@pytest.mark.parametrize("read_as", [Ownership(BOT, 0), Ownership(ANNA, 1), Ownership(QUEUE, 1)])
def test_what_came_back_is_handled_again(read_as: Ownership) -> None:
    with pytest.raises(HandedBack):
        still_stands(read_as, Ownership(BOT, 2))
