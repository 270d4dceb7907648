"""How long an answer of a registry may be, and how much of it is looked at."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from aiohttp import web

from connectors.registry import RegistryRefused
from connectors.shapes import PAGE
from connectors.wire import ANSWER_BYTES, LONG_ANSWER_BYTES
from tests.connectors.centre import answering, centre, other_centre, padded
from tests.connectors.sandbox import Sandbox


async def test_an_endless_answer_is_cut(sandbox: Sandbox) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(40):
            await response.write(b" " * 1_000_000)
        return response

    assert (await other_centre(sandbox, handler)).reason == "malformed answer: size"


async def test_a_citizens_cases_are_no_more_than_a_megabyte(sandbox: Sandbox) -> None:
    longer = answering(padded("getCases", {"cases": []}, ANSWER_BYTES + 1))
    assert (await other_centre(sandbox, longer)).reason == "malformed answer: size"


async def test_a_page_and_a_document_may_be_longer(sandbox: Sandbox) -> None:
    page = {"cases": [], "cursor": "7", "more": False}
    async with centre(answering(padded("getCaseChanges", page, LONG_ANSWER_BYTES))) as url:
        assert (await sandbox.registries(url=url).cases["permits"].changes("")).cursor == "7"
    document = {
        "documentId": "d-1",
        "afm": "123456783",
        "fileName": "a.pdf",
        "mediaType": "application/pdf",
        "content": base64.b64encode(b"%PDF" * 500_000).decode(),
    }
    async with centre(answering(padded("getDocument", {"documentRecord": document}, 0))) as url:
        found = await sandbox.registries(url=url).cases["permits"].document("d-1", "123456783")
    assert found is not None
    assert len(found.content) == 2_000_000


CASE = {
    "caseReference": "ΑΔ-2026-000123",
    "afm": "123456783",
    "procedure": "p",
    "title": "t",
    "stage": "s",
    "sequence": 1,
    "updatedAt": "2026-11-22T10:00:00Z",
}


@pytest.mark.parametrize(
    ("cases", "reason"),
    [
        ([CASE] * (PAGE + 1), "cases"),
        ([CASE, *[{}] * 300_000], "cases.1.caseReference"),
        ([{**CASE, "documents": [{}] * 300_000}], "cases.0.documents.0.code"),
    ],
    ids=["one too many", "wrong from the second on", "wrong documents"],
)
async def test_cases_are_looked_at_up_to_the_first_that_is_wrong(sandbox: Sandbox, cases: Any, reason: str) -> None:
    output = {"cases": cases, "cursor": "7", "more": False}
    async with centre(answering(padded("getCaseChanges", output, 0))) as url:
        with pytest.raises(RegistryRefused) as caught:
            await sandbox.registries(url=url).cases["permits"].changes("")
    assert caught.value.reason == f"malformed answer: {reason}"
