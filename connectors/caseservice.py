"""A registry that holds cases, behind the interoperability centre: one connector, told apart by its words alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AliasGenerator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from connectors.ked import Ask, Ked
from connectors.references import canonical, registry_of
from connectors.registry import CaseRecord, Changes, RequiredDocument
from connectors.words import UNKNOWN, Lexicon, Words

PAGE = 500
"""Cases in a page of changes: about 400 kB on the wire."""
_FEED_DEADLINE = 15.0  # seconds; nobody waits at a phone for it


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), frozen=True)


class _Document(_Wire):
    code: str = Field(min_length=1)
    title: str
    status: str
    reason: str = ""
    deadline: date | None = None


class _Case(_Wire):
    case_reference: str
    afm: str = Field(pattern=r"^[0-9]{9}$")
    procedure: str
    title: str
    stage: str
    sequence: int = Field(ge=1)
    updated_at: Annotated[AwareDatetime, AfterValidator(_utc)]
    expected_by: date | None = None
    note: str = ""
    outcome: str | None = None
    closed: bool = False
    documents: tuple[_Document, ...] = ()


class _Cases(_Wire):
    cases: tuple[_Case, ...]


class _OneCase(_Wire):
    case_record: _Case | None


class _Page(_Wire):
    cases: tuple[_Case, ...]
    cursor: str
    more: bool


W = TypeVar("W", bound=_Wire)


class CaseService:
    """Implements :class:`connectors.registry.CaseRegistry` over one service."""

    def __init__(self, words: Words, ked: Ked) -> None:
        self.name = words.registry
        self._words = words
        self._ked = ked

    async def cases_of(self, afm: str) -> tuple[CaseRecord, ...]:
        answer = await self._ask(_Cases, Ask("getCases", {"afm": afm}, subject=afm, safe=True))
        if any(case.afm != afm for case in answer.cases):
            raise self._ked.malformed("afm")  # another citizen's case must not pass as this one's
        return tuple(self._record(case) for case in answer.cases)

    async def case(self, reference: str) -> CaseRecord | None:
        """``None`` without asking for what is no reference of this registry."""
        wanted = canonical(reference)
        if wanted is None or registry_of(wanted) != self.name:
            return None
        found = (
            await self._ask(_OneCase, Ask("getCase", {"caseReference": wanted}, subject=wanted, safe=True))
        ).case_record
        if found is None:
            return None
        record = self._record(found)
        if record.reference != wanted:
            raise self._ked.malformed("caseReference")
        return record

    async def changes(self, cursor: str) -> Changes:
        """Up to :data:`PAGE` cases changed after ``cursor``; an empty cursor asks for all there are."""
        ask = Ask("getCaseChanges", {"cursor": cursor, "limit": PAGE}, safe=True, deadline=_FEED_DEADLINE)
        page = await self._ask(_Page, ask)
        return Changes(tuple(self._record(case) for case in page.cases), page.cursor, page.more)

    async def _ask(self, shape: type[W], ask: Ask) -> W:
        output: Mapping[str, Any] = await self._ked.call(ask)
        try:
            return shape.model_validate(output)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
        raise self._ked.malformed(where)  # outside the handler: the error's text quotes the citizen's data

    def _record(self, case: _Case) -> CaseRecord:
        reference = canonical(case.case_reference)
        if reference is None or registry_of(reference) != self.name:
            raise self._ked.malformed("caseReference")
        words = self._words
        notes: list[str] = []
        return CaseRecord(
            registry=self.name,
            reference=reference,
            afm=case.afm,
            procedure=_code(words.procedures, case.procedure, notes),
            title=case.title,
            stage=_code(words.stages, case.stage, notes),
            sequence=case.sequence,
            updated_at=case.updated_at,
            expected_by=case.expected_by,
            outcome=_code(words.outcomes, case.outcome, notes) if case.outcome else None,
            note=" · ".join([*notes, case.note] if case.note else notes),
            closed=case.closed,
            documents=tuple(_document(words, document) for document in case.documents),
        )


def _code(lexicon: Lexicon, word: str, notes: list[str]) -> str:
    """Our code; a word that we do not know is kept in ``notes``, for a person to read."""
    code = lexicon.code(word)
    if code == UNKNOWN and word.strip():
        notes.append(word.strip())
    return code


def _document(words: Words, document: _Document) -> RequiredDocument:
    status = words.document_states.code(document.status)
    reason = " · ".join(part for part in (document.status if status == UNKNOWN else "", document.reason) if part)
    return RequiredDocument(document.code, document.title, status, reason, document.deadline)
