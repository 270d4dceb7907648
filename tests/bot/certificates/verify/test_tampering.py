"""Whatever is done to a sealed file is found: bits, bytes, updates by other programs and by our own time-stamps."""

from __future__ import annotations

import asyncio
import io
import random
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from bot.certificates.paper.page import Place, draw
from bot.certificates.seal import authority
from bot.certificates.seal.holding import _stamper, hold
from bot.certificates.trust import read
from bot.certificates.verify.facts import Seal
from bot.certificates.verify.seals import look
from bot.runtime import utc_now
from tests.bot.certificates.papers import Papers
from tests.bot.certificates.sheets import CLEARANCE

_CONTAINER = re.compile(rb"/Contents <([0-9a-fA-F]+)>")
LATER = datetime(2036, 1, 1, tzinfo=UTC)  # the seal's certificate has expired long before, its time-stamps' not


def seal_of(pdf: bytes, papers: Papers) -> Seal:
    return look(pdf, papers.trust, utc_now()).seal


@pytest.mark.parametrize("which", ["plain", "lasting"])
def test_as_issued_it_holds_also_when_the_seals_certificate_has_expired(sealed: Papers, which: str) -> None:
    paper = getattr(sealed, which)
    for now in (utc_now(), LATER):
        for known in (sealed.trust, read(sealed.root.read_bytes())):
            facts = look(paper.pdf, known, now)
            assert (facts.seal, facts.code) == (Seal.OURS, paper.code)


def test_under_another_root_it_is_somebody_elses(sealed: Papers, tmp_path: Path) -> None:
    hold({"folder": str(tmp_path / "other")})
    other = read((tmp_path / "other" / "published.pem").read_bytes())
    assert look(sealed.plain.pdf, other, utc_now()).seal is Seal.FOREIGN


