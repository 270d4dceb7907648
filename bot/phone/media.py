"""Pictures and papers that a person sends from the page: kept in memory for a while, served as what they are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"%PDF-": "application/pdf",
}
HEIC = b"ftypheic"
"""At the fifth byte of what an iPhone photographs."""
LIMIT = 20 * 1024 * 1024
"""Bytes in one upload."""
SHELF = 20
"""Uploads kept."""


@dataclass(frozen=True, slots=True)
class Medium:
    """One upload. ``content_type`` was told from its first bytes, not from its name."""

    name: str
    content_type: str
    content: bytes

    @property
    def viber_type(self) -> str:
        """Viber's message type for it."""
        return "picture" if self.content_type.startswith("image/") else "file"


def recognise(name: str, content: bytes) -> Medium | None:
    """A picture or a PDF; ``None`` for anything else."""
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    kind = kind or ("image/heic" if content[4:12] == HEIC else None)
    return Medium(name[:256], kind, content) if kind else None


class Shelf:
    """The newest uploads, by an id that cannot be guessed."""

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._media: OrderedDict[str, Medium] = OrderedDict()

    def put(self, medium: Medium) -> str:
        """Keep it; its id."""
        key = self._new_id()
        self._media[key] = medium
        if len(self._media) > SHELF:
            self._media.popitem(last=False)
        return key

    def get(self, key: str) -> Medium | None:
        """What was kept, if it still is."""
        return self._media.get(key)
