"""What changes something at a registry, in each dialect: taken once, issued once, fetched by its owner only."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace

import pytest

from connectors import permits
from connectors.cache import CachePolicy
from connectors.call_policy import Limits
from connectors.caseservice import CaseService
from connectors.connect import WireProtocol
from connectors.registry import (
    RegistryError,
    RegistryRefused,
    RegistryUnavailable,
    Submission,
)
from connectors.sandbox.faults import Fault, Kind
from connectors.sandbox.paperwork import CERTIFICATES
from tests.connectors.sandbox import PATIENT, Sandbox
from tests.connectors.submissions import DETAILS, PAPERS, PDF, WANTED, each, paper
from tests.fakes.ked import FakeKed


@pytest.fixture(params=[WireProtocol.JSON, pytest.param(WireProtocol.SOAP, marks=pytest.mark.slow), WireProtocol.BASIC])
def protocol(request: pytest.FixtureRequest) -> WireProtocol:
    return WireProtocol(request.param)


@each
async def test_a_document_is_handed_in(sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
    registry, sent = sandbox.registries(protocol=protocol).cases[name], PAPERS[name]
    before = sandbox.state.case(sent.reference)
    receipt = await registry.submit(sent)
    assert (receipt.submission, receipt.number) == ("s-1", "1001/22-11-2026")
    assert receipt.case == await registry.case(sent.reference)
    assert receipt.case.sequence == before.sequence + 1
    assert {one.code: one.status for one in receipt.case.documents}[sent.code] == "submitted"
    held = sandbox.filing.of_case(sent.reference)[sent.code].file
    assert (held.sheet.content, held.sheet.name, held.afm) == (PDF, "τίτλος.pdf", sent.afm)
    assert sandbox.audit.rows[0][0].subject == sent.reference


@each
@pytest.mark.parametrize("fault", [Fault(Kind.UNANSWERED, times=2), Fault(Kind.ERROR, times=2)], ids=lambda f: f.kind)
async def test_however_often_it_is_sent_it_is_taken_once(
    sandbox: Sandbox, name: str, protocol: WireProtocol, fault: Fault
) -> None:
    registry, sent = sandbox.registries(protocol=protocol).cases[name], PAPERS[name]
    sandbox.faults.put(name, fault)
    first = await registry.submit(sent)
    again = await sandbox.registries(protocol=protocol).cases[name].submit(sent)  # another day, from another process
    assert (again.number, again.case.sequence) == (first.number, first.case.sequence)
    assert len(sandbox.audit.rows) == 4


@each
async def test_the_same_id_for_another_document_is_refused(sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
    registry, sent = sandbox.registries(protocol=protocol).cases[name], PAPERS[name]
    await registry.submit(sent)
    with pytest.raises(RegistryRefused, match="error ID_CONFLICT"):
        await registry.submit(replace(sent, content=PDF + b"."))


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (paper("ΑΔ-2026-000123", "090000045", "gas"), "error NOT_FOUND"),  # another citizen's case
        (paper("ΑΔ-2026-999999", "123456783", "gas"), "error NOT_FOUND"),
        (paper("ΑΔ-2026-000123", "123456783", "no-such-paper"), "error NOT_ALLOWED"),
        (paper("ΑΔ-2026-000123", "123456783", "title-deed"), "error NOT_ALLOWED"),  # accepted already
        (paper("ΑΔ-2026-000123", "123456783", "gas", content=b"MZ"), "error FILE_TYPE"),
        (paper("ΑΔ-2026-000123", "123456783", "gas", media_type="text/html"), "error FILE_TYPE"),
        (paper("ΑΔ-2026-000123", "123456783", "gas", content=PDF + b" " * (10 << 20)), "error FILE_SIZE"),
        (paper("ΚΤ-2026-000301", "090000045", "topographic-plan"), "no such case"),  # another registry's
        (paper("η άδειά μου", "123456783", "gas"), "no such case"),
    ],
)
async def test_what_is_not_taken(sandbox: Sandbox, odd: Submission, reason: str, protocol: WireProtocol) -> None:
    with pytest.raises(RegistryRefused) as caught:
        await sandbox.registries(protocol=protocol).cases["permits"].submit(odd)
    assert caught.value.reason == reason
    assert sandbox.filing.of_case(odd.reference) == {}


async def test_a_large_document_passes(sandbox: Sandbox, protocol: WireProtocol) -> None:
    large = paper("ΑΔ-2026-000123", "123456783", "gas", content=PDF + b"x" * (9 << 20))
    await sandbox.registries(protocol=protocol).cases["permits"].submit(large)
    assert sandbox.filing.of_case("ΑΔ-2026-000123")["gas"].file.sheet.content == large.content


async def test_a_closed_case_takes_no_more(sandbox: Sandbox) -> None:
    sandbox.state.close("ΑΔ-2026-000123")
    with pytest.raises(RegistryRefused, match="NOT_ALLOWED"):
        await sandbox.registries().cases["permits"].submit(PAPERS["permits"])


async def test_after_a_document_the_list_is_asked_anew(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["permits"]
    await registry.cases_of("123456783")
    await registry.submit(PAPERS["permits"])
    [case] = (await registry.cases_of("123456783")).cases
    assert {one.code: one.status for one in case.documents}["gas"] == "submitted"


@pytest.mark.parametrize("honours", [True, False])
async def test_without_the_registrys_promise_nothing_is_repeated(sandbox: Sandbox, honours: bool) -> None:
    ked = FakeKed("permits", RegistryUnavailable("permits", "timeout"))
    words = replace(permits.VOCABULARY, honours_ids=honours)
    registry = CaseService(words, ked, sandbox.clock.runtime(), CachePolicy())
    for errand in (registry.submit(PAPERS["permits"]), registry.request(WANTED["permits"])):
        with pytest.raises(RegistryUnavailable):
            await errand
    with pytest.raises(RegistryUnavailable):
        await registry.certificate("r-1", "090000045")
    assert [call.safe for call in ked.calls] == [honours, honours, True]


# With each fault


async def submissions(
    sandbox: Sandbox, name: str, protocol: WireProtocol, limits: Limits = PATIENT
) -> list[Awaitable[object]]:
    """One of each, against a request and a document that are there already."""
    wanted = sandbox.filing.request("r-0", name, "090000045", CERTIFICATES[name][0].word, DETAILS)
    issued = wanted if wanted.status == "issued" else sandbox.filing.issue(name, "r-0")
    registry = sandbox.registries(limits, protocol=protocol).cases[name]
    return [
        registry.submit(PAPERS[name]),
        registry.request(WANTED[name]),
        registry.certificate("r-0", "090000045"),
        registry.document(issued.file or "", "090000045"),
    ]


async def failures(sandbox: Sandbox, name: str, protocol: WireProtocol) -> list[RegistryError]:
    found = []
    for errand in await submissions(sandbox, name, protocol):
        with pytest.raises(RegistryError) as caught:
            await errand
        assert caught.value.registry == name
        assert not any(afm in str(caught.value) for afm in ("090000045", "123456783"))
        found.append(caught.value)
    return found


@each
@pytest.mark.parametrize("kind", [Kind.MALFORMED, Kind.WRONG_FIELD, Kind.WRONG_CITIZEN])
async def test_an_answer_that_is_not_as_agreed(sandbox: Sandbox, name: str, kind: Kind, protocol: WireProtocol) -> None:
    sandbox.faults.put(name, Fault(kind))
    for error in await failures(sandbox, name, protocol):
        assert isinstance(error, RegistryRefused)
        assert error.reason.startswith("malformed answer: ")


@each
async def test_a_registry_that_is_down(sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
    sandbox.faults.put(name, Fault(Kind.ERROR))
    for error in await failures(sandbox, name, protocol):
        assert isinstance(error, RegistryUnavailable)
        assert error.reason in ("http 500", "circuit open")  # the breaker opens at the fifth
    assert sandbox.filing.of_case(PAPERS[name].reference) == {}
