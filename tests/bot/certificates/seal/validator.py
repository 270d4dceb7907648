"""A validator that has nothing of ours: ``python validator.py ROOT FILE...`` prints what the library says of each seal
when it is given the root certificate and nothing else."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore


def said_of(path: str, root: Any) -> dict[str, Any]:
    with Path(path).open("rb") as file:
        reader = PdfFileReader(file, strict=True)
        [seal] = reader.embedded_regular_signatures
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(
            {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "hard-fail"}
        )
        status = validate_pdf_signature(seal, context, skip_diff=True)
        stamps = [validate_pdf_timestamp(one, context, skip_diff=True) for one in reader.embedded_timestamp_signatures]
        return {
            "seal": status.bottom_line,
            "trusted": status.trusted,
            "modification_level": seal.docmdp_level.name if seal.docmdp_level else None,
            "stamped": bool(status.timestamp_validity and status.timestamp_validity.trusted),
            "coverage": status.coverage.name if status.coverage else None,
            "stamps": [one.valid and one.trusted for one in stamps],
            "revisions": reader.xrefs.total_revisions,
        }


def main() -> None:
    logging.disable(logging.CRITICAL)
    root = load_cert_from_pemder(sys.argv[1])
    sys.stdout.write(json.dumps([said_of(path, root) for path in sys.argv[2:]]))


if __name__ == "__main__":
    main()
