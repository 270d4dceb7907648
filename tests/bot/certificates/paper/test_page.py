"""The page: its standards, its signs, and that what is written on it is text."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from bot.certificates.model import Sheet, Unprintable
from bot.certificates.paper.page import LAYOUTS, NoTemplate, Place, draw
from bot.certificates.paper.signs import SIGNS
from tests.bot.certificates.sheets import CLEARANCE, FAMILY, HISTORY, SHEET_OF_LAND, SHEETS

CODE, DIGITS = "4TY6-KH90-TTY0-9K13", "1" * 420
PLACE = Place("https://counter.gov.gr", sample=False)
ROOT = Path(__file__).parents[4]


def drawn(sheet: Sheet, digits: str = DIGITS, place: Place = PLACE) -> bytes:
    return draw(sheet, CODE, digits, place)


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "\n".join(pages[number].get_textpage().get_text_bounded() for number in range(len(pages)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", SHEETS)
def test_it_is_for_the_archive_and_for_who_does_not_see(name: str) -> None:
    pdf = drawn(SHEETS[name])
    assert pdf.endswith(b"%%EOF\n")
    with pikepdf.open(io.BytesIO(pdf)) as read:
        root, meta = read.Root, read.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        assert root.MarkInfo.Marked
        assert str(root.Lang).startswith("el")
        assert len(root.OutputIntents) == 1
        assert read.docinfo["/Keywords"] == CODE or str(read.docinfo["/Keywords"]).startswith(CODE)
        kinds = {str(each.S) for each in read.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each}
        assert {"/Document", "/H1", "/Figure", "/P", "/Link"} <= kinds
        assert ({"/Table", "/TH", "/TD"} <= kinds) is bool(SHEETS[name].rows)
        fonts = [each for each in read.objects if isinstance(each, pikepdf.Dictionary) and "/FontDescriptor" in each]
        assert fonts
        assert all({"/FontFile2", "/FontFile3"} & set(each.FontDescriptor.keys()) for each in fonts)


def test_all_of_a_long_paper_is_on_it() -> None:
    read = pypdfium2.PdfDocument(drawn(HISTORY))
    assert len(read) == 3
    told = squeezed(text_of(drawn(HISTORY)))
    assert told.count("ΑφοίΠαπαδόπουλοιΑ.Ε.") == 60
    assert told.count("Εργοδότης") == 3  # the heads of a table stand on each of its pages
    assert "Σελίδα3από3" in told


@pytest.mark.parametrize("name", SHEETS)
def test_everything_that_it_was_given_stands_on_it_as_it_was_given(name: str) -> None:
    sheet = SHEETS[name]
    told = squeezed(text_of(drawn(sheet)))
    texts = [sheet.title, sheet.office, sheet.protocol, sheet.holder, sheet.note, CODE, "27/11/2026"]
    texts += [part for pair in sheet.fields for part in pair] + [cell for row in sheet.rows for cell in row]
    assert [text for text in texts if squeezed(text) not in told] == []


def test_nothing_that_is_written_is_markup() -> None:
    hostile = '#panic("x") #import "layout.typ" $ a + b $ *b* _c_ = h\n- x @r <l> \\u{41} `c` ~ -- "q" [x] #[y] */ //'
    told = squeezed(text_of(drawn(replace(SHEET_OF_LAND, holder=hostile, title=hostile, note=hostile))))
    assert told.count('#panic("x")#import"layout.typ"$a+b$*b*_c_=h-x@r<l>\\u{41}`c`~--"q"[x]#[y]*///') == 3


def test_every_sign_of_ours_can_be_printed_in_each_of_the_fonts() -> None:
    signs = "".join(sorted(SIGNS - {" ", "\xa0", "\xad"}))
    rows = tuple((signs[start : start + 40],) for start in range(0, len(signs), 40))
    drawn(replace(FAMILY, title=signs, holder=signs, fields=(("Πεδίο", signs),), rows=(("Στήλη",), *rows), note=signs))


@pytest.mark.parametrize("sign", ["Ж", "أ", "中", "😀", "\x07", "\u202e"])
@pytest.mark.parametrize(
    ("part", "field"),
    [("holder", "holder"), ("note", "note"), ("title", "title"), ("fields", "Όνομα"), ("rows", "Συγγένεια")],
)
def test_what_the_fonts_have_no_sign_for_is_not_printed(part: str, field: str, sign: str) -> None:
    value = {"fields": (("Όνομα", f"α{sign}"),), "rows": (("Όνομα", "Συγγένεια"), ("Α", sign))}.get(part, f"α{sign}")
    with pytest.raises(Unprintable) as refused:
        drawn(replace(FAMILY, **{part: value}))  # type: ignore[arg-type] # each is of its field's type
    assert refused.value.field == field
    assert sign not in str(refused.value)


def test_marks_that_stand_apart_are_put_on_their_letters() -> None:
    assert "Έ" in text_of(drawn(replace(CLEARANCE, holder="Ε\u0301λλη\u200b")))


@pytest.mark.parametrize("template", ["", "layout", "../layout", "nothing", "civil-status.typ"])
def test_there_are_no_other_templates(template: str) -> None:
    with pytest.raises(NoTemplate):
        drawn(replace(CLEARANCE, template=template))


def test_the_same_is_the_same_in_every_process() -> None:
    again = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]); from tests.bot.certificates.paper.test_page import *; "
        "print(hashlib.sha256(drawn(FAMILY)).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", again, str(ROOT)], capture_output=True, text=True, check=True, cwd="/"
    ).stdout
    assert said.strip() == hashlib.sha256(drawn(FAMILY)).hexdigest()
    assert drawn(FAMILY) != drawn(replace(FAMILY, note=""))


def test_a_sample_says_so() -> None:
    assert "Δείγμα χωρίς νομική ισχύ" in text_of(drawn(CLEARANCE, place=replace(PLACE, sample=True)))
    assert "Δείγμα" not in text_of(drawn(CLEARANCE))


def test_layouts_fetch_nothing() -> None:
    assert all('import "@' not in path.read_text("utf-8") for path in LAYOUTS.glob("*.typ"))


def test_fonts_come_with_their_licences_and_are_packed() -> None:
    fonts = LAYOUTS.parent / "fonts"
    licences = "".join(path.read_text("utf-8") for path in fonts.glob("OFL-*.txt"))
    assert licences.count("SIL OPEN FONT LICENSE Version 1.1") == 2
    assert [path.name for path in fonts.glob("*.ttf") if path.name not in licences] == []
    packed = (ROOT / "pyproject.toml").read_text("utf-8")
    assert all(f'"{kind}"' in packed for kind in ("*.typ", "*.ttf", "OFL-*.txt", "*.svg"))
