"""What registries tell us by themselves: signed CloudEvents 1.0, verified and read into records.

The signature is checked before anything is read. Duplicates, order and gaps are the receiver's: it keeps the ids and
the sequence, and :meth:`connectors.registry.CaseRegistry.case` fills a gap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from connectors.references import canonical, registry_of
from connectors.registry import RequiredDocument
from connectors.shapes import Afm, Moment, Named
from connectors.signatures import BadEvent, Signatures
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


@dataclass(frozen=True, slots=True)
class CertificateIssued:
    """``request`` is the id that we chose; ``fields`` are (name, value) in order; ``document`` is what to fetch."""

    request: str
    title: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    document: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateRefused:
    request: str
    reason: str


EventData = CaseOpened | StageChanged | DocumentsChanged | Decided | Closed | CertificateIssued | CertificateRefused


@dataclass(frozen=True, slots=True)
class RegistryEvent:
    """One thing that happened. ``id`` is unique for the registry: the same id again is the same event.

    ``subject`` is a case's canonical reference, or our id of a certificate's request. ``sequence`` counts up by one
    for each subject. ``procedure`` is ``unknown`` for a code that we do not have.
    """

    id: str
    registry: str
    type: str
    subject: str
    at: datetime
    sequence: int
    afm: str = field(repr=False)
    procedure: str
    data: EventData


class EventReader:
    """``vocabulary`` by registry: whose events are taken, and which codes are known."""

    def __init__(self, vocabulary: Mapping[str, RegistryVocabulary], signatures: Signatures) -> None:
        self._vocabulary = vocabulary
        self._signatures = signatures

    def read(self, registry: str, headers: Mapping[str, str], body: bytes) -> RegistryEvent | None:
        """``None`` for a type that we do not know: well signed, and of no interest.

        Raises :class:`connectors.signatures.BadSignature` (403) or :class:`connectors.signatures.BadEvent` (400).
        """
        self._signatures.check(headers, body)
        vocabulary = self._vocabulary.get(registry)
        event = _valid(_Envelope, _json(body))
        if vocabulary is None or event.source != f"/registries/{registry}":
            raise BadEvent("source")
        reading = _READINGS.get(event.type)
        return None if reading is None else _event(vocabulary, event, *reading)


# The wire

M = TypeVar("M", bound=BaseModel)


class _Envelope(BaseModel):
    specversion: Literal["1.0"]
    id: Named
    source: str
    type: str
    subject: str = ""
    time: Moment | None = None
    data: dict[str, Any] | None = None


class _Base(BaseModel):
    sequence: Annotated[int, Field(ge=1, strict=True)]
    afm: Afm
    procedure: str = ""


class _Opened(_Base):
    title: str
    stage: str
    expected_by: date | None = None


class _Stage(_Base):
    stage: str
    note: str = ""


class _Paper(BaseModel):
    code: Named
    title: str = ""
    reason: str = ""
    deadline: date | None = None


class _Papers(_Base):
    documents: Annotated[tuple[_Paper, ...], Field(min_length=1)]


class _Decided(_Base):
    outcome: str
    note: str = ""


class _Closed(_Base):
    outcome: str | None = None


class _Sealed(BaseModel):
    title: str
    fields_: dict[str, str] = Field(alias="fields")
    id: str | None = None


class _Issued(_Base):
    request: Named
    document: _Sealed


class _Refused(_Base):
    request: Named
    reason: str = ""


def _opened(vocabulary: RegistryVocabulary, data: _Opened) -> EventData:
    stage, note = _known(vocabulary.stages, data.stage, "")
    return CaseOpened(data.title, stage, data.expected_by, note)


def _stage(vocabulary: RegistryVocabulary, data: _Stage) -> EventData:
    return StageChanged(*_known(vocabulary.stages, data.stage, data.note))


def _papers(status: str) -> Callable[[RegistryVocabulary, _Papers], EventData]:
    def papers(_: RegistryVocabulary, data: _Papers) -> EventData:
        return DocumentsChanged(
            tuple(RequiredDocument(one.code, one.title, status, one.reason, one.deadline) for one in data.documents)
        )

    return papers


def _decided(vocabulary: RegistryVocabulary, data: _Decided) -> EventData:
    return Decided(*_known(vocabulary.outcomes, data.outcome, data.note))


def _closed(vocabulary: RegistryVocabulary, data: _Closed) -> EventData:
    return Closed(_known(vocabulary.outcomes, data.outcome, "")[0] if data.outcome else None)


def _issued(_: RegistryVocabulary, data: _Issued) -> EventData:
    document = data.document
    return CertificateIssued(data.request, document.title, tuple(document.fields_.items()), document.id)


def _refused(_: RegistryVocabulary, data: _Refused) -> EventData:
    return CertificateRefused(data.request, data.reason)


Reading = tuple[type[_Base], Callable[[RegistryVocabulary, Any], EventData]]

_READINGS: Mapping[str, Reading] = {
    "gr.gov.case.opened": (_Opened, _opened),
    "gr.gov.case.stage-changed": (_Stage, _stage),
    "gr.gov.case.document-missing": (_Papers, _papers("missing")),
    "gr.gov.case.document-accepted": (_Papers, _papers("accepted")),
    "gr.gov.case.document-rejected": (_Papers, _papers("rejected")),
    "gr.gov.case.decided": (_Decided, _decided),
    "gr.gov.case.closed": (_Closed, _closed),
    "gr.gov.certificate.issued": (_Issued, _issued),
    "gr.gov.certificate.refused": (_Refused, _refused),
}


def _event(
    vocabulary: RegistryVocabulary,
    event: _Envelope,
    shape: type[_Base],
    reading: Callable[[RegistryVocabulary, Any], EventData],
) -> RegistryEvent:
    data = _valid(shape, event.data, "data")
    if event.time is None:
        raise BadEvent("time")
    return RegistryEvent(
        id=event.id,
        registry=vocabulary.registry,
        type=event.type,
        subject=_subject(vocabulary, event),
        at=event.time,
        sequence=data.sequence,
        afm=data.afm,
        procedure=data.procedure if vocabulary.has_procedure(data.procedure) else UNKNOWN,
        data=reading(vocabulary, data),
    )


def _subject(vocabulary: RegistryVocabulary, event: _Envelope) -> str:
    if not event.type.startswith("gr.gov.case."):
        if not event.subject:
            raise BadEvent("subject")
        return event.subject
    reference = canonical(event.subject)
    if reference is None or registry_of(reference) != vocabulary.registry:
        raise BadEvent("subject")
    return reference


def _known(vocabulary: Vocabulary, code: str, note: str) -> tuple[str, str]:
    """A code of ours and the note; a code that we do not have goes into the note, for a person to read."""
    if vocabulary.has(code):
        return code, note
    return UNKNOWN, " · ".join(part for part in (code, note) if part)


def _valid(shape: type[M], value: object, within: str = "") -> M:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        steps = (within, *error.errors(include_input=False)[0]["loc"])
    raise BadEvent(_where(steps))  # outside the handler: the error's text quotes the citizen's data


def _where(steps: Iterable[int | str]) -> str:
    """The field's place, down to ``fields``: what stands below it are the sender's names, not ours."""
    above = takewhile(lambda step: step != "fields", (step for step in steps if step != ""))
    return ".".join(str(step) for step in above) or "json"


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadEvent("json") from None  # the cause holds the body
