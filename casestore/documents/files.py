"""Where the sealed content of documents is kept."""

from __future__ import annotations

from casestore.files import NamedFiles, PartFiles, Place
from casestore.tables import document_parts, documents


class DatabaseFiles(PartFiles):
    """In ``document_parts``."""

    def __init__(self) -> None:
        super().__init__(document_parts, "document_id")


class PlacedFiles(NamedFiles):
    """In a folder or a bucket."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, documents)
