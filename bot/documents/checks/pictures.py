"""A picture, opened and made anew: upright, small enough, and with nothing in it but what is seen.

EXIF, the place where it was taken, thumbnails and whatever follows a picture's end stay behind: none of it is copied.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageOps

from bot.documents.checks.blur import is_blurred
from bot.documents.checks.join import joined
from bot.documents.checks.verdict import (
    JPEG,
    LONGEST_SIDE,
    MOST_PAGES,
    PDF,
    Checked,
    Refusal,
    RefusedFile,
)
from bot.limited.limits import MOST_PIXELS

_QUALITY = 88
_WITH_PAGES = frozenset({"TIFF"})


def check_picture(content: bytes, kind: str) -> Checked:
    """``kind``: the format by its first bytes; no other decoder is tried. Raises :class:`RefusedFile`."""
    if kind == "HEIF":
        import pillow_heif  # 90 ms to load, for those alone

        pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as picture:
            pages = [_made_anew(frame) for frame in _frames(picture, kind)]
    except Image.DecompressionBombError:
        raise RefusedFile(Refusal.DIMENSIONS) from None
    except (OSError, SyntaxError, ValueError, EOFError, OverflowError):  # what decoders say of a broken file
        raise RefusedFile(Refusal.DAMAGED) from None
    blurred = any(is_blurred(page) for page in pages)
    made = [_as_jpeg(page) for page in pages]
    if len(made) == 1:
        return Checked(JPEG, 1, made[0], blurred)
    return Checked(PDF, len(made), joined([(JPEG, page) for page in made]).content, blurred)


def _frames(picture: Image.Image, kind: str) -> Iterator[Image.Image]:
    """The pages of a scan; of anything that moves the first picture."""
    left = MOST_PIXELS * 4  # of all pages together
    for number in range(MOST_PAGES + 1):
        try:
            picture.seek(number)
        except EOFError:
            return
        if number == MOST_PAGES:
            raise RefusedFile(Refusal.PAGES)
        left -= picture.width * picture.height
        if picture.width * picture.height > MOST_PIXELS or left < 0:  # by its header: nothing is decoded yet
            raise RefusedFile(Refusal.DIMENSIONS)
        yield picture
        if kind not in _WITH_PAGES:
            return


def _made_anew(frame: Image.Image) -> Image.Image:
    frame.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded no bigger than needed
    upright = ImageOps.exif_transpose(frame)
    flat = _flat(upright)
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return flat


def _flat(picture: Image.Image) -> Image.Image:
    """Grey or colours on white."""
    if picture.mode in ("1", "L"):
        return picture.convert("L")
    if "A" in picture.getbands() or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        paper.alpha_composite(seen)
        return paper.convert("RGB")
    return picture.convert("RGB")


def _as_jpeg(picture: Image.Image) -> bytes:
    plain = Image.new(picture.mode, picture.size)  # a picture without a past: no EXIF, no comment, no profile
    plain.paste(picture)
    made = io.BytesIO()
    plain.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()
