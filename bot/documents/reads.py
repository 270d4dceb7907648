"""What a turn may read of what was handed in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import StoredDocument
from casestore.documents.repository import Documents
from dialogues.ports import SentPaper

TOLD = timedelta(days=30)  # how long it is told that something was handed in
_NO_NUMBER = "-"  # the registry took it and gave none
_S = DocumentState
_STATES: Mapping[DocumentState, str] = MappingProxyType(
    {
        _S.OFFERED: "on-its-way",
        _S.RECEIVED: "on-its-way",
        _S.CHECKED: "on-its-way",
        _S.SUBMITTED: "submitted",
        _S.ACCEPTED: "submitted",
        _S.REJECTED: "submitted",
        _S.REFUSED: "refused",
    }
)
_ORDER = ("submitted", "on-its-way", "refused")  # of files that are one paper, what counts for it


class StoreDocuments:
    """Implements :class:`dialogues.ports.DocumentReads`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def waiting(self, conversation_id: int, citizen_id: int | None, now: datetime) -> int:
        return len(await self._documents.unanswered(conversation_id, citizen_id, now))

    async def sent(self, citizen_id: int, now: datetime) -> tuple[SentPaper, ...]:
        bundles: dict[str, list[StoredDocument]] = {}
        for document in await self._documents.of_citizen(citizen_id, now - TOLD):
            if document.bundle and document.state in _STATES:
                bundles.setdefault(document.bundle, []).append(document)
        newest = {_of(files): _paper(files) for files in bundles.values()}  # what came later for a paper counts
        return tuple(newest.values())


def _of(files: Sequence[StoredDocument]) -> tuple[str, str]:
    """Which paper they are."""
    return (files[0].paper.reference, files[0].paper.code) if files[0].paper else ("", "")


def _paper(files: Sequence[StoredDocument]) -> SentPaper:
    first = min(files, key=lambda file: _ORDER.index(_STATES[file.state]))
    paper = first.paper
    at = first.submitted_at or first.created_at
    return SentPaper(
        paper.reference if paper else "",
        paper.title if paper else "",
        _STATES[first.state],
        at,
        first.number or _NO_NUMBER,
    )
