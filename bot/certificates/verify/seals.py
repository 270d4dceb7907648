"""Looks at a PDF's seal. Runs in the limited child alone.

One rule makes every trick with later updates moot: nothing may follow the seal. A paper of ours has one seal, by a
certificate of ours, over the entire file, in two revisions; one that is to last has besides one time-stamp of ours over
the entire file, in a third. Whether a later change would be an allowed one is not asked: none is.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from bot.certificates.trust import SEAL_POLICY, TIME_POLICY, Trust, policies
from bot.certificates.verify.facts import Facts, Kind, Seal
from nlu.certificate_codes import read_code

_UNTIL = re.compile(r"valid-until:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z")
_STRICT = {"allow_fetching": False, "revocation_mode": "hard-fail"}


class _Broken(Exception):
    """A seal that does not hold."""


def look(content: bytes, trust: Trust, now: datetime) -> Facts:
    """What the PDF's seal says. Never raises for what is wrong with the file."""
    claimed = _names_us(content, trust)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=True)
        seals, stamps = list(reader.embedded_regular_signatures), list(reader.embedded_timestamp_signatures)
        if seals:
            asyncio.run(_check(reader, seals, stamps, trust, now))
            return _facts(reader, seals[0])
    except _Broken:
        return Facts(Kind.PDF, Seal.BROKEN if claimed else Seal.FOREIGN)
    except Exception:  # noqa: BLE001 - a stranger's file may break the library in any way, and then its seal does not hold
        return Facts(Kind.PDF, Seal.BROKEN if claimed else Seal.FOREIGN if b"/ByteRange" in content else Seal.NONE)
    return Facts(Kind.PDF, Seal.BROKEN if claimed else Seal.NONE)


async def _check(
    reader: PdfFileReader,
    seals: Sequence[EmbeddedPdfSignature],
    stamps: Sequence[EmbeddedPdfSignature],
    trust: Trust,
    now: datetime,
) -> None:
    """Raises :class:`_Broken`, and whatever the library raises."""
    if len(seals) != 1 or len(stamps) > 1 or reader.xrefs.total_revisions != 2 + len(stamps):
        raise _Broken
    last = stamps[0] if stamps else seals[0]
    _covers_all(last, whole_file=True)
    if stamps:
        _covers_all(seals[0], whole_file=False)
    _is_whole(seals[0])
    _is_ours(seals[0].signer_cert, trust.seals, SEAL_POLICY)
    store = DocumentSecurityStore.read_dss(reader)
    stamped_at = _stamped_at(seals[0]) or now
    today = max(now, stamped_at)  # a time-stamping service's clock may be ahead of ours
    status = await async_validate_pdf_signature(
        seals[0],
        signer_validation_context=_context(store, trust, stamped_at),
        ts_validation_context=_context(store, trust, today),
        skip_diff=True,
    )
    stamped = status.timestamp_validity
    if not (status.intact and status.valid and status.trusted and stamped is not None):
        raise _Broken
    if not (stamped.intact and stamped.valid and stamped.trusted) or status.md_algorithm != "sha256":
        raise _Broken
    for stamp in stamps:
        if trust.stamps:  # else a time-stamping service's: any beneath our roots
            _is_ours(stamp.signer_cert, trust.stamps, TIME_POLICY)
        told = await async_validate_pdf_timestamp(stamp, _context(store, trust, today), skip_diff=True)
        if not (told.intact and told.valid and told.trusted):
            raise _Broken


def _covers_all(signature: EmbeddedPdfSignature, *, whole_file: bool) -> None:
    """By the library, and by the bare numbers as well."""
    level = signature.evaluate_signature_coverage()
    wanted = SignatureCoverageLevel.ENTIRE_FILE if whole_file else SignatureCoverageLevel.ENTIRE_REVISION
    start, first, second, rest = (int(number) for number in signature.byte_range)
    size = signature.reader.stream.seek(0, io.SEEK_END)
    if level < wanted or start != 0 or second <= first or (whole_file and second + rest != size):
        raise _Broken


def _is_whole(seal: EmbeddedPdfSignature) -> None:
    """Is what it covers as it was? Asked first: whose it is takes ten times as long to find out."""
    kind = seal.signed_data["encap_content_info"]["content_type"].native
    if not all(validate_sig_integrity(seal.signer_info, seal.signer_cert, kind, seal.compute_digest())):
        raise _Broken


def _is_ours(certificate: asn1.Certificate, known: Sequence[x509.Certificate], policy: str) -> None:
    """From the authority that issued ours, with the subject and the policies of ours; where only the root is known,
    with the policy that stands for ours."""
    shown = x509.load_der_x509_certificate(certificate.dump())
    if not known and policy in policies(shown):
        return
    if not any(
        one.issuer == shown.issuer and one.subject == shown.subject and set(policies(one)) == set(policies(shown))
        for one in known
    ):
        raise _Broken


def _stamped_at(seal: EmbeddedPdfSignature) -> datetime | None:
    """What its time-stamp says; that it says so rightly is looked at with it."""
    for attribute in seal.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0]["content"]
            return cast("datetime", token["encap_content_info"]["content"].parsed["gen_time"].native)
    return None


def _context(store: Any, trust: Trust, moment: datetime) -> ValidationContext:
    known = {
        "trust_roots": _asn1(trust.roots),
        "other_certs": _asn1((*trust.authorities, *trust.stamps)),
        "moment": moment,
    }
    return cast("ValidationContext", store.as_validation_context(known | _STRICT))


def _asn1(certificates: Iterable[x509.Certificate]) -> list[asn1.Certificate]:
    return [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in certificates]


def _facts(reader: PdfFileReader, seal: EmbeddedPdfSignature) -> Facts:
    info = reader.trailer_view["/Info"]
    words, title, author = (str(info.get(name, "")) for name in ("/Keywords", "/Title", "/Author"))
    until = _UNTIL.search(words)
    return Facts(
        Kind.PDF,
        Seal.OURS,
        code=read_code(words.partition(",")[0]) or "",
        title=title[:300],
        issuer=author[:300],
        issued_at=_stamped_at(seal),
        valid_until=datetime.fromisoformat(until[1]).replace(tzinfo=UTC) if until else None,
    )


def _names_us(content: bytes, trust: Trust) -> bool:
    """Does it hold the public key of a seal of ours, whatever became of the rest? Where none is named, that of an
    authority: beneath the same one others seal too."""
    hexed = content.lower()
    keys = (one.public_key() for one in trust.seals or (*trust.roots, *trust.authorities))
    return any(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex().encode() in hexed for key in keys
    )
