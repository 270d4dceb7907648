"""Where the sealed papers of certificates are kept."""

from __future__ import annotations

from pathlib import Path

from casestore.files import OwnedFolder, PartFiles
from casestore.tables import certificate_parts, certificate_requests

_BELOW = "certificates"  # a folder of their own: what one kind of owners does not name is swept away


class DatabasePapers(PartFiles):
    """In ``certificate_parts``."""

    def __init__(self) -> None:
        super().__init__(certificate_parts, "certificate_id")


class FolderPapers(OwnedFolder):
    """In a folder below that of the documents."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / _BELOW, certificate_requests)
