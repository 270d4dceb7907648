"""What registries tell us by themselves: signed CloudEvents 1.0, verified and read into records.

The signature is checked before anything is read. Duplicates, order and gaps are the receiver's: it keeps the ids and
the sequence, and :meth:`connectors.registry.CaseRegistry.case` fills a gap.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from connectors import events_cases, events_certificates
from connectors.events_cases import CaseData
from connectors.events_certificates import CertificateData
from connectors.references import canonical, registry_of
from connectors.shapes import EventFields, Moment, Named
from connectors.signatures import BadEvent, Signatures
from connectors.vocabulary import UNKNOWN, RegistryVocabulary

EventData = CaseData | CertificateData
CASE_EVENTS = frozenset(events_cases.SHAPES)
"""The types that tell of a case. What is new under ``gr.gov.case.`` is not among them until its shape is known here."""

_SHAPES: Mapping[str, tuple[type[EventFields], Callable[..., EventData]]] = {
    **events_cases.SHAPES,
    **events_certificates.SHAPES,
}


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


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """An event of a type that we do not know. ``text`` is all of it, for :func:`read_text` when we do.

    ``subject`` is its id where it names none. It has no ``sequence`` that we know the meaning of: 0.
    """

    id: str
    registry: str
    type: str
    subject: str
    text: str = field(repr=False)
    sequence: int = 0
    came_at: datetime | None = None


class EventReader:
    """``vocabularies`` by registry: whose events are taken, and which codes are known."""

    def __init__(
        self,
        vocabularies: Mapping[str, RegistryVocabulary],
        signatures: Mapping[str, Signatures],
        anybody: Signatures,
        now: Callable[[], datetime],
    ) -> None:
        """``signatures`` by registry: nobody signs for another. ``anybody`` signs for a registry that there is not."""
        self._vocabularies = vocabularies
        self._signatures = signatures
        self._anybody = anybody
        self._now = now

    def read(self, registry: str, headers: Mapping[str, str], body: bytes) -> RegistryEvent | UnreadEvent:
        """What a registry sent.

        Raises :class:`connectors.signatures.BadSignature` (403) or :class:`connectors.signatures.BadEvent` (400).
        """
        self._signatures.get(registry, self._anybody).check(headers, body)
        return read_text(self._vocabularies, registry, _text(body), self._now())


def read_text(
    vocabularies: Mapping[str, RegistryVocabulary], registry: str, text: str, came_at: datetime
) -> RegistryEvent | UnreadEvent:
    """What a registry's event says, its signature apart; one without a time happened when it came. Raises
    :class:`connectors.signatures.BadEvent`."""
    vocabulary, event = vocabularies.get(registry), _valid(_Envelope, _json(text))
    if vocabulary is None or event.source != f"/registries/{registry}":
        raise BadEvent("source")
    if event.type not in _SHAPES:
        return UnreadEvent(event.id, registry, event.type, event.subject or event.id, text, came_at=came_at)
    return _event(vocabulary, event, came_at, *_SHAPES[event.type])


# The wire

M = TypeVar("M", bound=BaseModel)


class _Envelope(BaseModel):
    specversion: Literal["1.0"]
    id: Named
    source: str
    type: Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
    subject: str = ""
    time: Moment | None = None
    data: dict[str, Any] | None = None


def _event(
    vocabulary: RegistryVocabulary,
    event: _Envelope,
    came_at: datetime,
    shape: type[EventFields],
    record: Callable[..., EventData],
) -> RegistryEvent:
    fields = _valid(shape, event.data, "data")
    return RegistryEvent(
        id=event.id,
        registry=vocabulary.registry,
        type=event.type,
        subject=_subject(vocabulary, event),
        at=event.time or came_at,
        sequence=fields.sequence,
        afm=fields.afm,
        procedure=fields.procedure if vocabulary.has_procedure(fields.procedure) else UNKNOWN,
        data=record(vocabulary, fields),
    )


def _subject(vocabulary: RegistryVocabulary, event: _Envelope) -> str:
    if event.type not in CASE_EVENTS:
        if not event.subject:
            raise BadEvent("subject")
        return event.subject
    reference = canonical(event.subject)
    if reference is None or registry_of(reference) != vocabulary.registry:
        raise BadEvent("subject")
    return reference


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


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadEvent("json") from None  # the cause holds the body


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadEvent("json") from None  # the cause holds the body
