"""Several files that are one paper, as one PDF. A JPEG goes in as it is: nothing is decoded and nothing lost."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from PIL import Image

from bot.documents.checks.verdict import JPEG, MOST_HANDED_IN, MOST_PAGES, PDF, Checked, Refusal, RefusedFile

_A4 = (595.28, 841.89)  # points
_MARGIN = 18.0
_SPACES = {"L": "/DeviceGray", "RGB": "/DeviceRGB"}


def joined(files: Sequence[tuple[str, bytes]]) -> Checked:
    """``files`` are checked ones, as (media type, content). Raises :class:`RefusedFile` for what is too much."""
    with pikepdf.new() as made:
        for media_type, content in files:
            if media_type == JPEG:
                _add_picture(made, content)
            else:
                with pikepdf.open(io.BytesIO(content)) as part:
                    made.pages.extend(part.pages)
        pages = len(made.pages)
        if pages > MOST_PAGES:
            raise RefusedFile(Refusal.PAGES)
        saved = io.BytesIO()
        made.save(saved, deterministic_id=True)
    if saved.tell() > MOST_HANDED_IN:
        raise RefusedFile(Refusal.TOO_LARGE)
    return Checked(PDF, pages, saved.getvalue())


def _add_picture(made: pikepdf.Pdf, content: bytes) -> None:
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        (width, height), mode = picture.size, picture.mode
    page = _A4 if height >= width else (_A4[1], _A4[0])
    scale = min((page[0] - 2 * _MARGIN) / width, (page[1] - 2 * _MARGIN) / height)
    shown = width * scale, height * scale
    left, low = ((whole - part) / 2 for whole, part in zip(page, shown, strict=True))
    image = pikepdf.Stream(made, content)
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=pikepdf.Name(_SPACES[mode]),
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    drawn = f"q {shown[0]:.2f} 0 0 {shown[1]:.2f} {left:.2f} {low:.2f} cm /Page Do Q".encode()
    leaf = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, *page],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=made.make_indirect(image))),
        Contents=made.make_indirect(pikepdf.Stream(made, drawn)),
    )
    made.pages.append(pikepdf.Page(made.make_indirect(leaf)))
