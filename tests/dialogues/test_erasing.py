"""The digits that erase: they count for what was agreed to, and for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialogues.actions.base import ActionInput
from dialogues.actions.privacy import Confirmed
from dialogues.turn import Context, Entity, Erase, Message
from tests.dialogues.fakes import State

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked_of", "citizen", "later", "erases"),
    [
        (7, 7, 0, (Erase(everywhere=True),)),
        (0, None, 0, (Erase(everywhere=False),)),
        (0, 7, 0, ()),  # nobody was known when only this chat was spoken of
        (7, None, 0, ()),
        (7, 8, 0, ()),
        (7, 7, 3600, ()),
    ],
)
async def test_it_is_done_as_it_was_agreed_to_or_not_at_all(
    asked_of: int, citizen: int | None, later: int, erases: tuple[Erase, ...]
) -> None:
    reads = State()
    reference = f"1:{int(NOW.timestamp())}:{asked_of}"
    at = NOW + timedelta(seconds=later)
    state: dict[str, Any] = {"pending": {"intent": "delete_me", "reference": None, "mark": reference}}
    code = Entity("code", reads.privacy.confirmation(1, reference), 0, 6)
    context = Context(1, "viber", at, citizen, 2 if citizen else 0)
    said = ActionInput(Message("2", code.value, at), context, "confirm_deletion", (code,), state)
    assert (await Confirmed(reads).run(said)).effects == erases
