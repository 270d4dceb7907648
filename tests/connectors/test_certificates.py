"""Certificates from a registry, in each dialect: asked for once, told to their citizen only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors import kep
from connectors.cache import CachePolicy
from connectors.caseservice import CaseService
from connectors.connect import CASE_REGISTRIES, WireProtocol
from connectors.registry import Certificate, CertificateRequest, RegistryRefused
from connectors.sandbox.faults import Fault, Kind
from connectors.sandbox.paperwork import CERTIFICATES
from connectors.vocabulary import RegistryVocabulary
from nlu.yaml_file import read_yaml
from tests.connectors.sandbox import Clock, Sandbox
from tests.connectors.submissions import WANTED, each
from tests.fakes.ked import FakeKed

CATALOGUE = Path(__file__).parents[2] / "nlu" / "catalogue" / "certificates.yml"


@pytest.fixture(params=[WireProtocol.JSON, pytest.param(WireProtocol.SOAP, marks=pytest.mark.slow), WireProtocol.BASIC])
def protocol(request: pytest.FixtureRequest) -> WireProtocol:
    return WireProtocol(request.param)


@pytest.mark.parametrize("words", CASE_REGISTRIES, ids=lambda words: words.registry)
def test_every_certificate_of_the_sandbox_has_its_code(words: RegistryVocabulary) -> None:
    offered = [(one.code, one.word, one.details) for one in words.certificates]
    assert offered == [(kind.code, kind.word, kind.details) for kind in CERTIFICATES[words.registry]]


def test_every_certificate_that_a_citizen_may_ask_for_is_issued_by_one_registry() -> None:
    catalogue = read_yaml(CATALOGUE)
    offered = [(one.code, one.word) for words in CASE_REGISTRIES for one in words.certificates]
    assert sorted(offered) == sorted((code, entry["el"]) for code, entry in catalogue.items())


@each
async def test_a_certificate_from_the_request_to_the_file(sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
    registry, wanted = sandbox.registries(protocol=protocol).cases[name], WANTED[name]
    assert wanted.kind in {offer.code for offer in registry.certificates}
    asked = await registry.request(wanted)
    if asked.status == "pending":
        assert (asked.document, asked.fields) == (None, ())
        sandbox.filing.issue(name, "r-1")
    issued = await registry.certificate("r-1", wanted.afm)
    assert issued is not None
    assert (issued.status, issued.kind, issued.number) == ("issued", wanted.kind, asked.number)
    assert {("Επώνυμο", "Βλάχος"), ("ΑΦΜ", wanted.afm)} < set(issued.fields)
    assert {value for _, value in wanted.details} < {value for _, value in issued.fields}
    assert issued.document is not None
    file = await registry.document(issued.document, wanted.afm)
    assert file is not None
    assert (file.id, file.media_type, file.content[:5]) == (issued.document, "application/pdf", b"%PDF-")


@each
async def test_however_often_it_is_asked_for_it_is_one_request(
    sandbox: Sandbox, name: str, protocol: WireProtocol
) -> None:
    sandbox.faults.put(name, Fault(Kind.UNANSWERED, times=2))
    first = await sandbox.registries(protocol=protocol).cases[name].request(WANTED[name])
    again = await sandbox.registries(protocol=protocol).cases[name].request(WANTED[name])
    assert first == again
    assert len(list(sandbox.filing.all_wanted())) == 1
    with pytest.raises(RegistryRefused, match="error ID_CONFLICT"):
        await sandbox.registries(protocol=protocol).cases[name].request(replace(WANTED[name], afm="123456783"))


async def test_a_certificate_is_refused_with_a_reason(sandbox: Sandbox, protocol: WireProtocol) -> None:
    registry = sandbox.registries(protocol=protocol).cases["cadastre"]
    await registry.request(WANTED["cadastre"])
    sandbox.filing.refuse("cadastre", "r-1", "Ο ΚΑΕΚ δεν βρέθηκε.")
    told = await registry.certificate("r-1", "090000045")
    assert told is not None
    assert (told.status, told.reason, told.document) == ("refused", "Ο ΚΑΕΚ δεν βρέθηκε.", None)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (CertificateRequest("r-2", "090000045", "birth-certificate"), "no such certificate"),
        (CertificateRequest("r-2", "090000045", "cadastral-sheet"), "error DETAIL_MISSING"),
        (CertificateRequest("r-2", "090000045", "cadastral-sheet", (("kaek", " "),)), "error DETAIL_MISSING"),
        (CertificateRequest("r-2", "999999999", "cadastral-sheet", (("kaek", "1"),)), "error NOT_FOUND"),
    ],
)
async def test_what_is_not_issued(
    sandbox: Sandbox, wanted: CertificateRequest, reason: str, protocol: WireProtocol
) -> None:
    with pytest.raises(RegistryRefused) as caught:
        await sandbox.registries(protocol=protocol).cases["cadastre"].request(wanted)
    assert caught.value.reason == reason
    assert list(sandbox.filing.all_wanted()) == []


@each
async def test_nobody_elses_certificate_or_document(sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
    registry, wanted = sandbox.registries(protocol=protocol).cases[name], WANTED[name]
    await registry.request(wanted)
    if sandbox.filing.wanted(name, "r-1").status == "pending":
        sandbox.filing.issue(name, "r-1")
    document = sandbox.filing.wanted(name, "r-1").file or ""
    assert await registry.certificate("r-1", "123456783") is None
    assert await registry.document(document, "123456783") is None
    assert await registry.certificate("r-7", wanted.afm) is None
    assert await registry.document("no-such", wanted.afm) is None
    other = "kep" if name != "kep" else "efka"
    assert await sandbox.registries(protocol=protocol).cases[other].document(document, wanted.afm) is None


def answering(output: dict[str, object]) -> CaseService:
    return CaseService(kep.VOCABULARY, FakeKed("kep", output), Clock().runtime(), CachePolicy())


async def test_no_answer_to_a_request_is_no_certificate() -> None:
    with pytest.raises(RegistryRefused, match="certificateRecord"):
        await answering({"certificateRecord": None}).request(WANTED["kep"])


FILE = {"documentId": "d-1", "afm": "090000045", "fileName": "α.pdf", "mediaType": "application/pdf"}


@pytest.mark.parametrize(
    ("different", "field"),
    [
        ({"content": "%PDF"}, "documentRecord.content"),
        ({"content": None}, "documentRecord.content"),
        ({"documentId": "d-2"}, "documentId"),
        ({"afm": "123456783"}, "afm"),
    ],
)
async def test_a_document_that_is_not_the_one(different: dict[str, object], field: str) -> None:
    record = {**FILE, "content": "JVBE Ri0=", **different}
    with pytest.raises(RegistryRefused) as caught:
        await answering({"documentRecord": record}).document("d-1", "090000045")
    assert caught.value.reason == f"malformed answer: {field}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


async def test_base64_may_come_in_lines() -> None:
    file = await answering({"documentRecord": {**FILE, "content": "JVBE\n  Ri0=\n"}}).document("d-1", "090000045")
    assert file is not None
    assert file.content == b"%PDF-"


async def test_an_unknown_word_for_how_it_stands_is_kept() -> None:
    record = {"requestId": "r-1", "afm": "090000045", "protocolNumber": "7", "certificate": "Άλλο", "title": "Τ"}
    registry = answering({"certificateRecord": {**record, "status": "Σε αναμονή", "reason": "Υπογραφή"}})
    assert await registry.certificate("r-1", "090000045") == Certificate(
        "r-1", "7", "unknown", "Τ", "unknown", "Σε αναμονή · Υπογραφή"
    )
