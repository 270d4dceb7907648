"""What a turn may read, from the case store and the registries."""

from __future__ import annotations

from datetime import datetime

from bot.registries.overview import OneView
from casestore.people.codes import Codes, OpenCode
from connectors.registry import ContactRegistry, RegistryError
from dialogues.ports import CertificateReads, CodeCheck, CodeVerdict, DocumentReads, Overview, PrivacyReads, Unavailable


class StoreReads:
    """Implements :class:`dialogues.ports.Reads`. ``contacts`` is ``None`` where no registry is set up."""

    def __init__(
        self,
        view: OneView,
        codes: Codes,
        contacts: ContactRegistry | None,
        privacy: PrivacyReads,
        documents: DocumentReads,
        certificates: CertificateReads,
    ) -> None:
        self._view = view
        self._codes = codes
        self._contacts = contacts
        self.privacy = privacy
        self.documents = documents
        self.certificates = certificates

    async def overview(self, citizen_id: int) -> Overview:
        return await self._view.of(citizen_id)

    async def mobile_of(self, afm: str) -> str | None:
        if self._contacts is None:
            raise Unavailable("no contact registry is set up")
        self._contacts.forget(afm)  # a code goes where the registry says now; and no answer is quicker than another
        try:
            return await self._contacts.mobile_of(afm)
        except RegistryError as error:
            raise Unavailable(error.reason) from error

    async def may_ask_for_code(self, conversation_id: int, afm: str, now: datetime) -> bool:
        return await self._codes.may_ask(conversation_id, afm, now)

    async def check_code(self, conversation_id: int, code: str, now: datetime) -> CodeCheck:
        found = await self._codes.check(conversation_id, code, now)
        if found is None:
            return CodeCheck(CodeVerdict.NONE)
        left = max(0, found.attempts_left - (0 if found.right or found.incomplete else 1))
        return CodeCheck(_verdict(found), found.id, left, found.citizen_id)


def _verdict(code: OpenCode) -> CodeVerdict:
    if code.right:
        return CodeVerdict.RIGHT
    if code.expired:
        return CodeVerdict.EXPIRED
    if code.incomplete:
        return CodeVerdict.INCOMPLETE
    return CodeVerdict.WRONG if code.attempts_left > 1 else CodeVerdict.SPENT
