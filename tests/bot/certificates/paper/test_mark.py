"""The QR of a paper: what it holds, who signed it, and that others' are none of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from bot.certificates.paper.mark import (
    BadMark,
    Mark,
    as_digits,
    digest,
    link,
    mark_of,
    read_link,
    read_mark,
    signed,
    to_be_signed,
)
from tests.bot.certificates.sheets import CLEARANCE, FAMILY

KEY, KID = ec.generate_private_key(ec.SECP256R1()), b"\x01\x02\x03\x04"
CODE, URL = "4TY6-KH90-TTY0-9K13", "https://counter.gov.gr"


def verify(key_id: bytes, signature: bytes, content: bytes) -> bool:
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    try:
        KEY.public_key().verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return key_id == KID


def cose(mark: Mark) -> bytes:
    der = KEY.sign(to_be_signed(mark, KID), ec.ECDSA(hashes.SHA256()))
    return signed(mark, KID, b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der)))


@pytest.mark.parametrize("holder", ["Μαρία Αντωνίου του Γεωργίου", "Ἑλένη Ὠρίων", "José Núñez", ""])
def test_what_was_signed_is_read_as_it_was(holder: str) -> None:
    mark = mark_of(replace(FAMILY, holder=holder), CODE)
    made = cose(mark)
    assert read_link(f"{link(URL, CODE)}#{as_digits(made)}") == (CODE, made)
    assert read_mark(made, verify) == mark


def test_it_is_small_enough_to_be_read_off_paper() -> None:
    text = as_digits(cose(mark_of(FAMILY, CODE)))
    qr = segno.make([link(URL, CODE), "#", text], error="m", boost_error=False)  # type: ignore[arg-type] # segments
    assert int(qr.version) <= 11


def test_every_changed_bit_is_found() -> None:
    good = cose(mark_of(CLEARANCE, CODE))
    for place in range(len(good) * 8):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        with pytest.raises(BadMark):
            read_mark(bytes(bad), verify)


def test_what_the_paper_says_is_in_its_digest() -> None:
    changes = [
        replace(FAMILY, holder="Άλλη"),
        replace(FAMILY, note=""),
        replace(FAMILY, fields=FAMILY.fields[:1]),
        replace(FAMILY, rows=FAMILY.rows[:-1]),
        replace(FAMILY, valid_until=None),
        replace(FAMILY, issued_at=datetime(2026, 1, 1, tzinfo=UTC)),
    ]
    assert len({digest(sheet) for sheet in (FAMILY, *changes)}) == len(changes) + 1


@given(st.one_of(st.text(max_size=80), st.text(alphabet="HTPS:/V#0123456789AEK.-", max_size=80)))
def test_others_links_are_none_of_ours(text: str) -> None:
    assert read_link(text) is None or "/V" in text.upper()


@given(st.binary(max_size=300))
def test_what_is_no_mark_is_refused_and_breaks_nothing(content: bytes) -> None:
    with pytest.raises(BadMark):
        read_mark(content, verify)


def test_a_link_alone_is_a_code() -> None:
    assert link("https://counter.gov.gr:8443/", CODE) == "HTTPS://COUNTER.GOV.GR:8443/V/4TY6KH90TTY09K13"
    assert read_link(link(URL, CODE)) == (CODE, None)
    assert read_link(f"https://counter.gov.gr/verify/{CODE.lower()}") == (CODE, None)
    assert read_link(f"{link(URL, CODE)}#{'9' * 5000}") == (CODE, None)
