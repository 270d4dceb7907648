"""From a registry's words to our records. A word that the tables do not have is kept for a person to read."""

from __future__ import annotations

from connectors.registry import CaseRecord, Certificate, RequiredDocument
from connectors.shapes import WireCase, WireCertificate, WireDocument
from connectors.text import joined
from connectors.vocabulary import UNKNOWN, RegistryVocabulary, Vocabulary


def case_record(vocabulary: RegistryVocabulary, reference: str, case: WireCase) -> CaseRecord:
    """``reference`` is the case's, in canonical form."""
    notes: list[str] = []
    return CaseRecord(
        registry=vocabulary.registry,
        reference=reference,
        afm=case.afm,
        procedure=_code(vocabulary.procedures, case.procedure, notes),
        title=case.title,
        stage=_code(vocabulary.stages, case.stage, notes),
        sequence=case.sequence,
        updated_at=case.updated_at,
        expected_by=case.expected_by,
        outcome=_code(vocabulary.outcomes, case.outcome, notes) if case.outcome else None,
        note=joined([*notes, case.note]),
        closed=case.closed,
        documents=tuple(_document(vocabulary, document) for document in case.documents),
    )


def certificate_record(vocabulary: RegistryVocabulary, record: WireCertificate) -> Certificate:
    status = vocabulary.certificate_states.code(record.status)
    return Certificate(
        request=record.request_id,
        number=record.protocol_number,
        kind=vocabulary.certificate_code(record.certificate),
        title=record.title,
        status=status,
        reason=_reason(status, record.status, record.reason),
        document=record.document_id or None,
        fields=tuple((field.name, field.value) for field in record.fields),
    )


def _code(vocabulary: Vocabulary, word: str, notes: list[str]) -> str:
    code = vocabulary.code(word)
    if code == UNKNOWN and word.strip():
        notes.append(word.strip())
    return code


def _document(vocabulary: RegistryVocabulary, document: WireDocument) -> RequiredDocument:
    status = vocabulary.document_states.code(document.status)
    reason = _reason(status, document.status, document.reason)
    return RequiredDocument(document.code, document.title, status, reason, document.deadline)


def _reason(status: str, word: str, reason: str) -> str:
    return joined((word.strip() if status == UNKNOWN else "", reason))
