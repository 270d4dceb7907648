"""``--speed``: cases move on by themselves, for a demo that nobody has to drive."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from connectors.sandbox.model import Case
from connectors.sandbox.state import State

_TICK = 1.0  # seconds


def advance(state: State, since: datetime, speed: float) -> list[str]:
    """Move each case whose time has come, ``speed`` times faster than its stages usually take; their references.

    Time counts from ``since`` at the earliest. A case that waits for the citizen waits. After the last stage a case
    is granted, and after that closed.
    """
    due = [
        case for case in state.cases() if not case.closed and not case.waits and _due(case, state.now(), since, speed)
    ]
    for case in due:
        _step(state, case)
    return [case.reference for case in due]


def _due(case: Case, now: datetime, since: datetime, speed: float) -> bool:
    return (now - max(case.updated_at, since)) * speed >= timedelta(days=case.now_at.days)


def _step(state: State, case: Case) -> None:
    stages = case.kind.stages
    place = stages.index(case.now_at) + 1
    if case.outcome is not None:
        state.close(case.reference)
    elif place < len(stages):
        state.move(case.reference, stages[place].code)
    else:
        state.decide(case.reference, "granted")


async def keep_advancing(state: State, speed: float) -> None:
    """Until cancelled."""
    since = state.now()
    while True:
        await asyncio.sleep(_TICK)
        advance(state, since, speed)
