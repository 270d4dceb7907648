"""The fakes answer as the connectors do: the same questions to both, over the same cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.registry import CaseRegistry, CertificateRequest, ContactRegistry, RegistryRefused
from tests.connectors.sandbox import Sandbox
from tests.connectors.submissions import PAPERS, WANTED
from tests.fakes.case_registry import FakeCaseRegistry
from tests.fakes.contact_registry import FakeContactRegistry

AFM, CASE = "123456783", "ΑΔ-2026-000123"

both = pytest.mark.parametrize("kind", ["connector", "fake"])


async def cases(sandbox: Sandbox, kind: str) -> CaseRegistry:
    connector = sandbox.registries().cases["permits"]
    if kind == "connector":
        return connector
    fake = FakeCaseRegistry("permits", *(await connector.changes("")).cases)
    fake.certificates = connector.certificates
    return fake


def contacts(sandbox: Sandbox, kind: str) -> ContactRegistry:
    return sandbox.registries().contacts if kind == "connector" else FakeContactRegistry({AFM: "+306900000001"})


@both
async def test_a_citizens_own_cases_are_listed(sandbox: Sandbox, kind: str) -> None:
    registry = await cases(sandbox, kind)
    own, others = await registry.cases_of(AFM), await registry.cases_of("090000045")
    assert ([case.reference for case in own.cases], own.stale) == ([CASE], False)
    assert (others.cases, others.stale) == ((), False)


@both
async def test_a_case_is_told_by_its_reference(sandbox: Sandbox, kind: str) -> None:
    registry = await cases(sandbox, kind)
    found = await registry.case(CASE)
    assert found is not None
    assert (found.afm, found.stage) == (AFM, "completeness-check")
    assert await registry.case("ΑΔ-2026-999999") is None


@both
async def test_the_feed_ends_and_goes_on_from_its_cursor(sandbox: Sandbox, kind: str) -> None:
    registry = await cases(sandbox, kind)
    page = await registry.changes("")
    assert ([case.reference for case in page.cases], page.more) == ([CASE], False)
    after = await registry.changes(page.cursor)
    assert (after.cases, after.cursor, after.more) == ((), page.cursor, False)


@both
async def test_a_document_is_taken_once_and_for_ones_own_case_only(sandbox: Sandbox, kind: str) -> None:
    registry, paper = await cases(sandbox, kind), PAPERS["permits"]
    receipt = await registry.submit(paper)
    assert (receipt.submission, receipt.case.reference) == (paper.id, CASE)
    assert (await registry.submit(paper)).number == receipt.number
    with pytest.raises(RegistryRefused, match="NOT_FOUND"):
        await registry.submit(replace(paper, id="s-2", afm="090000045"))


@both
async def test_a_certificate_is_asked_for_once_and_shown_to_its_owner_only(sandbox: Sandbox, kind: str) -> None:
    registry, wanted = await cases(sandbox, kind), WANTED["permits"]
    first = await registry.request(wanted)
    assert (first.request, first.kind) == (wanted.id, wanted.kind)
    assert await registry.request(wanted) == first
    assert await registry.certificate(wanted.id, wanted.afm) == first
    assert await registry.certificate(wanted.id, AFM) is None
    assert await registry.document("no-such", wanted.afm) is None
    with pytest.raises(RegistryRefused, match="no such certificate"):
        await registry.request(CertificateRequest("r-2", AFM, "no-such"))


@both
async def test_a_mobile_is_told_or_none(sandbox: Sandbox, kind: str) -> None:
    registry = contacts(sandbox, kind)
    assert await registry.mobile_of(AFM) == "+306900000001"
    registry.forget(AFM)
    assert await registry.mobile_of(AFM) == "+306900000001"
    assert await registry.mobile_of("999999999") is None
