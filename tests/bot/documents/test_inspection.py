"""What strangers send, through the real child process: refused with a reason, or made harmless."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from bot.documents.checks.verdict import JPEG, PDF, Checked, Refusal, Refused, decode
from bot.documents.inspection import Inspector
from bot.limited.limits import MOST_BYTES
from tests.bot.documents import files

HOSTILE: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "empty": (lambda: b"", Refusal.EMPTY),
    "21 MB": (lambda: b"%PDF-" + b"0" * (21 * 1024 * 1024), Refusal.TOO_LARGE),
    "a PDF larger than the registries take": (
        lambda: files.pdf().replace(b"%%EOF", b"%" + b"x" * (11 * 1024 * 1024) + b"\n%%EOF"),
        Refusal.TOO_LARGE,
    ),
    "text": (lambda: "Αγαπητή υπηρεσία".encode(), Refusal.TYPE),
    "html named pdf": (lambda: b"<html><script>alert(1)</script></html>", Refusal.TYPE),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', Refusal.TYPE),
    "program": (lambda: b"MZ\x90\x00" + b"\0" * 500, Refusal.TYPE),
    "office document": (lambda: b"PK\x03\x04" + b"\0" * 100, Refusal.TYPE),
    "html that says %PDF- later": (lambda: b"<html>" + files.pdf(), Refusal.TYPE),
    "locked pdf": (files.locked_pdf, Refusal.PASSWORD),
    "pdf with JavaScript": (files.pdf_with_program, Refusal.ACTIVE),
    "pdf that starts a program": (files.pdf_with_launch, Refusal.ACTIVE),
    "pdf with a file in it": (files.pdf_with_file, Refusal.EMBEDDED),
    "pdf of 101 pages": (lambda: files.pdf(101), Refusal.PAGES),
    "pdf that is an archive too": (files.pdf_and_zip, Refusal.MIXED),
    "pdf cut in the middle": (lambda: b"%PDF-1.7\n" + b"\0" * 2000, Refusal.DAMAGED),
    "jpeg cut in the middle": (lambda: files.photo()[:9000], Refusal.DAMAGED),
    "png of 1.6 gigapixels": (lambda: files.png(40_000, 40_000), Refusal.DIMENSIONS),
    "png with nothing in it": (lambda: files.png(100, 100), Refusal.DAMAGED),
    "tiff of 101 pages": (lambda: files.tiff(101), Refusal.PAGES),
    "webp that is none": (lambda: b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\0" * 50, Refusal.DAMAGED),
    "heic that is none": (lambda: b"\0\0\0\x18ftypheic" + b"\0" * 200, Refusal.DAMAGED),
}


@pytest.fixture
def inspector() -> Inspector:
    return Inspector()


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_must_not_go_in_is_refused_with_its_reason(inspector: Inspector, name: str) -> None:
    make, reason = HOSTILE[name]
    assert await inspector.inspect(make()) == Refused(reason)


@pytest.mark.slow
async def test_a_file_that_unpacks_to_gigabytes_ends_the_child_alone(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.endless_pdf())
    assert isinstance(verdict, Refused)
    assert verdict.reason in (Refusal.TOO_COMPLEX, Refusal.DAMAGED)
    assert isinstance(await inspector.inspect(files.pdf()), Checked)


async def test_many_pixels_in_few_bytes_become_a_small_picture(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.png_bomb())
    assert isinstance(verdict, Checked)
    with Image.open(io.BytesIO(verdict.content)) as picture:
        assert max(picture.size) == 2400


async def test_a_child_that_does_not_answer_is_killed() -> None:
    began = time.monotonic()
    assert await Inspector(within=0.05).inspect(files.photo()) == Refused(Refusal.TOO_COMPLEX)
    assert time.monotonic() - began < 5


async def test_what_a_child_says_is_a_verdict_or_nothing() -> None:
    for answer in (
        b"",
        b"\n",
        b"[]\n",
        b"{}\n",
        b'{"refused": "because"}\n',
        b'{"media_type": "text/html"}\nx',
        b"\xff\n",
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
            decode(answer)


async def test_a_photograph_loses_its_place_and_stands_upright(inspector: Inspector) -> None:
    sent = files.photo(orientation=6)
    assert b"Telephone" in files.texts_in(sent)
    verdict = await inspector.inspect(sent)
    assert isinstance(verdict, Checked)
    assert (verdict.media_type, verdict.pages, verdict.blurred) == (JPEG, 1, False)
    assert files.texts_in(verdict.content) == b""
    assert b"Exif" not in verdict.content
    with Image.open(io.BytesIO(verdict.content)) as picture:
        assert picture.size == files.upright(sent) == (1754, 1240)


async def test_heic_becomes_jpeg_without_its_place(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.heic())
    assert isinstance(verdict, Checked)
    assert verdict.media_type == JPEG
    assert b"Exif" not in verdict.content


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
async def test_other_pictures_become_jpeg(inspector: Inspector, kind: str) -> None:
    verdict = await inspector.inspect(
        files.saved(files.page((600, 800)).convert("RGBA" if kind != "TIFF" else "RGB"), kind)
    )
    assert isinstance(verdict, Checked)
    assert verdict.content.startswith(b"\xff\xd8\xff")


async def test_what_follows_a_pictures_end_stays_behind(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.photo() + b"PK\x03\x04<script>")
    assert isinstance(verdict, Checked)
    assert b"<script>" not in verdict.content


async def test_a_scan_of_several_pages_becomes_one_pdf(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.tiff(3))
    assert isinstance(verdict, Checked)
    assert (verdict.media_type, verdict.pages) == (PDF, 3)
    with pikepdf.open(io.BytesIO(verdict.content)) as made:
        assert len(made.pages) == 3


async def test_a_pdf_stays_as_it_is_byte_for_byte(inspector: Inspector) -> None:
    sent = files.pdf(100)
    assert await inspector.inspect(sent) == Checked(PDF, 100, sent)


async def test_a_pdf_that_opens_without_a_password_is_handed_in_unlocked(inspector: Inspector) -> None:
    verdict = await inspector.inspect(files.locked_pdf(to_open=""))
    assert isinstance(verdict, Checked)
    with pikepdf.open(io.BytesIO(verdict.content)) as made:
        assert not made.is_encrypted


@pytest.mark.parametrize(("blur", "said"), [(0.0, False), (0.8, False), (5.0, True), (9.0, True)])
async def test_blur_is_noticed_and_never_refused_for(inspector: Inspector, blur: float, *, said: bool) -> None:
    verdict = await inspector.inspect(files.photo(blur=blur))
    assert isinstance(verdict, Checked)
    assert verdict.blurred is said


@pytest.mark.slow
async def test_pages_photographed_one_by_one_are_joined_in_their_order(inspector: Inspector) -> None:
    parts = [await inspector.inspect(sent) for sent in (files.photo(), files.pdf(2), files.photo(orientation=6))]
    checked = [part for part in parts if isinstance(part, Checked)]
    verdict = await inspector.join(checked)
    assert isinstance(verdict, Checked)
    assert (verdict.media_type, verdict.pages) == (PDF, 4)
    assert checked[0].content in verdict.content  # as it is: nothing is lost
    again = await inspector.join([checked[0]])
    assert again is checked[0]


async def test_as_much_as_is_let_in_goes_through(inspector: Inspector) -> None:
    padded = files.photo() + b"\0" * (MOST_BYTES - len(files.photo()))
    assert isinstance(await inspector.inspect(padded), Checked)
