"""A sheet drawn as PDF/A-2a and PDF/UA-1 in one file, by typst. The same sheet, code and mark give the same bytes.

Typst itself refuses a sign that no font has and a picture without words for who does not see it. What it draws is text
wherever it came from: data go in as JSON and are never markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.certificates.model import Sheet, Unprintable
from bot.certificates.paper import signs
from bot.certificates.paper.drawing import qr_svg
from bot.certificates.paper.mark import link
from dialogues.athens import ATHENS
from nlu.certificate_codes import plain

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).parent
LAYOUTS, FONTS = _HERE / "layouts", _HERE / "fonts"
UNTIL = "valid-until:"
STANDARDS = ("a-2a", "ua-1")
TEMPLATES = frozenset(path.stem for path in LAYOUTS.glob("*.typ")) - {"layout"}


class NoTemplate(LookupError):
    """There is no template of this name."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where papers are checked, and by whom they are sealed. ``sample``: sealed by the demo's authority, and so said on
    the paper."""

    public_url: str
    sample: bool


def draw(sheet: Sheet, code: str, digits: str, place: Place) -> bytes:
    """The PDF, which ends with a newline: an update that is appended to it must begin on a line of its own. ``digits``
    of the signed mark; empty: the QR is a link alone. Takes some 10 ms, without holding up other threads.

    Raises :class:`bot.certificates.model.Unprintable` and :class:`NoTemplate`.
    """
    import typst

    if sheet.template not in TEMPLATES:
        raise NoTemplate(sheet.template)
    signs.check(sheet)
    qr = qr_svg(link(place.public_url, code), digits)
    inputs = {"data": json.dumps(_data(sheet, code, place), ensure_ascii=False), "qr": qr}
    try:
        made = typst.compile(
            str(LAYOUTS / f"{sheet.template}.typ"),
            root=str(LAYOUTS),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            pdf_standards=list(STANDARDS),  # type: ignore[arg-type] # its names are its own type
            sys_inputs=inputs,
        )
    except typst.TypstError as error:
        if "font" in str(error):  # a sign that our own list lets through and no font has
            raise Unprintable("?") from None
        raise
    return made.rstrip(b"\n") + b"\n"


@cache
def _fonts() -> typst.Fonts:
    """Read once."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _data(sheet: Sheet, code: str, place: Place) -> Mapping[str, Any]:
    page = f"{place.public_url.rstrip('/')}/verify"
    issued = sheet.issued_at.astimezone(ATHENS)
    return {
        "title": signs.composed(sheet.title),
        "office": signs.composed(sheet.office),
        "protocol": signs.composed(sheet.protocol),
        "holder": signs.composed(sheet.holder),
        "fields": [[signs.composed(part) for part in pair] for pair in sheet.fields],
        "rows": [[signs.composed(cell) for cell in row] for row in sheet.rows],
        "note": signs.composed(sheet.note),
        "issued": _day(issued),
        "until": "" if sheet.valid_until is None else _day(sheet.valid_until.astimezone(ATHENS)),
        "date": _moment(sheet.issued_at.astimezone(UTC)),
        "code": code,
        "keywords": keywords(code, sheet),
        "page": f"{page}/{plain(code)}",
        "address": page.partition("://")[2],
        "sample": place.sample,
    }


def _day(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}"


def keywords(code: str, sheet: Sheet) -> list[str]:
    """What a program reads of a paper without looking at it: its code, and until when it is valid."""
    until = sheet.valid_until
    return [code] if until is None else [code, f"{UNTIL}{until.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]


def _moment(at: datetime) -> Mapping[str, int]:
    parts = ("year", "month", "day", "hour", "minute", "second")
    return {part: getattr(at, part) for part in parts}
