"""What states a document that is handed in has, and which moves between them are legal. Pure.

    offered -> received -> checked -> submitted -> accepted | rejected
       |          |           |
       +----------+-----------+--> refused | taken-back

``offered``: its provider still has it, we do not. Whether its citizen has said which paper it is stands beside that
(``confirmed_at``): a file is fetched and checked meanwhile, and submitted when both are so.
"""

from __future__ import annotations

from enum import StrEnum

from casestore.queues.lifecycle import Moves, final, moves


class DocumentState(StrEnum):
    """The values of ``documents.state``."""

    OFFERED = "offered"
    RECEIVED = "received"
    CHECKED = "checked"
    REFUSED = "refused"  # by us or by the registry: ``reason`` says why
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN_BACK = "taken-back"


class Step(StrEnum):
    """What is done about a document: the values of ``document_tasks.step``."""

    FETCH = "fetch"
    CHECK = "check"
    SUBMIT = "submit"


_S = DocumentState
DOCUMENT_MOVES: Moves[DocumentState] = moves(
    {
        _S.OFFERED: {_S.RECEIVED, _S.REFUSED, _S.TAKEN_BACK},
        _S.RECEIVED: {_S.CHECKED, _S.REFUSED, _S.TAKEN_BACK},
        _S.CHECKED: {_S.SUBMITTED, _S.REFUSED, _S.TAKEN_BACK},
        _S.SUBMITTED: {_S.ACCEPTED, _S.REJECTED},
        _S.REFUSED: set(),
        _S.ACCEPTED: set(),
        _S.REJECTED: set(),
        _S.TAKEN_BACK: set(),
    }
)
ENDED = final(DOCUMENT_MOVES)
OPEN = frozenset({_S.OFFERED, _S.RECEIVED, _S.CHECKED})
"""With us, and not yet with a registry: it can still be taken back."""
WITHOUT_CONTENT = frozenset({_S.REFUSED, _S.TAKEN_BACK})
"""Nobody needs the content any more: it goes in the same commit."""
