"""What an event says of a certificate that was asked for: its records, and their shapes on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from connectors.shapes import EventFields, Named, Text, Title
from connectors.vocabulary import RegistryVocabulary


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


CertificateData = CertificateIssued | CertificateRefused


# The wire


class _Sealed(BaseModel):
    title: Title
    fields_: dict[Title, Text] = Field(alias="fields")
    id: str | None = None


class _Issued(EventFields):
    request: Named
    document: _Sealed


class _Refused(EventFields):
    request: Named
    reason: Text = ""


def _issued(_: RegistryVocabulary, data: _Issued) -> CertificateData:
    document = data.document
    return CertificateIssued(data.request, document.title, tuple(document.fields_.items()), document.id)


def _refused(_: RegistryVocabulary, data: _Refused) -> CertificateData:
    return CertificateRefused(data.request, data.reason)


SHAPES: Mapping[str, tuple[type[EventFields], Callable[..., CertificateData]]] = {
    "gr.gov.certificate.issued": (_Issued, _issued),
    "gr.gov.certificate.refused": (_Refused, _refused),
}
"""As :data:`connectors.events_cases.SHAPES`."""
