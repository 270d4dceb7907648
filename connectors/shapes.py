"""What case services answer: the agreed fields and their types. What is not so is refused, by the field's name."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AliasGenerator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from connectors.text import clean, note, title

LISTS = frozenset({"cases", "documents", "fields"})
"""The fields that hold lists, for a dialect that does not tell."""


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


def _written(value: object) -> object:
    """A number is no time, as a number or as text."""
    if isinstance(value, str) and not _DATED.match(value):
        raise ValueError("not a date")
    if value is not None and not isinstance(value, str | date):
        raise ValueError("not a date")
    return value


def _decoded(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not base64")  # noqa: TRY004  pydantic takes ValueError for a refusal
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


_DATED = re.compile(r"\d{4}-\d\d-\d\d")
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_utc)]
Day = Annotated[date, BeforeValidator(_written)]
Content = Annotated[bytes, BeforeValidator(_decoded)]
Afm = Annotated[str, Field(pattern=r"^[0-9]{9}$")]
Text = Annotated[str, AfterValidator(note)]
"""Words that may reach a citizen."""
Title = Annotated[str, AfterValidator(title)]
Named = Annotated[str, AfterValidator(clean), Field(min_length=1)]

PAGE = 500
"""Cases in one answer: about 400 kB on the wire."""
_OF_A_CASE = 100  # documents; fields of a certificate


class Shape(BaseModel):
    model_config = ConfigDict(alias_generator=AliasGenerator(validation_alias=to_camel), frozen=True)


class WireDocument(Shape):
    code: Named
    title: Title
    status: Title
    reason: Text = ""
    deadline: Day | None = None


class WireCase(Shape):
    case_reference: str
    afm: Afm
    procedure: Title
    title: Title
    stage: Title
    sequence: int = Field(ge=1)
    updated_at: Moment
    expected_by: Day | None = None
    note: Text = ""
    outcome: Title | None = None
    closed: bool = False
    documents: Annotated[tuple[WireDocument, ...], Field(max_length=_OF_A_CASE, fail_fast=True)] = ()


Cases = Annotated[tuple[WireCase, ...], Field(max_length=PAGE, fail_fast=True)]
"""No further than to the first that is wrong, or one too many."""


class WireCases(Shape):
    cases: Cases


class WireOneCase(Shape):
    case_record: WireCase | None


class WirePage(Shape):
    cases: Cases
    cursor: str
    more: bool


class WireReceipt(Shape):
    submission_id: Named
    protocol_number: Named
    received_at: Moment
    case_record: WireCase


class WireField(Shape):
    name: Named
    value: Text


class WireCertificate(Shape):
    request_id: Named
    afm: Afm
    protocol_number: Named
    certificate: Title
    title: Title
    status: Title
    reason: Text = ""
    document_id: str | None = None
    fields: Annotated[tuple[WireField, ...], Field(max_length=_OF_A_CASE, fail_fast=True)] = ()


class WireOneCertificate(Shape):
    certificate_record: WireCertificate | None


class WireFile(Shape):
    document_id: Named
    afm: Afm
    file_name: str
    media_type: Named
    content: Content


class WireOneFile(Shape):
    document_record: WireFile | None


S = TypeVar("S", bound=Shape)


class EventFields(BaseModel):
    """What every event's ``data`` has, whatever it tells of. Events spell their fields as we do."""

    sequence: Annotated[int, Field(ge=1, strict=True)]
    afm: Afm
    procedure: Title = ""
