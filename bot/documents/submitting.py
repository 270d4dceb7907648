"""The last step: a paper goes to the registry that lacks it. Exactly once, whatever dies in between.

A submission has an id that follows from its cause and never changes. A registry that honours ids takes the same one
once, however often it is sent: so after an unknown result, or a worker that was killed before its commit, it is sent
again and answered with the receipt of the first time. Where a registry does not promise that, its case is looked at
first: what it shows as handed in is not sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.documents.checks.verdict import PDF, Checked, Refusal, Refused
from bot.documents.inspection import Inspector
from bot.documents.judging import judgement
from bot.documents.notes import DocumentNotes
from bot.documents.steps import Refuser, still_on_their_way
from bot.registries.recorder import CaseRecorder, report_of
from bot.store import Store
from bot.tasks import Later, Write, nothing_to_do
from casestore.cases.model import HANDED_IN, DocumentStatus
from casestore.documents.lifecycle import DocumentState
from casestore.documents.model import Paper, StoredDocument
from casestore.queues.tasks import ClaimedTask
from connectors.audit import CallCause, audit_cause
from connectors.registry import CaseRecord, CaseRegistry, RegistryError, RegistryRefused, Submission

TURNED_AWAY = "turned-away"
_FINAL = ("error ", "no such case")
"""How a reason begins that the registry itself gave for this paper. Others (credentials) are nobody's here."""
_LOOKED_AT = (DocumentStatus.ACCEPTED, DocumentStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Taken:
    """The registry has it. ``number``: its protocol number, where it was told."""

    case: CaseRecord
    number: str | None


class SubmitStep:
    """``registries`` by name."""

    def __init__(
        self,
        *,
        store: Store,
        registries: Mapping[str, CaseRegistry],
        recorder: CaseRecorder,
        inspector: Inspector,
        refuser: Refuser,
        notes: DocumentNotes,
    ) -> None:
        self._store = store
        self._documents = store.documents
        self._registries = registries
        self._recorder = recorder
        self._inspector = inspector
        self._refuser = refuser
        self._notes = notes

    async def prepare(self, task: ClaimedTask, document: StoredDocument) -> Write:
        files = await self._documents.of_bundle(document.bundle or "")
        if still_on_their_way(files):
            raise Later("not checked yet")
        ready = [file for file in files if file.state is DocumentState.CHECKED]
        if not ready or document.paper is None:
            return nothing_to_do
        made = await self._inspector.join([await self._checked(file) for file in ready])
        if isinstance(made, Refused):
            return self._refused(ready, made.reason)
        try:
            with audit_cause(CallCause(protocol=f"document:{document.id}")):
                taken = await self._submit(task, ready[-1], document.paper, made)
        except RegistryRefused as refused:
            if not refused.reason.startswith(_FINAL):
                raise Later(refused.reason) from None
            return self._turned_away(ready, document.paper)
        except RegistryError as error:
            raise Later(error.reason) from None
        return self._taken(ready, document.paper, taken)

    async def _checked(self, file: StoredDocument) -> Checked:
        content = await self._documents.content_of(file)
        return Checked(file.media_type or "", file.pages or 1, content, file.blurred)

    async def _submit(self, task: ClaimedTask, file: StoredDocument, paper: Paper, made: Checked) -> Taken:
        registry = self._registries.get(paper.registry)
        if registry is None:
            raise Later("not connected")
        if task.attempts > 1 and not registry.honours_ids and (before := await _handed_in(registry, paper)):
            return Taken(before, None)
        end = "pdf" if made.media_type == PDF else "jpg"
        submission = Submission(
            id=file.submission or "",
            reference=paper.reference,
            afm=await self._store.citizens.afm_of(file.citizen_id),
            code=paper.code,
            name=f"{paper.code}.{end}",  # not as the citizen's telephone names it: that may tell more than the paper
            media_type=made.media_type,
            content=made.content,
        )
        receipt = await registry.submit(submission)
        return Taken(receipt.case, receipt.number)

    def _taken(self, ready: Sequence[StoredDocument], paper: Paper, taken: Taken) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            ids = [file.id for file in ready]
            facts = {"number": taken.number, "submitted_at": now}
            if not await self._documents.move(connection, ids, DocumentState.SUBMITTED, now, **facts):
                return await nothing_to_do(connection, now)  # erased while it was on its way
            await self._recorder.record(connection, [report_of(taken.case)], now, source="submission")
            status = next((one.status for one in taken.case.documents if one.code == paper.code), "")
            if (
                judged := judgement(status)
            ) and status in _LOOKED_AT:  # sent a second time, and the clerk has looked at it in between
                await self._documents.judged(connection, paper.reference, paper.code, judged, now)
            number = {"number": taken.number or "-"}
            await self._notes.about(connection, ready[-1], paper, "utter_paper_submitted", now, **number)
            await self._store.audits.note(connection, "document.submitted", paper.code, now)
            return "submitted"

        return write

    def _refused(self, ready: Sequence[StoredDocument], reason: Refusal) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            ids = [file.id for file in ready[:-1]]
            await self._documents.move(connection, ids, DocumentState.REFUSED, now, reason=reason)
            return await self._refuser.refusal(ready[-1], reason)(connection, now)

        return write

    def _turned_away(self, ready: Sequence[StoredDocument], paper: Paper) -> Write:
        async def write(connection: AsyncConnection, now: datetime) -> str:
            ids = [file.id for file in ready]
            if await self._documents.move(connection, ids, DocumentState.REFUSED, now, reason=TURNED_AWAY):
                await self._notes.about(connection, ready[-1], paper, "utter_paper_turned_away", now)
            return TURNED_AWAY

        return write

    def give_up(self, document: StoredDocument) -> Write:
        """The registry was asked for hours. What came stays here, and a person is called."""

        async def write(connection: AsyncConnection, now: datetime) -> str:
            if document.paper is not None:
                await self._notes.about(connection, document, document.paper, "utter_paper_stuck", now)
            key = f"doc:{document.id}"
            await self._store.handovers.ask(connection, document.conversation_id, key, "gave-up", now)
            return "given-up"

        return write


async def _handed_in(registry: CaseRegistry, paper: Paper) -> CaseRecord | None:
    """The case, where it shows this paper as handed in."""
    case = await registry.case(paper.reference)
    if case is None:
        return None
    return case if any(one.code == paper.code and one.status in HANDED_IN for one in case.documents) else None
