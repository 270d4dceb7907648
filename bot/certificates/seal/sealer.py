"""Seals PDFs: PAdES B-LT in one revision, or B-LTA for papers that are to outlive the seal's certificate.

The seal certifies the paper, allows no change and is not seen: what people see is drawn on the page. What checks it
later, certificates and lists of what is revoked, goes in with it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from asn1crypto import crl as asn1_crl
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, PdfSignatureMetadata, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext

FIELD, STAMP_FIELD = "Seal", "SealTime"
ROOM = 14_000  # hexadecimal digits for a signature: the library would sign once for nothing to find out
ROOM_WITH_FETCHED = 40_000  # of a real authority, whose certificates we do not know beforehand
_FRESH = timedelta(hours=1)
_DSS = DSSContentSettings(placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE, include_vri=False)


class Sealer:
    """``crls``: lists of what is revoked that go in as they are; without any they are fetched from where the
    certificates say, hourly."""

    def __init__(
        self,
        signer: Signer,
        timestamper: TimeStamper,
        *,
        roots: list[x509.Certificate],
        others: list[x509.Certificate],
        crls: list[asn1_crl.CertificateList],
    ) -> None:
        self._signer = signer
        self._timestamper = timestamper
        self._roots = roots
        self._others = others
        self._crls = crls
        self._context: ValidationContext | None = None
        self._since = datetime.min.replace(tzinfo=UTC)

    async def seal(self, pdf: bytes, *, lasting: bool) -> bytes:
        """Raises what the library raises, and whatever a time-stamping service that is away makes it raise."""
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        sealed = await signers.async_sign_pdf(
            writer,
            PdfSignatureMetadata(
                field_name=FIELD,
                md_algorithm="sha256",
                subfilter=SigSeedSubFilter.PADES,
                certify=True,
                docmdp_permissions=MDPPerm.NO_CHANGES,
                embed_validation_info=True,
                validation_context=self._fresh_context(),
                dss_settings=_DSS,
                use_pades_lta=lasting,
                timestamp_field_name=STAMP_FIELD if lasting else None,
            ),
            signer=self._signer,
            timestamper=self._timestamper,
            new_field_spec=SigFieldSpec(FIELD, on_page=-1, box=(0, 0, 0, 0)),
            bytes_reserved=ROOM if self._crls else ROOM_WITH_FETCHED,
        )
        return bytes(sealed.getvalue())

    def _fresh_context(self) -> ValidationContext:
        now = datetime.now(UTC)
        if self._context is None or now - self._since > _FRESH:
            self._since = now
            self._context = ValidationContext(
                trust_roots=self._roots, other_certs=self._others, crls=self._crls, allow_fetching=not self._crls
            )
        return self._context
