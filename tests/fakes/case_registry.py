"""A registry of cases in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
from tests.clock import START


class FakeCaseRegistry:
    """Holds ``records`` and answers from them.

    ``failures`` are raised one a question, the first first. ``hangs``: a citizen's list never comes. ``stale``: it is
    an old one. ``pages`` are what the feed tells, if not what is held ``page_size`` at a time; a page that is an
    exception is raised once. A cursor is the number of pages read.
    """

    def __init__(self, name: str = "permits", *records: CaseRecord) -> None:
        self.name = name
        self.certificates: tuple[Offer, ...] = ()
        self.honours_ids = True
        self.held: dict[str, CaseRecord] = {}
        self.pages: list[Sequence[CaseRecord] | Exception] = []
        self.page_size = 100
        self.issued: dict[tuple[str, str], Certificate] = {}
        self.files: dict[tuple[str, str], File] = {}
        self.receipts: dict[str, Receipt] = {}
        self.failures: list[Exception] = []
        self.stale = self.hangs = False
        self.asked: list[str] = []
        self.cursors: list[str] = []
        self.forgotten: list[str] = []
        self.hold(*records)

    def hold(self, *records: CaseRecord) -> None:
        """From now on; a record of a reference takes the place of an earlier one."""
        self.held |= {record.reference: record for record in records}

    async def cases_of(self, afm: str) -> CaseList:
        self.asked.append(afm)
        if self.hangs:
            await asyncio.Event().wait()
        self._fail()
        return CaseList(tuple(case for case in self.held.values() if case.afm == afm), START, self.stale)

    async def case(self, reference: str) -> CaseRecord | None:
        self.asked.append(reference)
        self._fail()
        return self.held.get(reference)

    async def changes(self, cursor: str) -> Changes:
        self.cursors.append(cursor)
        self._fail()
        pages, read = self.pages or self._pages_of_held(), int(cursor or 0)
        if read >= len(pages):
            return Changes((), cursor, more=False)
        page = pages[read]
        if isinstance(page, Exception):
            del pages[read]
            raise page
        return Changes(tuple(page), str(read + 1), more=read + 1 < len(pages))

    async def submit(self, submission: Submission) -> Receipt:
        self._fail()
        case = self.held.get(submission.reference)
        if case is None or case.afm != submission.afm:
            raise RegistryRefused(self.name, "error NOT_FOUND")
        receipt = Receipt(submission.id, f"{len(self.receipts) + 1}/22-11-2026", START, case)
        return self.receipts.setdefault(submission.id, receipt)

    async def request(self, wanted: CertificateRequest) -> Certificate:
        self._fail()
        if wanted.kind not in {offer.code for offer in self.certificates}:
            raise RegistryRefused(self.name, "no such certificate")
        pending = Certificate(wanted.id, f"{len(self.issued) + 1}", wanted.kind, wanted.kind, "pending")
        return self.issued.setdefault((wanted.id, wanted.afm), pending)

    async def certificate(self, request: str, afm: str) -> Certificate | None:
        self._fail()
        return self.issued.get((request, afm))

    async def document(self, document: str, afm: str) -> File | None:
        self._fail()
        return self.files.get((document, afm))

    def forget(self, afm: str) -> None:
        self.forgotten.append(afm)

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def _pages_of_held(self) -> list[Sequence[CaseRecord] | Exception]:
        listed = [record for _, record in sorted(self.held.items())]
        return [listed[start : start + self.page_size] for start in range(0, len(listed), self.page_size)]
