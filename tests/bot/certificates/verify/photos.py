"""Pictures of a paper as telephones take them: turned, slanted, badly lit, blurred, and as a chat sends them."""

from __future__ import annotations

import io
import math
import random

import pypdfium2
from PIL import Image, ImageEnhance, ImageFilter

_DPI = 118  # the page is then as large on the photo as it is when it comes with 1600 pixels


def page_of(pdf: bytes) -> Image.Image:
    drawn: Image.Image = pypdfium2.PdfDocument(pdf)[0].render(scale=_DPI / 72).to_pil()
    return drawn.convert("RGB")


def photo(page: Image.Image, chance: random.Random) -> bytes:
    """The whole page on a table, taken by hand, 1600 pixels high, as JPEG."""
    seen = page.convert("L").rotate(chance.choice([0, 0, 0, 90, 180]), expand=True)
    size = round(seen.width * 1.2), round(seen.height * 1.16)
    taken = seen.transform(size, Image.Transform.PERSPECTIVE, _slant(seen.size, size, chance), _BILINEAR, fillcolor=90)
    taken = ImageEnhance.Brightness(taken).enhance(chance.uniform(0.55, 1.15))
    taken = ImageEnhance.Contrast(taken).enhance(chance.uniform(0.65, 1.1))
    taken = taken.filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.9)))
    sent = io.BytesIO()
    taken.save(sent, "JPEG", quality=chance.randint(60, 85))
    return sent.getvalue()


_BILINEAR = Image.Resampling.BILINEAR


def _slant(page: tuple[int, int], size: tuple[int, int], chance: random.Random) -> list[float]:
    """Coefficients that put the page onto the photo, turned by up to 14 degrees, each corner up to 4 % elsewhere."""
    turn, middle = math.radians(chance.uniform(-14, 14)), (size[0] / 2, size[1] / 2)
    rows = []
    for x, y in ((0, 0), (page[0], 0), page, (0, page[1])):
        across, down = ((x - page[0] / 2) * 0.94, (y - page[1] / 2) * 0.94)
        u = middle[0] + across * math.cos(turn) - down * math.sin(turn) + chance.uniform(-0.04, 0.04) * page[0]
        v = middle[1] + across * math.sin(turn) + down * math.cos(turn) + chance.uniform(-0.04, 0.04) * page[1]
        rows.append([u, v, 1, 0, 0, 0, -x * u, -x * v, x])
        rows.append([0, 0, 0, u, v, 1, -y * u, -y * v, y])
    return _solved(rows)


def _solved(rows: list[list[float]]) -> list[float]:
    """Gauss and Jordan, of eight equations."""
    for column in range(len(rows)):
        best = max(range(column, len(rows)), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column][column]
        if math.isclose(pivot, 0.0, abs_tol=1e-12):
            raise ValueError("no such slant")
        rows[column] = [value / pivot for value in rows[column]]
        for row in range(len(rows)):
            if row != column:
                factor = rows[row][column]
                rows[row] = [value - factor * other for value, other in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]
