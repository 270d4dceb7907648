"""Where the sealed content of documents is kept."""

from __future__ import annotations

from pathlib import Path

from casestore.files import Files as Files
from casestore.files import OwnedFolder, PartFiles
from casestore.tables import document_parts, documents


class DatabaseFiles(PartFiles):
    """In ``document_parts``."""

    def __init__(self) -> None:
        super().__init__(document_parts, "document_id")


class FolderFiles(OwnedFolder):
    """In a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, documents)
