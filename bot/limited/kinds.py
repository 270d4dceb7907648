"""What a file is, by its first bytes. Its name and what its sender says of it count for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_STARTS: Mapping[bytes, str] = MappingProxyType(
    {
        b"%PDF-": "PDF",
        b"\xff\xd8\xff": "JPEG",
        b"\x89PNG\r\n\x1a\n": "PNG",
        b"II*\x00": "TIFF",
        b"MM\x00*": "TIFF",
    }
)
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def kind_of(content: bytes) -> str | None:
    """``PDF``, or Pillow's name of a picture's format; ``None`` for anything else."""
    if found := next((kind for start, kind in _STARTS.items() if content.startswith(start)), None):
        return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return "HEIF" if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS else None
