"""What is done about a request: its registry is asked, and what it says is carried out. Exactly once, whatever dies in
between.

A request has an id that follows from its cause and never changes: a registry that honours ids answers the same one
alike however often it is asked. Where one does not promise that, it is looked up before it is asked again. The paper is
kept, the record of it written and the message put into the outbox in one commit; a paper that was made and not kept is
nobody's: its code was never told and is not on record.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.certificates.model import Issued, Issuer, Sheet, Unprintable
from bot.certificates.notes import CertificateNotes, Delivered
from bot.certificates.sheets import sheet_of
from bot.runtime import Clock
from bot.store import Store
from bot.tasks import Later, Write, nothing_to_do
from casestore.certificates.lifecycle import OPEN, RequestState, Step
from casestore.certificates.model import SealedPaper, StoredRequest
from casestore.certificates.records import IssuedCertificates
from casestore.queues.tasks import ClaimedTask
from connectors.audit import CallCause, audit_cause
from connectors.registry import CaseRegistry, Certificate, CertificateRequest, RegistryError, RegistryRefused
from dialogues.catalogue import Catalogue
from dialogues.say import LocalizedText

FIRST_LOOK = timedelta(minutes=10)
TOLD_AT = 3  # attempts: a moment's silence of a registry is nobody's news
GAVE_UP, UNPRINTABLE, TURNED_AWAY = "gave-up", "unprintable", "turned-away"
_FINAL = ("error ", "no such certificate")
"""How a reason begins that the registry itself gave for this request. Others (credentials) are nobody's here."""

Record = Callable[[IssuedCertificates, AsyncConnection, Sheet, Issued], Awaitable[None]]
"""Writes down that a paper was issued, in the commit that keeps it: by it a paper is verified."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StepContext:
    """What every step works with. ``registries`` by name."""

    store: Store
    registries: Mapping[str, CaseRegistry]
    catalogue: Catalogue
    issuer: Issuer
    record: Record
    notes: CertificateNotes
    clock: Clock


class AskStep:
    """``step``: asked for the first time, or looked after since."""

    def __init__(self, context: StepContext, step: Step) -> None:
        self._context = context
        self._step = step
        self._requests = context.store.certificate_requests

    async def prepare(self, task: ClaimedTask, request: StoredRequest) -> Write:
        if request.state not in OPEN:
            return nothing_to_do
        try:
            with audit_cause(CallCause(protocol=f"certificate:{request.id}")):
                answer = await self._answer(task, request)
            if answer.kind != request.kind:
                raise Later("another certificate", self._delayed(task, request))
        except RegistryRefused as refused:
            if not refused.reason.startswith(_FINAL):
                raise Later(refused.reason, self._delayed(task, request)) from None
            return self._failed(request, TURNED_AWAY, "utter_certificate_failed")
        except RegistryError as error:
            raise Later(error.reason, self._delayed(task, request)) from None
        return await self._carried_out(request, answer)

    async def _answer(self, task: ClaimedTask, request: StoredRequest) -> Certificate:
        registry = self._context.registries.get(request.registry)
        if registry is None:
            raise Later("not connected")
        afm = await self._context.store.citizens.afm_of(request.citizen_id)
        asked_before = self._step is not Step.ASK or (task.attempts > 1 and not registry.honours_ids)
        if asked_before and (found := await registry.certificate(request.request, afm)) is not None:
            return found
        if self._step is not Step.ASK:
            raise Later("no such request")
        details = tuple({**request.details, **request.secrets}.items())
        return await registry.request(CertificateRequest(request.request, afm, request.kind, details))

    async def _carried_out(self, request: StoredRequest, answer: Certificate) -> Write:
        if answer.status == "issued":
            return await self._issued(request, answer)
        if answer.status == "refused":
            return self._refused(request, answer.reason)
        if self._step is Step.ASK:
            return self._waits(request, answer.number)
        raise Later("pending")

    async def _issued(self, request: StoredRequest, answer: Certificate) -> Write:
        kind = self._context.catalogue.issued[request.kind]
        sheet = sheet_of(answer, kind, self._context.catalogue, self._context.clock())
        try:
            issued = await self._context.issuer.issue(sheet)
        except Unprintable as problem:  # the field's name is the registry's own, not the citizen's
            field = problem.field
            log.error("certificate.unprintable", request_id=request.id, kind=request.kind, field=field)  # noqa: TRY400
            return self._failed(request, UNPRINTABLE, "utter_certificate_unprintable")
        paper = SealedPaper(
            sealed=await self._requests.sealed(request.key, issued.pdf),
            size=len(issued.pdf),
            code=issued.code,
            number=answer.number,
            issued_at=sheet.issued_at,
            valid_until=sheet.valid_until,
            kept_until=sheet.issued_at + timedelta(days=kind.kept_days),
        )

        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._requests.issued(connection, request, paper, now):
                return await nothing_to_do(connection, now)  # cancelled or erased meanwhile
            await self._context.record(self._context.store.issued, connection, sheet, issued)
            await self._context.notes.deliver(
                connection,
                request,
                Delivered(paper.code, paper.size),
                now,
                key=f"cert:{request.id}:ready",
                conversation_id=request.conversation_id,
                limited=False,  # it was never sent: only sending it again has a limit
            )
            await self._context.store.audits.note(connection, "certificate.issued", request.kind, now)
            return RequestState.ISSUED

        return write

    def _refused(self, request: StoredRequest, words: str) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._requests.refused(connection, request, words, now):
                return await nothing_to_do(connection, now)
            office = self._office(request)
            if words.strip():
                name, reason = "utter_certificate_refused", words.strip()
                await self._context.notes.say(connection, request, name, now, reason=reason, office=office)
            else:
                await self._context.notes.say(
                    connection, request, "utter_certificate_refused_plain", now, office=office
                )
            await self._context.store.audits.note(connection, "certificate.refused", request.kind, now)
            return RequestState.REFUSED

        return write

    def _waits(self, request: StoredRequest, number: str) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            waits = await self._requests.waits(connection, request, number, now, now + FIRST_LOOK)
            return RequestState.WAITING if waits else await nothing_to_do(connection, now)

        return write

    def _failed(self, request: StoredRequest, reason: str, name: str) -> Write:
        """Said honestly, and a person is called: nothing of it can be mended by trying again."""

        async def write(connection: AsyncConnection, now: datetime) -> str:
            if not await self._requests.fail(connection, request.id, reason, now):
                return await nothing_to_do(connection, now)
            await self._context.notes.say(connection, request, name, now)
            key = f"cert:{request.id}"
            await self._context.store.handovers.ask(connection, request.conversation_id, key, GAVE_UP, now)
            return reason

        return write

    def _delayed(self, task: ClaimedTask, request: StoredRequest) -> Write | None:
        """That its registry does not answer is told, once, when it has been silent for more than a moment."""
        if task.attempts < TOLD_AT or self._step is not Step.ASK:
            return None

        async def write(connection: AsyncConnection, now: datetime) -> str:
            office = self._office(request)
            await self._context.notes.say(connection, request, "utter_certificate_delayed", now, office=office)
            return "delayed"

        return write

    def _office(self, request: StoredRequest) -> LocalizedText:
        service = self._context.catalogue.services[request.kind]
        return self._context.catalogue.offices[service.agency].title

    def give_up(self, request: StoredRequest) -> Write:
        return self._failed(request, GAVE_UP, "utter_certificate_failed")
