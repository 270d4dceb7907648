"""What states a request for a certificate has, and which moves between them are legal. Pure.

    asked -> waiting -> issued | refused
      |         |
      +---------+--> issued | refused | cancelled | failed

``asked``: its registry has not answered yet. ``waiting``: it will issue it later.
"""

from __future__ import annotations

from enum import StrEnum

from casestore.queues.lifecycle import Moves, final, moves


class RequestState(StrEnum):
    """The values of ``certificate_requests.state``."""

    ASKED = "asked"
    WAITING = "waiting"
    ISSUED = "issued"
    REFUSED = "refused"  # by its registry: its words say why
    CANCELLED = "cancelled"
    FAILED = "failed"  # by us: ``reason`` says why, and a person was called


class Step(StrEnum):
    """What is done about a request, in this order: the values of ``certificate_tasks.step``."""

    ASK = "ask"
    TOLD = "told"  # an event said that it is settled: the registry is asked how
    LOOK = "look"  # in case no event comes


_S = RequestState
_SETTLED = {_S.ISSUED, _S.REFUSED, _S.CANCELLED, _S.FAILED}
REQUEST_MOVES: Moves[RequestState] = moves(
    {
        _S.ASKED: {_S.WAITING, *_SETTLED},
        _S.WAITING: _SETTLED,
        **{state: set() for state in _SETTLED},
    }
)
ENDED = final(REQUEST_MOVES)
OPEN = frozenset({_S.ASKED, _S.WAITING})
