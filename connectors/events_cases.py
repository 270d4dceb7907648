"""What an event says of a case: its records, their shapes on the wire, and how one becomes the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from connectors.registry import RequiredDocument
from connectors.shapes import Day, EventFields, Named, Text, Title
from connectors.text import joined
from connectors.vocabulary import UNKNOWN, RegistryVocabulary, Vocabulary


@dataclass(frozen=True, slots=True)
class CaseOpened:
    title: str
    stage: str
    expected_by: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class StageChanged:
    """``stage`` is ``unknown`` for a code that we do not have; the code then stands in ``note``."""

    stage: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DocumentsChanged:
    """All of ``documents`` are now what their ``status`` says: ``missing``, ``accepted`` or ``rejected``.

    A title is empty where the event gives none.
    """

    documents: tuple[RequiredDocument, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    outcome: str | None


CaseData = CaseOpened | StageChanged | DocumentsChanged | Decided | Closed


# The wire


class _Opened(EventFields):
    title: Title
    stage: Title
    expected_by: Day | None = None


class _Stage(EventFields):
    stage: Title
    note: Text = ""


class _Paper(BaseModel):
    code: Named
    title: Title = ""
    reason: Text = ""
    deadline: Day | None = None


class _Papers(EventFields):
    documents: Annotated[tuple[_Paper, ...], Field(min_length=1)]


class _Decided(EventFields):
    outcome: Title
    note: Text = ""


class _Closed(EventFields):
    outcome: Title | None = None


def _opened(vocabulary: RegistryVocabulary, data: _Opened) -> CaseData:
    stage, note = _known(vocabulary.stages, data.stage, "")
    return CaseOpened(data.title, stage, data.expected_by, note)


def _stage(vocabulary: RegistryVocabulary, data: _Stage) -> CaseData:
    return StageChanged(*_known(vocabulary.stages, data.stage, data.note))


def _papers(status: str) -> Callable[[RegistryVocabulary, _Papers], CaseData]:
    def papers(_: RegistryVocabulary, data: _Papers) -> CaseData:
        return DocumentsChanged(
            tuple(RequiredDocument(one.code, one.title, status, one.reason, one.deadline) for one in data.documents)
        )

    return papers


def _decided(vocabulary: RegistryVocabulary, data: _Decided) -> CaseData:
    return Decided(*_known(vocabulary.outcomes, data.outcome, data.note))


def _closed(vocabulary: RegistryVocabulary, data: _Closed) -> CaseData:
    return Closed(_known(vocabulary.outcomes, data.outcome, "")[0] if data.outcome else None)


def _known(vocabulary: Vocabulary, code: str, note: str) -> tuple[str, str]:
    """A code of ours and the note; a code that we do not have goes into the note, for a person to read."""
    if vocabulary.has(code):
        return code, note
    return UNKNOWN, joined((code, note))


SHAPES: Mapping[str, tuple[type[EventFields], Callable[..., CaseData]]] = {
    "gr.gov.case.opened": (_Opened, _opened),
    "gr.gov.case.stage-changed": (_Stage, _stage),
    "gr.gov.case.document-missing": (_Papers, _papers("missing")),
    "gr.gov.case.document-accepted": (_Papers, _papers("accepted")),
    "gr.gov.case.document-rejected": (_Papers, _papers("rejected")),
    "gr.gov.case.decided": (_Decided, _decided),
    "gr.gov.case.closed": (_Closed, _closed),
}
"""By type of event: the fields on the wire, and what makes the record of them with the registry's vocabulary."""
