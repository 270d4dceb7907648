"""A document that is handed in, as the rest of the service sees it. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from casestore.documents.lifecycle import DocumentState
from casestore.files import Kept

ASKED_FOR = timedelta(days=2)
"""How long a file waits for its citizen to say which paper it is."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that a case waits for. ``title`` in the registry's words."""

    registry: str
    reference: str
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as its citizen hands it in. ``key`` names the cause: the same cause makes it once.

    ``paper``: which it seems to be, if that can be told.
    """

    key: str
    citizen_id: int
    conversation_id: int
    origin: str
    name: str = field(repr=False)
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class SealedContent:
    """Content as it will be kept, ``size`` bytes unsealed. ``media_type`` and what follows: once it is checked."""

    kept: Kept = field(repr=False)
    size: int
    media_type: str | None = None
    pages: int | None = None
    blurred: bool = False


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document on record."""

    id: int
    key: str
    citizen_id: int
    conversation_id: int
    origin: str
    state: DocumentState
    paper: Paper | None
    bundle: str | None
    submission: str | None
    number: str | None
    media_type: str | None
    pages: int | None
    blurred: bool
    reason: str | None
    created_at: datetime
    confirmed_at: datetime | None
    submitted_at: datetime | None


def document_of(row: Row[Any]) -> StoredDocument:
    known = (row.registry, row.reference, row.code, row.title)
    return StoredDocument(
        id=row.id,
        key=row.key,
        citizen_id=row.citizen_id,
        conversation_id=row.conversation_id,
        origin=row.origin,
        state=DocumentState(row.state),
        paper=None if row.code is None else Paper(*known),
        bundle=row.bundle,
        submission=row.submission,
        number=row.number,
        media_type=row.media_type,
        pages=row.pages,
        blurred=row.blurred,
        reason=row.reason,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        submitted_at=row.submitted_at,
    )
