"""A photo of the paper: its QR is read, checked, and what it says is told; what is no QR of ours is not."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import segno
from PIL import Image

from bot.certificates.paper.mark import link
from bot.certificates.paper.page import Place, draw
from bot.certificates.verify.child import facts_of
from bot.certificates.verify.facts import Facts, Kind, MarkState, Seal
from bot.runtime import utc_now
from tests.bot.certificates.papers import Papers
from tests.bot.certificates.sheets import CLEARANCE
from tests.bot.certificates.verify.photos import page_of, photo
from tests.harness import PUBLIC_URL

CODE = "4TY6-KH90-TTY0-9K13"


def seen(content: bytes, papers: Papers) -> Facts | None:
    return facts_of(content, papers.trust, utc_now())


def jpeg(picture: Image.Image, kind: str = "JPEG") -> bytes:
    saved = io.BytesIO()
    picture.save(saved, kind)
    return saved.getvalue()


@pytest.mark.slow
def test_of_a_hundred_photos_ninety_five_are_read(sealed: Papers) -> None:
    page, chance = page_of(sealed.plain.pdf), random.Random(7)
    good = Facts(Kind.PICTURE, mark=MarkState.GOOD, code=sealed.plain.code)
    read = [seen(photo(page, chance), sealed) for _ in range(100)]
    found = sum(one is not None and (one.mark, one.code) == (good.mark, good.code) for one in read)
    assert found >= 95


def test_a_qr_that_leads_elsewhere_is_none_of_ours(sealed: Papers) -> None:
    """Its code and its signature may be copied off a paper of ours; its link is what a telephone opens."""
    content = jpeg(page_of(sealed.plain.pdf), "PNG")
    ours = facts_of(content, sealed.trust, utc_now(), urlsplit(PUBLIC_URL).netloc.lower())
    assert ours is not None
    assert ours.mark is MarkState.GOOD
    assert facts_of(content, sealed.trust, utc_now(), "elsewhere.example") == Facts(Kind.PICTURE)


def test_of_a_key_that_is_not_known_here_the_code_alone_is_told(sealed: Papers) -> None:
    """Of an older one, say: genuine papers carry its QR, and whether they are on record is looked up."""
    older = replace(sealed.trust, marks=sealed.trust.seals)
    facts = facts_of(jpeg(page_of(sealed.plain.pdf), "PNG"), older, utc_now())
    assert facts == Facts(Kind.PICTURE, code=sealed.plain.code)


def test_a_photo_tells_what_the_qr_says(sealed: Papers) -> None:
    facts = seen(jpeg(page_of(sealed.plain.pdf), "PNG"), sealed)
    assert facts is not None
    assert (facts.holder, facts.protocol) == (CLEARANCE.holder, CLEARANCE.protocol)
    assert (facts.issued_at, facts.valid_until) == (CLEARANCE.issued_at, CLEARANCE.valid_until)


def test_a_qr_that_we_did_not_sign_is_forged(sealed: Papers) -> None:
    place = Place("https://counter.gov.gr", sample=False)
    forged = draw(replace(CLEARANCE, holder="Άλλος"), CODE, "1" + "7" * 400, place)
    for content in (jpeg(page_of(forged)), forged):
        facts = seen(content, sealed)
        assert facts is not None
        assert (facts.mark, facts.seal, facts.holder) in (
            (MarkState.BAD, Seal.NONE, ""),
            (MarkState.NONE, Seal.NONE, ""),
        )


def test_a_good_qr_moved_to_another_link_is_forged(sealed: Papers) -> None:
    import zxingcpp

    [found] = zxingcpp.read_barcodes(page_of(sealed.plain.pdf))
    digits = found.text.partition("#")[2]
    other = segno.make([link("https://counter.gov.gr", CODE), "#", digits], error="m")  # type: ignore[arg-type] # segments
    saved = io.BytesIO()
    other.save(saved, kind="png", scale=6)
    facts = seen(saved.getvalue(), sealed)
    assert facts == Facts(Kind.PICTURE, mark=MarkState.BAD, code=CODE)


def test_a_paper_printed_and_scanned_is_known_by_its_qr_and_has_no_seal(sealed: Papers) -> None:
    scanned = io.BytesIO()
    page_of(sealed.plain.pdf).save(scanned, "PDF", resolution=118)
    facts = seen(scanned.getvalue(), sealed)
    assert facts is not None
    assert (facts.kind, facts.seal, facts.mark, facts.code) == (Kind.PDF, Seal.NONE, MarkState.GOOD, sealed.plain.code)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff" + b"\0" * 500, b"%PDF-1.7\n" + b"\0" * 500, b"hello", b"PK\x03\x04"]
)
def test_what_cannot_be_opened_is_not(sealed: Papers, content: bytes) -> None:
    facts = seen(content, sealed)
    assert facts is None or (facts.seal, facts.code) == (Seal.NONE, "")


def test_others_qrs_say_nothing(sealed: Papers) -> None:
    saved = io.BytesIO()
    segno.make("https://example.com/V/hello", error="m").save(saved, kind="png", scale=6)
    assert seen(saved.getvalue(), sealed) == Facts(Kind.PICTURE)
