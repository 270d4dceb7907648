"""A registry that holds cases, behind the interoperability centre: one connector, told apart by its words alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connectors.cache import CachePolicy, ResponseCache
from connectors.ked import Ked
from connectors.records import case_record, certificate_record
from connectors.references import canonical, registry_of
from connectors.registry import (
    CaseList,
    CaseRecord,
    Certificate,
    CertificateRequest,
    Changes,
    File,
    Offer,
    Receipt,
    RegistryRefused,
    Submission,
)
from connectors.runtime import Runtime
from connectors.shapes import (
    LISTS,
    PAGE,
    S,
    WireCase,
    WireCases,
    WireCertificate,
    WireOneCase,
    WireOneCertificate,
    WireOneFile,
    WirePage,
    WireReceipt,
)
from connectors.vocabulary import RegistryVocabulary
from connectors.wire import ANSWER_BYTES, LONG_ANSWER_BYTES, ServiceCall

_FEED_DEADLINE = 15.0  # seconds; nobody waits at a phone for it
_FILE_DEADLINE = 30.0  # ten megabytes, and a registry that scans them


class CaseService:
    """Implements :class:`connectors.registry.CaseRegistry` over one service."""

    def __init__(self, vocabulary: RegistryVocabulary, ked: Ked, runtime: Runtime, keeping: CachePolicy) -> None:
        self.name = vocabulary.registry
        self.honours_ids = vocabulary.honours_ids
        self.certificates = tuple(Offer(one.code, one.details) for one in vocabulary.certificates)
        self._vocabulary = vocabulary
        self._ked = ked
        self._memory: ResponseCache[tuple[CaseRecord, ...]] = ResponseCache(runtime, keeping)

    async def cases_of(self, afm: str) -> CaseList:
        known = await self._memory.get(afm, lambda: self._cases_of(afm))
        return CaseList(known.value, known.at, known.stale)

    async def case(self, reference: str) -> CaseRecord | None:
        """``None`` without asking for what is no reference of this registry."""
        wanted = canonical(reference)
        if wanted is None or registry_of(wanted) != self.name:
            return None
        answer = await self._ask(WireOneCase, "getCase", {"caseReference": wanted}, wanted)
        return None if answer.case_record is None else self._the_case(answer.case_record, wanted)

    async def changes(self, cursor: str) -> Changes:
        """Up to :data:`PAGE` cases changed after ``cursor``; an empty cursor asks for all there are."""
        asked = {"cursor": cursor, "limit": PAGE}
        page = await self._ask(WirePage, "getCaseChanges", asked, deadline=_FEED_DEADLINE, most=LONG_ANSWER_BYTES)
        return Changes(tuple(self._record(case) for case in page.cases), page.cursor, page.more)

    async def submit(self, submission: Submission) -> Receipt:
        wanted = canonical(submission.reference)
        if wanted is None or registry_of(wanted) != self.name:
            raise RegistryRefused(self.name, "no such case")
        asked = {
            "submissionId": submission.id,
            "caseReference": wanted,
            "afm": submission.afm,
            "code": submission.code,
            "fileName": submission.name,
            "mediaType": submission.media_type,
            "content": base64.b64encode(submission.content).decode("ascii"),
        }
        self.forget(submission.afm)
        safe = self._vocabulary.honours_ids
        answer = await self._ask(WireReceipt, "submitDocument", asked, wanted, safe=safe, deadline=_FILE_DEADLINE)
        self.forget(submission.afm)  # again: who asked meanwhile may have been told the case without it
        self._must(answer.submission_id == submission.id, "submissionId")
        case = self._the_case(answer.case_record, wanted)
        self._must(case.afm == submission.afm, "afm")
        return Receipt(submission.id, answer.protocol_number, answer.received_at, case)

    async def request(self, wanted: CertificateRequest) -> Certificate:
        word = next((one.word for one in self._vocabulary.certificates if one.code == wanted.kind), None)
        if word is None:
            raise RegistryRefused(self.name, "no such certificate")
        details = [{"name": name, "value": value} for name, value in wanted.details]
        asked = {"requestId": wanted.id, "afm": wanted.afm, "certificate": word, "details": details}
        safe = self._vocabulary.honours_ids
        answer = await self._ask(WireOneCertificate, "requestCertificate", asked, wanted.afm, safe=safe)
        record = answer.certificate_record
        if record is None:
            raise self._ked.malformed("certificateRecord")
        return self._the_certificate(record, wanted.id, wanted.afm)

    async def certificate(self, request: str, afm: str) -> Certificate | None:
        asked = {"requestId": request, "afm": afm}
        record = (await self._ask(WireOneCertificate, "getCertificate", asked, afm)).certificate_record
        return None if record is None else self._the_certificate(record, request, afm)

    async def document(self, document: str, afm: str) -> File | None:
        asked = {"documentId": document, "afm": afm}
        answer = await self._ask(
            WireOneFile, "getDocument", asked, afm, deadline=_FILE_DEADLINE, most=LONG_ANSWER_BYTES
        )
        record = answer.document_record
        if record is None:
            return None
        self._must(record.document_id == document, "documentId")
        self._must(record.afm == afm, "afm")
        return File(document, record.file_name, record.media_type, record.content)

    def forget(self, afm: str) -> None:
        self._memory.forget(afm)

    async def _cases_of(self, afm: str) -> tuple[CaseRecord, ...]:
        answer = await self._ask(WireCases, "getCases", {"afm": afm}, afm)
        self._must(all(case.afm == afm for case in answer.cases), "afm")  # another's must not pass as this one's
        return tuple(self._record(case) for case in answer.cases)

    async def _ask(
        self,
        shape: type[S],
        operation: str,
        asked: Mapping[str, Any],
        subject: str = "",
        *,
        safe: bool = True,
        deadline: float | None = None,
        most: int = ANSWER_BYTES,
    ) -> S:
        output = await self._ked.call(ServiceCall(operation, asked, subject, safe, LISTS, deadline, most))
        try:
            return shape.model_validate(output)
        except ValidationError as error:
            where = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
        raise self._ked.malformed(where)  # outside the handler: the error's text quotes the citizen's data

    def _must(self, right: bool, what: str) -> None:
        if not right:
            raise self._ked.malformed(what)

    def _record(self, case: WireCase) -> CaseRecord:
        reference = canonical(case.case_reference)
        if reference is None or registry_of(reference) != self.name:
            raise self._ked.malformed("caseReference")
        return case_record(self._vocabulary, reference, case)

    def _the_case(self, case: WireCase, reference: str) -> CaseRecord:
        record = self._record(case)
        self._must(record.reference == reference, "caseReference")
        return record

    def _the_certificate(self, record: WireCertificate, request: str, afm: str) -> Certificate:
        self._must(record.request_id == request, "requestId")
        self._must(record.afm == afm, "afm")
        return certificate_record(self._vocabulary, record)
