"""The seal as others see it: a validator with the root alone, Debian's reader, a look into the file."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from bot.certificates.model import Issued
from nlu.certificate_codes import read_code
from tests.bot.certificates.papers import Papers

VALIDATOR = Path(__file__).parent / "validator.py"
NSS = shutil.which("pdfsig") and shutil.which("certutil")


def test_an_independent_validator_with_the_root_alone_finds_it_good(sealed: Papers, tmp_path: Path) -> None:
    files = [tmp_path / "plain.pdf", tmp_path / "lasting.pdf"]
    for file, paper in zip(files, (sealed.plain, sealed.lasting), strict=True):
        file.write_bytes(paper.pdf)
    asked = [sys.executable, "-I", str(VALIDATOR), str(sealed.root), *map(str, files)]
    plain, lasting = json.loads(subprocess.run(asked, capture_output=True, check=True, cwd="/").stdout)
    common = {"seal": True, "trusted": True, "modification_level": "NO_CHANGES", "stamped": True}
    assert plain == common | {"coverage": "ENTIRE_FILE", "stamps": [], "revisions": 2}
    assert lasting == common | {"coverage": "ENTIRE_REVISION", "stamps": [True], "revisions": 3}


@pytest.mark.skipif(not NSS, reason="pdfsig and certutil are not here (poppler-utils, libnss3-tools)")
def test_a_reader_of_debian_finds_it_good_and_knows_who_made_it(sealed: Papers, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(sealed.plain.pdf)
    store = f"sql:{tmp_path}"
    run = {"check": True, "capture_output": True, "text": True}
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], **run)  # type: ignore[call-overload]
    trust = ["certutil", "-A", "-d", store, "-n", "root", "-t", "CT,C,C", "-i", str(sealed.root)]
    subprocess.run(trust, **run)  # type: ignore[call-overload]
    said = subprocess.run(["pdfsig", "-nssdir", store, str(tmp_path / "paper.pdf")], **run).stdout  # type: ignore[call-overload]
    for told in ("ETSI.CAdES.detached", "Signature is Valid", "Total document signed", "Certificate is Trusted"):
        assert told in said


@pytest.mark.parametrize("which", ["plain", "lasting"])
def test_the_file_is_still_for_the_archive_and_its_seal_is_not_seen(sealed: Papers, which: str) -> None:
    paper: Issued = getattr(sealed, which)
    assert re.search(rb"%%EOF\n[^%]", paper.pdf)  # an update begins on a line of its own
    with pikepdf.open(io.BytesIO(paper.pdf)) as read:
        meta = read.open_metadata()
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("2", "A", "1")
        fields = list(read.Root.AcroForm.Fields)
        assert [str(field.T) for field in fields] == ["Seal", "SealTime"][: 1 + (which == "lasting")]
        assert all([float(side) for side in field.Rect] == [0, 0, 0, 0] for field in fields if "/Rect" in field)
        assert read.Root.Perms.DocMDP.SubFilter == "/ETSI.CAdES.detached"
        assert {"/Certs", "/CRLs"} <= set(read.Root.DSS.keys())
        assert str(read.docinfo["/Keywords"]).startswith(paper.code)
    assert read_code(paper.code) == paper.code
