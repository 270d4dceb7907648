"""What a turn may read, from the case store and the contact registry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from casestore.cases import Case, Cases
from casestore.codes import Codes, OpenCode
from connectors.registry import ContactRegistry, RegistryError
from dialogues.reads import CaseView, CodeCheck, CodeVerdict, Unavailable

Clock = Callable[[], datetime]


class StoreReads:
    """Implements :class:`dialogues.reads.Reads`. ``contacts`` is ``None`` where no registry is set up."""

    def __init__(self, cases: Cases, codes: Codes, contacts: ContactRegistry | None, clock: Clock) -> None:
        self._cases = cases
        self._codes = codes
        self._contacts = contacts
        self._clock = clock

    async def cases(self, citizen_id: int) -> tuple[CaseView, ...]:
        return tuple(view(case) for case in await self._cases.of_citizen(citizen_id, self._clock()))

    async def mobile_of(self, afm: str) -> str | None:
        if self._contacts is None:
            raise Unavailable("no contact registry is set up")
        try:
            return await self._contacts.mobile_of(afm)
        except RegistryError as error:
            raise Unavailable(error.reason) from error

    async def check_code(self, conversation_id: int, code: str, now: datetime) -> CodeCheck:
        found = await self._codes.check(conversation_id, code, now)
        if found is None:
            return CodeCheck(CodeVerdict.NONE)
        left = max(0, found.attempts_left - (0 if found.right else 1))
        return CodeCheck(_verdict(found), found.id, left, found.citizen_id)


def _verdict(code: OpenCode) -> CodeVerdict:
    if code.right:
        return CodeVerdict.RIGHT
    if code.expired:
        return CodeVerdict.EXPIRED
    return CodeVerdict.WRONG if code.attempts_left > 1 else CodeVerdict.SPENT


def view(case: Case) -> CaseView:
    """A case as the dialogue sees it."""
    return CaseView(
        reference=case.reference,
        registry=case.registry,
        procedure=case.procedure,
        title=case.title,
        stage=case.stage,
        updated_at=case.updated_at,
        expected_by=case.expected_by,
        outcome=case.outcome,
        closed=case.closed,
        note=case.note,
        received=tuple(d.title for d in case.documents if d.status in ("submitted", "accepted")),
        missing=tuple((d.code, d.title, d.deadline) for d in case.documents if d.status in ("missing", "rejected")),
    )
