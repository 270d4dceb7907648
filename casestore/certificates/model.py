"""A request for a certificate, as the rest of the service sees it. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from casestore.certificates.lifecycle import RequestState
from casestore.files import Kept


@dataclass(frozen=True, slots=True)
class Asked:
    """A certificate as its citizen asks for it. ``key`` names the cause: the same cause asks once. ``request`` is the
    id under which the registry will know it; ``details`` what it must be told, by our names, and ``secrets`` what else:
    kept until it is settled."""

    key: str
    citizen_id: int
    conversation_id: int
    kind: str
    registry: str
    request: str
    details: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request on record. ``words``: the registry's, where it refused. ``code`` is printed on the paper; ``size`` of
    its file in bytes. ``kept``: the file can still be sent. Of ``reason``: a code of ours, where it failed."""

    id: int
    key: str
    citizen_id: int
    conversation_id: int
    kind: str
    registry: str
    request: str
    details: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)
    state: RequestState
    state_at: datetime
    created_at: datetime
    reason: str | None = None
    words: str = field(default="", repr=False)
    number: str | None = None
    code: str | None = field(default=None, repr=False)
    size: int | None = None
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """An issued paper as it will be kept: its file sealed, ``size`` bytes unsealed. ``number`` is the registry's."""

    sealed: Kept = field(repr=False)
    size: int
    code: str = field(repr=False)
    number: str
    issued_at: datetime
    valid_until: datetime | None
    kept_until: datetime
