"""Where the sealed papers of certificates are kept."""

from __future__ import annotations

from casestore.files import NamedFiles, PartFiles, Place
from casestore.tables import certificate_parts, certificate_requests


class DatabasePapers(PartFiles):
    """In ``certificate_parts``."""

    def __init__(self) -> None:
        super().__init__(certificate_parts, "certificate_id")


class PlacedPapers(NamedFiles):
    """In a folder or a bucket."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, certificate_requests)
