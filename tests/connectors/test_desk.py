"""The clerk's desk: what was handed in can be seen there, and what was asked for is answered there."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from connectors.registry import CertificateRequest, Submission
from connectors.sandbox.model import Change
from connectors.sandbox.pdf import certificate_pdf
from tests.connectors.sandbox import Sandbox

CASE = "ΚΤ-2026-000301"
AFM = "090000045"
PNG = b"\x89PNG\r\n\x1a\n and a plan"
PLAN = Submission("s-1", CASE, AFM, "topographic-plan", 'σχέδιο "1".png', "image/png", PNG)
SHEET = CertificateRequest("r/1 ;", AFM, "cadastral-sheet", (("kaek", "050681726008"),))


async def page(sandbox: Sandbox, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    method = "GET" if form is None else "POST"
    async with sandbox.session.request(method, sandbox.url + path, data=form) as response:
        return response.status, await response.text()


async def admin(sandbox: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with sandbox.session.request(method, f"{sandbox.url}/admin{path}", json=body) as response:
        return response.status, await response.json()


async def test_what_was_handed_in_is_seen_and_judged(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["cadastre"]
    receipt = await registry.submit(PLAN)
    _, text = await page(sandbox, f"/clerk/cases/{quote(CASE)}")
    assert receipt.number in text
    assert "σχέδιο &#34;1&#34;.png" in text
    kept = sandbox.filing.of_case(CASE)["topographic-plan"].file
    assert f'href="/clerk/files/{kept.id}"' in text
    async with sandbox.session.get(f"{sandbox.url}/clerk/files/{kept.id}") as answer:
        assert (await answer.read(), answer.content_type) == (PNG, "image/png")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    await page(sandbox, f"/clerk/cases/{quote(CASE)}/accept", {"code": "topographic-plan"})
    found = await registry.case(CASE)
    assert found is not None
    assert {one.code: one.status for one in found.documents}["topographic-plan"] == "accepted"


async def test_the_latest_of_two_is_shown(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["cadastre"]
    await registry.submit(PLAN)
    await page(sandbox, f"/clerk/cases/{quote(CASE)}/reject", {"code": "topographic-plan", "reason": "Θολό"})
    await registry.submit(Submission("s-2", CASE, AFM, "topographic-plan", "καθαρό.png", "image/png", PNG))
    _, text = await page(sandbox, f"/clerk/cases/{quote(CASE)}")
    assert "καθαρό.png" in text
    assert "σχέδιο" not in text
    assert await admin(sandbox, "GET", f"/cases/{quote(CASE)}/submissions") == (
        200,
        {
            "submissions": [
                {"submission": "s-2", "code": "topographic-plan", "number": "1002/22-11-2026", "file": "cadastre-2"}
            ]
        },
    )


@pytest.mark.parametrize("path", ["/clerk/files/no-such", "/clerk/certificates/burn"])
async def test_what_is_not_there(sandbox: Sandbox, path: str) -> None:
    status, text = await page(sandbox, path, {} if "certificates" in path else None)
    assert status == 404
    assert "Δεν βρέθηκε" in text


def told_by(sandbox: Sandbox) -> list[Change]:
    told: list[Change] = []
    sandbox.state.watch(told.append)
    return told


async def test_the_clerk_issues_a_certificate(sandbox: Sandbox) -> None:
    registry, told = sandbox.registries().cases["cadastre"], told_by(sandbox)
    await registry.request(SHEET)
    assert told == []
    _, text = await page(sandbox, "/clerk/certificates")
    assert "Αντίγραφο κτηματολογικού φύλλου" in text
    assert "050681726008" in text
    status, text = await page(sandbox, "/clerk/certificates/issue", {"registry": "cadastre", "id": SHEET.id})
    assert status == 200
    assert "εκδόθηκε" in text
    [change] = told
    assert (change.type, change.reference) == ("gr.gov.certificate.issued", SHEET.id)
    assert change.data["document"]["fields"]["ΚΑΕΚ"] == "050681726008"
    issued = await registry.certificate(SHEET.id, AFM)
    assert issued is not None
    assert issued.document == change.data["document"]["id"]
    async with sandbox.session.get(f"{sandbox.url}/clerk/files/{issued.document}") as answer:
        assert (await answer.read())[:5] == b"%PDF-"
    status, text = await page(sandbox, "/clerk/certificates/refuse", {"registry": "cadastre", "id": SHEET.id})
    assert status == 409
    assert "έχει ήδη απαντηθεί" in text


async def test_the_clerk_refuses_one(sandbox: Sandbox) -> None:
    registry, told = sandbox.registries().cases["cadastre"], told_by(sandbox)
    await registry.request(SHEET)
    form = {"registry": "cadastre", "id": SHEET.id, "reason": "Λάθος <ΚΑΕΚ>"}
    _, text = await page(sandbox, "/clerk/certificates/refuse", form)
    assert "Λάθος &lt;ΚΑΕΚ&gt;" in text
    assert (told[0].type, told[0].data["reason"]) == ("gr.gov.certificate.refused", "Λάθος <ΚΑΕΚ>")


async def test_no_requests(sandbox: Sandbox) -> None:
    assert "Δεν υπάρχει κανένα αίτημα" in (await page(sandbox, "/clerk/certificates"))[1]


@pytest.mark.parametrize(
    ("act", "body", "status"), [("issue", None, "issued"), ("refuse", {"reason": "Όχι"}, "refused")]
)
async def test_the_same_through_the_admin_api(sandbox: Sandbox, act: str, body: Any, status: str) -> None:
    wanted = CertificateRequest("r-1", AFM, "cadastral-sheet", (("kaek", "1"),))
    await sandbox.registries().cases["cadastre"].request(wanted)
    answered, shown = await admin(sandbox, "POST", f"/certificates/cadastre/r-1/{act}", body)
    assert (answered, shown["status"], shown["certificate"]) == (200, status, "cadastral-sheet")
    assert await admin(sandbox, "GET", "/certificates") == (200, {"certificates": [shown]})
    assert (await admin(sandbox, "POST", f"/certificates/cadastre/r-1/{act}", body))[0] == 409
    assert (await admin(sandbox, "POST", f"/certificates/cadastre/r-7/{act}", body))[0] == 404


def test_a_pdf_is_whole() -> None:
    document = certificate_pdf("Βεβαίωση (α)", [("Όνομα", "Μαρία \\ 漢")], "Τέλος")
    assert document.startswith(b"%PDF-1.7\n")
    assert document.endswith(b"%%EOF\n")
    start = int(document.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    table = document[start:].split(b"\n")
    assert table[0] == b"xref"
    places = [int(line[:10]) for line in table[3:10]]
    assert [document[place:].split(b" ", 1)[0] for place in places] == [b"%d" % number for number in range(1, 8)]
    assert "Βεβαίωση \\(α\\)".encode("iso8859_7") in document
    assert "Μαρία \\\\ ?".encode("iso8859_7") in document
