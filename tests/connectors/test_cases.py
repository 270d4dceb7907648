"""Case registries: words, what is kept of unknown ones, other people's cases, the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import permits
from connectors.cache import CachePolicy
from connectors.caseservice import CaseService
from connectors.connect import CASE_REGISTRIES
from connectors.references import PREFIXES
from connectors.registry import CaseList, CaseRecord, RegistryRefused, RequiredDocument
from connectors.sandbox.books import BOOKS, DOCUMENT_WORDS, OUTCOME_WORDS
from connectors.sandbox.operations import wire
from connectors.vocabulary import RegistryVocabulary, Vocabulary
from tests.connectors.sandbox import NOW, Clock, Sandbox
from tests.fakes.ked import FakeKed


def wire_case(**different: Any) -> dict[str, Any]:
    return {
        "caseReference": "ΑΔ-2026-000123",
        "afm": "123456783",
        "procedure": "Οικοδομική άδεια με προέγκριση",
        "title": "Κατοικία",
        "stage": "Έλεγχος πληρότητας",
        "sequence": 2,
        "updatedAt": "2026-11-18T09:15:00.000+02:00",
        **different,
    }


def answering(output: Mapping[str, Any]) -> CaseService:
    return CaseService(permits.VOCABULARY, FakeKed("permits", output), Clock().runtime(), CachePolicy())


def service(*cases: dict[str, Any]) -> CaseService:
    return answering({"cases": list(cases)})


@pytest.mark.parametrize("words", CASE_REGISTRIES, ids=lambda words: words.registry)
def test_every_word_of_the_sandbox_has_its_code(words: RegistryVocabulary) -> None:
    book = BOOKS[words.registry]
    assert book.service == words.service
    assert PREFIXES[book.prefix] == words.registry
    for procedure in book.procedures:
        assert words.procedures.code(procedure.word) == procedure.code
        assert [words.stages.code(stage.word) for stage in procedure.stages] == [one.code for one in procedure.stages]
    assert {words.document_states.code(word) for word in DOCUMENT_WORDS.values()} == set(DOCUMENT_WORDS)
    assert {code: words.outcomes.code(word) for code, word in OUTCOME_WORDS.items()} == {c: c for c in OUTCOME_WORDS}


@pytest.mark.parametrize("spelt", ["ΕΛΕΓΧΟΣ ΠΛΗΡΟΤΗΤΑΣ", " έλεγχος  πληρότητας ", "Ελεγχος πληροτητας"])
def test_words_are_known_however_they_are_spelt(spelt: str) -> None:
    assert permits.VOCABULARY.stages.code(spelt) == "completeness-check"
    assert Vocabulary({}).code(spelt) == "unknown"


async def test_a_case_in_our_words(sandbox: Sandbox) -> None:
    found = await sandbox.registries().cases["cadastre"].case("kt 2026 301")
    assert found is not None
    assert (found.reference, found.stage, found.sequence) == ("ΚΤ-2026-000301", "completeness-check", 3)
    assert found.updated_at == datetime(2026, 11, 19, 10, 20, tzinfo=UTC)
    assert found.documents[1] == RequiredDocument(
        "topographic-plan", "Τοπογραφικό διάγραμμα", "missing", "Δεν έχει συνταχθεί σε ΕΓΣΑ '87.", date(2026, 12, 4)
    )


async def test_times_are_utc() -> None:
    [found] = (await service(wire_case()).cases_of("123456783")).cases
    assert found.updated_at == datetime(2026, 11, 18, 7, 15, tzinfo=UTC)
    assert found.updated_at.tzinfo is UTC


async def test_unknown_words_are_kept_for_a_person_to_read() -> None:
    paper = {"code": "x", "title": "Χαρτί", "status": "Στο αρχείο", "reason": "Φάκελος 7"}
    odd = wire_case(
        stage="Αναμονή ΣΑ", procedure="Νέα διαδικασία", outcome="Ανακλήθηκε", note="Βλ. έγγραφο", documents=[paper]
    )
    [found] = (await service(odd).cases_of("123456783")).cases
    assert (found.stage, found.procedure, found.outcome) == ("unknown", "unknown", "unknown")
    assert found.note == "Νέα διαδικασία · Αναμονή ΣΑ · Ανακλήθηκε · Βλ. έγγραφο"
    assert found.documents == (RequiredDocument("x", "Χαρτί", "unknown", "Στο αρχείο · Φάκελος 7"),)


async def test_another_citizens_case_never_passes_as_ones_own() -> None:
    with pytest.raises(RegistryRefused) as caught:
        await service(wire_case(), wire_case(afm="090000045")).cases_of("123456783")
    assert caught.value.reason == "malformed answer: afm"


async def test_another_case_than_was_asked_for_is_refused() -> None:
    registry = answering({"caseRecord": wire_case()})
    assert await registry.case("ΑΔ-2026-000123") is not None
    with pytest.raises(RegistryRefused):
        await registry.case("ΑΔ-2026-000124")


@pytest.mark.parametrize("reference", ["ΚΤ-2026-000301", "υπόθεση 7"])
async def test_a_case_of_no_reference_of_its_own_is_refused(reference: str) -> None:
    with pytest.raises(RegistryRefused, match="caseReference"):
        await service(wire_case(caseReference=reference)).cases_of("123456783")


async def test_what_is_not_there_is_none(sandbox: Sandbox) -> None:
    registries = sandbox.registries()
    assert await registries.cases["permits"].case("ΑΔ-2026-999999") is None
    assert await registries.cases["permits"].cases_of("090000069") == CaseList((), NOW)
    calls = len(sandbox.audit.rows)
    assert await registries.cases["permits"].case("ΚΤ-2026-000301") is None
    assert await registries.cases["permits"].case("που είναι") is None
    assert len(sandbox.audit.rows) == calls  # other registries' references and plain words are not sent out


async def test_the_feed_brings_everything_once_and_then_what_changed(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["kep"]
    first = await registry.changes("")
    assert [case.reference for case in first.cases] == ["ΚΕ-2026-000501"]
    assert not first.more
    assert (await registry.changes(first.cursor)).cases == ()
    sandbox.state.move("ΚΕ-2026-000501", "issuance")
    second = await registry.changes(first.cursor)
    assert [(case.stage, case.sequence) for case in second.cases] == [("issuance", 3)]
    assert (await registry.changes(second.cursor)).cursor == second.cursor


async def test_the_feed_comes_in_pages(sandbox: Sandbox) -> None:
    for _ in range(700):
        sandbox.state.open("kep", "090000069", "birth-certificate", "")
    registry = sandbox.registries().cases["kep"]
    first = await registry.changes("")
    second = await registry.changes(first.cursor)
    assert (len(first.cases), first.more, len(second.cases), second.more) == (500, True, 201, False)
    assert len({case.reference for case in (*first.cases, *second.cases)}) == 701


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*wire_case(), "expectedBy", "note", "outcome", "closed", "documents"]
ODD_DOCUMENT = st.fixed_dictionaries({"code": JSON, "title": JSON, "status": JSON}, optional={"deadline": JSON})


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3), st.none() | st.lists(ODD_DOCUMENT, max_size=2))
async def test_whatever_a_registry_says_is_a_case_or_a_refusal(odd: dict[str, Any], papers: list[Any] | None) -> None:
    case = {**wire_case(**odd), **({} if papers is None else {"documents": papers})}
    outcome = await result_of(service(case))
    if isinstance(outcome, RegistryRefused):
        assert "123456783" not in str(outcome)
        assert (outcome.__cause__, outcome.__context__) == (None, None)  # what pydantic says quotes the value
    else:
        assert [found.afm for found in outcome] == ["123456783"]


async def result_of(asked: CaseService) -> tuple[CaseRecord, ...] | RegistryRefused:
    try:
        return (await asked.cases_of("123456783")).cases
    except RegistryRefused as refusal:
        return refusal


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-18T09:15:00"])
async def test_impossible_and_vague_times_are_refused(moment: str) -> None:
    with pytest.raises(RegistryRefused, match="updatedAt"):
        await service(wire_case(updatedAt=moment)).cases_of("123456783")


async def test_what_the_sandbox_says_is_what_it_holds(sandbox: Sandbox) -> None:
    for case in sandbox.state.cases():
        found = await sandbox.registries().cases[case.registry].case(case.reference)
        assert found is not None
        assert (found.stage, found.procedure, found.title) == (case.stage, case.procedure, case.title)
        assert (found.expected_by, found.closed) == (case.expected_by, case.closed)
        assert [(one.code, one.status, one.deadline) for one in found.documents] == [
            (one.code, one.status, one.deadline) for one in case.documents
        ]
        assert wire(case)["updatedAt"].endswith("+00:00")


def test_now_is_after_the_seeds(sandbox: Sandbox) -> None:
    assert all(case.updated_at < NOW for case in sandbox.state.cases())
