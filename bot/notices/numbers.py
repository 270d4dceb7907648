"""Is the number still the citizen's? Asked of the contact registry before a notice goes, with no transaction open."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.runtime import Clock
from bot.store import Store
from casestore.notices.model import Send
from connectors.audit import CallCause, audit_cause
from connectors.registry import ContactRegistry, RegistryError

TRUSTED = timedelta(hours=12)  # how long the registry's last word stands while it cannot be asked

log = structlog.get_logger(__name__)


class NumberCheck:
    """``contacts`` is ``None`` where no registry is set up: then what is on record counts."""

    def __init__(self, *, contacts: ContactRegistry | None, store: Store, clock: Clock) -> None:
        self._contacts = contacts
        self._store = store
        self._clock = clock

    async def confirm(self, send: Send) -> bool:
        """What rests on the mobile of this send's citizen is put right. ``False``: nobody can tell now, and what was
        told last is too long ago."""
        link = await self._store.notice_sends.link_of(send)
        if link is None or link.rests_on is None:
            return True
        if await self.ask(link.citizen_id, f"notice:{send.notice_id}"):
            return True
        return link.agreed_at is not None and self._clock() - link.agreed_at <= TRUSTED

    async def ask(self, citizen_id: int, cause: str) -> bool:
        """Keep which mobile the contact registry holds for this citizen. ``False``: it cannot tell now."""
        if self._contacts is None:
            return True
        afm = await self._store.citizens.afm_of(citizen_id)
        self._contacts.forget(afm)  # a number that has changed hands since it was asked last must not be told
        try:
            with audit_cause(CallCause(protocol=cause)):
                mobile = await self._contacts.mobile_of(afm)
        except RegistryError as error:
            log.warning("notice.number-unknown", reason=error.reason)
            return False
        async with self._store.database.write() as connection:
            await self._store.links.set_mobile(connection, citizen_id, mobile, self._clock())
        return True
