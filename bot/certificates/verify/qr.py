"""Reads QRs of ours off pictures. Runs in the limited child alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from bot.certificates.paper.mark import BadMark, Mark, UnknownKey, read_link, read_mark
from bot.certificates.verify.facts import Facts, Kind, MarkState
from bot.limited.limits import MOST_PIXELS

Verify = Callable[[bytes, bytes, bytes], bool]
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_LONGEST_SIDE = 2600  # pixels: a module of a QR on a whole page is five of them
_BIGGER = (1.6, 2.5)
_MOST_ENLARGED = 24_000_000  # pixels


def open_picture(content: bytes, kind: str) -> Image.Image:
    """Upright and grey. Raises what decoders say of a broken file, and :class:`ValueError` for too many pixels."""
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=[kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("L", (_LONGEST_SIDE, _LONGEST_SIDE))
        grey = ImageOps.exif_transpose(picture).convert("L")
    grey.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    return grey


def read_facts(picture: Image.Image, kind: Kind, verify: Verify | None, host: str = "") -> Facts | None:
    """What the first QR of ours on it says; ``None`` where none can be read. Looked for twice: bigger and sharper, if
    not found at once."""
    for look in _looks(picture):
        for text in _texts(look):
            if (found := read_link(text, host)) is not None:
                return _facts(kind, *found, verify)
    return None


def _looks(picture: Image.Image) -> Iterator[Image.Image]:
    yield picture
    for bigger in _BIGGER:
        width, height = (round(side * bigger) for side in picture.size)
        if width * height <= _MOST_ENLARGED:
            enlarged = picture.resize((width, height), Image.Resampling.BICUBIC)
            yield enlarged.filter(ImageFilter.UnsharpMask(radius=3, percent=180, threshold=2))


def _texts(picture: Image.Image) -> Iterator[str]:
    for found in zxingcpp.read_barcodes(picture, formats=_QR):
        yield found.text


def _facts(kind: Kind, code: str, cose: bytes | None, verify: Verify | None) -> Facts:
    if cose is None or verify is None:
        return Facts(kind, code=code)
    try:
        mark = read_mark(cose, verify)
    except UnknownKey:
        return Facts(kind, code=code)  # as a link alone: the records know
    except BadMark:
        return Facts(kind, mark=MarkState.BAD, code=code)
    return _told(kind, mark) if mark.code == code else Facts(kind, mark=MarkState.BAD, code=code)


def _told(kind: Kind, mark: Mark) -> Facts:
    return Facts(
        kind,
        mark=MarkState.GOOD,
        code=mark.code,
        protocol=mark.protocol,
        holder=mark.holder,
        issued_at=mark.issued_at,
        valid_until=mark.valid_until,
    )