def test_a_stamp_of_a_time_stamping_service_counts_and_anothers_seal_beneath_the_same_authority_is_not_ours(
    sealed: Papers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a service has a policy of its own, and none of its certificates is published with ours."""
    monkeypatch.setattr(authority, "TIME_POLICY", "1.2.3.4")
    other = tmp_path / "other"
    page = draw(CLEARANCE, sealed.plain.code, "", Place("https://counter.gov.gr", sample=True))
    made = asyncio.run(hold({"folder": str(other)}).sealer.seal(page, lasting=True))
    trust = replace(read((other / "published.pem").read_bytes()), stamps=())
    assert look(made, trust, utc_now()).seal is Seal.OURS
    assert look(made + b"%", trust, utc_now()).seal is Seal.BROKEN
    another = tuple(one for one in trust.marks if one not in trust.seals)
    assert look(made, replace(trust, seals=another), utc_now()).seal is Seal.FOREIGN


# Single bits


def changed_bits(pdf: bytes, published: bytes, seed: int, times: int) -> list[int]:
    """Places of which a changed bit went unnoticed. Runs in a process of its own."""
    trust, now, chance = read(published), utc_now(), random.Random(seed)
    inside = [match.span(1) for match in _CONTAINER.finditer(pdf)]
    unnoticed = []
    for _ in range(times):
        while any(start <= (place := chance.randrange(len(pdf))) < end for start, end in inside):
            continue
        bad = bytearray(pdf)
        bad[place] ^= 1 << chance.randrange(8)
        if look(bytes(bad), trust, now).seal is Seal.OURS:
            unnoticed.append(place)
    return unnoticed


@pytest.mark.slow
def test_no_changed_bit_outside_the_signature_goes_unnoticed(sealed: Papers) -> None:
    """1,000 of them, on two cores."""
    published = sealed.published.read_bytes()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        plain = [pool.submit(changed_bits, sealed.plain.pdf, published, seed, 430) for seed in (1, 2)]
        lasting = [pool.submit(changed_bits, sealed.lasting.pdf, published, seed, 70) for seed in (3, 4)]
        assert [place for each in (*plain, *lasting) for place in each.result()] == []


@pytest.mark.parametrize("which", ["plain", "lasting"])
def test_the_first_and_the_last_bits_and_the_structure_count(sealed: Papers, which: str) -> None:
    pdf: bytes = getattr(sealed, which).pdf
    places = [0, 5, len(pdf) - 1, len(pdf) - 7, pdf.rindex(b"startxref"), pdf.rindex(b"/ByteRange") + 13]
    places += [pdf.rindex(b"trailer"), pdf.index(b"/Keywords") + 12, pdf.rindex(b"/Prev") + 7]
    for place in places:
        bad = bytearray(pdf)
        bad[place] ^= 1
        assert seal_of(bytes(bad), sealed) is not Seal.OURS, place


# Bytes after, and cut off


@pytest.mark.parametrize("which", ["plain", "lasting"])
@pytest.mark.parametrize("tail", [b"\n", b" ", b"%", b"\0", b"%%EOF\n"])
def test_what_is_appended_is_found(sealed: Papers, which: str, tail: bytes) -> None:
    assert seal_of(getattr(sealed, which).pdf + tail, sealed) is Seal.BROKEN


@pytest.mark.parametrize("cut", [1, 7, 500, 20_000])
def test_what_is_cut_off_is_found(sealed: Papers, cut: int) -> None:
    assert seal_of(sealed.plain.pdf[:-cut], sealed) is not Seal.OURS
    assert seal_of(sealed.lasting.pdf[:-cut], sealed) is not Seal.OURS


def test_the_last_stamp_cut_off_is_found(sealed: Papers) -> None:
    """What is left is a whole file with a seal, to which something was to be added: it is taken for a plain one only as
    far as its seal covers it."""
    first_ends = [match.end() for match in re.finditer(rb"%%EOF\n", sealed.lasting.pdf)][-2]
    left = look(sealed.lasting.pdf[:first_ends], sealed.trust, utc_now())
    assert (left.seal, left.code) in ((Seal.OURS, sealed.lasting.code), (Seal.BROKEN, ""))


# Updates


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def paint_over(writer: IncrementalPdfFileWriter) -> None:
    stream = generic.StreamObject(stream_data=b"q 1 1 1 rg 0 0 600 850 re f Q")
    writer.add_stream_to_page(0, writer.add_object(stream))


def touch_catalogue(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = generic.pdf_string("en")
    writer.update_root()


def annotate(writer: IncrementalPdfFileWriter) -> None:
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 400, 400)]),
            generic.pdf_name("/Contents"): generic.pdf_string("10.000 €"),
        }
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(note))


def rename(writer: IncrementalPdfFileWriter) -> None:
    info = writer.trailer_view["/Info"]
    info["/Keywords"] = generic.pdf_string("0000-0000-0000-0000")
    writer.update_container(info)


@pytest.mark.parametrize("which", ["plain", "lasting"])
@pytest.mark.parametrize("change", [paint_over, touch_catalogue, annotate, rename])
def test_an_update_is_found(sealed: Papers, which: str, change: Callable[[IncrementalPdfFileWriter], None]) -> None:
    assert seal_of(updated(getattr(sealed, which).pdf, change), sealed) is Seal.BROKEN


@pytest.mark.parametrize("which", ["plain", "lasting"])
def test_saved_again_by_another_program_it_is_not_as_issued(sealed: Papers, which: str) -> None:
    saved = io.BytesIO()
    with pikepdf.open(io.BytesIO(getattr(sealed, which).pdf)) as pdf:
        pdf.save(saved)
    assert seal_of(saved.getvalue(), sealed) is not Seal.OURS


def test_an_update_that_our_own_service_stamps_is_found(sealed: Papers) -> None:
    """Anybody can have anything time-stamped: a stamp after a change makes it no better."""
    names = {"stamp_key": str(sealed.folder / "time.key"), "stamp_cert": str(sealed.folder / "time.pem")}

    async def stamp(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(updated(pdf, paint_over)))
        out = await signers.PdfTimeStamper(_stamper(names), field_name="Again").async_timestamp_pdf(writer, "sha256")
        return bytes(out.getvalue())

    for paper in (sealed.plain, sealed.lasting):
        assert seal_of(asyncio.run(stamp(paper.pdf)), sealed) is Seal.BROKEN


def test_a_second_seal_of_ours_is_one_too_many(sealed: Papers) -> None:
    holding = hold({"folder": str(sealed.folder)})
    plain = sealed.plain.pdf.replace(b"(Seal)", b"(Leal)")
    try:
        twice = asyncio.run(holding.sealer.seal(plain, lasting=False))
    except Exception:  # noqa: BLE001 - the library may refuse to add to a certified file, which is as good
        return
    assert seal_of(twice, sealed) is Seal.BROKEN
