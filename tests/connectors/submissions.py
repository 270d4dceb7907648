"""One document and one certificate for each registry, as a citizen would hand in or ask for."""

from __future__ import annotations

import pytest

from connectors.connect import CASE_REGISTRIES
from connectors.registry import CertificateRequest, Submission

PDF = b"%PDF-1.7 \x00\xff and what follows"


def paper(
    reference: str, afm: str, code: str, *, media_type: str = "application/pdf", content: bytes = PDF
) -> Submission:
    return Submission("s-1", reference, afm, code, "τίτλος.pdf", media_type, content)


PAPERS = {
    "permits": paper("ΑΔ-2026-000123", "123456783", "gas"),
    "efka": paper("ΕΦ-2026-000201", "090000045", "employer-statement"),
    "cadastre": paper("ΚΤ-2026-000301", "090000045", "topographic-plan"),
    "civil_protection": paper("ΠΠ-2026-000401", "090000057", "second-check"),
    "kep": paper("ΚΕ-2026-000501", "090000070", "power-of-attorney"),
}
DETAILS = {"amka": "01018012344", "kaek": "050681726008", "purpose": "Δανειοδότηση"}
WANTED = {
    words.registry: CertificateRequest(
        "r-1",
        "090000045",
        words.certificates[0].code,
        tuple((name, DETAILS[name]) for name in words.certificates[0].details),
    )
    for words in CASE_REGISTRIES
}
each = pytest.mark.parametrize("name", list(PAPERS))
