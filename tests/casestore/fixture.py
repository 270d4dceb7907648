"""A small town in the case store: citizens, where they write from, and what they said. Each step commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select

from casestore.audit import AuditTrail
from casestore.cases.repository import Cases
from casestore.conversations.transcript import Line, Transcript
from casestore.database import Database
from casestore.people.codes import Codes
from casestore.people.identity import PROVEN, Conversation, People, address_key
from casestore.people.preferences import Preferences
from casestore.queues.inbox import Arrival, Inbox
from casestore.queues.outbox import Dispatch, Outbox, Priority
from casestore.rights.copy_links import Copies
from casestore.rights.erasure import Erased, Erasure
from casestore.rights.holdings import Holdings
from casestore.tables import cases
from casestore.vault import Vault
from dialogues.channels import PREFERENCES
from tests.clock import START


class StoreFixture:
    """``say`` is a whole turn as the service commits it, without a dialogue."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.people, self.transcript, self.codes = (
            People(database, vault),
            Transcript(database, vault),
            Codes(database, vault),
        )
        self.inbox, self.outbox, self.cases = Inbox(database, vault), Outbox(database, vault), Cases(database, vault)
        self.audits, self.wishes = AuditTrail(database, vault), Preferences(database, PREFERENCES)
        self.copies, self.holdings = Copies(database, vault), Holdings(database, vault)
        self.erasure = Erasure(database, self.audits)
        self._said = 0

    async def at(self, channel: str, address: str, now: datetime = START) -> Conversation:
        return await self.people.conversation(channel, address, now)

    async def link(self, here: Conversation, afm: str, level: int = PROVEN, now: datetime = START) -> int:
        async with self.database.write() as connection:
            citizen = await self.people.citizen(connection, afm, now)
            await self.people.link(connection, here.contact_point_id, citizen, level, "code", now)
        return citizen

    async def say(self, here: Conversation, text: str, now: datetime = START) -> int:
        """The inbox row's id."""
        self._said += 1
        key = address_key(self.vault, here.channel, here.address)
        await self.inbox.add([Arrival(here.channel, f"e{self._said}", key, text, now)])
        [claimed] = await self.inbox.claim(now, f"c{self._said}", limit=1, lease=START - START.replace(hour=1))
        cause = f"in:{claimed.id}"
        async with self.database.write() as connection:
            await self.inbox.done(connection, claimed, now)
            lines = [Line(cause, "citizen", text, now), Line(f"{cause}:0", "bot", f"re: {text}", now)]
            await self.transcript.add_lines(connection, here.id, lines, here.citizen_id)
            await self.transcript.add_events(connection, here.id, claimed.id, [{"event": "user", "text": text}], now)
            await self.outbox.add(connection, [self.dispatch(f"{cause}:0", here, now)], now)
        return claimed.id

    @staticmethod
    def dispatch(key: str, here: Conversation, now: datetime) -> Dispatch:
        body = '{"text": "re", "choices": []}'
        return Dispatch(key, here.channel, here.address, body, "reply", Priority.REPLY, here.id, now)

    async def wish(self, here: Conversation, citizen: int | None, value: str, key: str) -> None:
        async with self.database.write() as connection:
            point = here.contact_point_id
            await self.wishes.add(connection, point, citizen, "quiet", value, source="message", key=key, now=START)

    async def consent(self, here: Conversation, *, allowed: bool, key: str) -> None:
        async with self.database.write() as connection:
            point = here.contact_point_id
            await self.people.consent(connection, point, allowed=allowed, source="message", key=key, now=START)

    async def code(self, here: Conversation, afm: str, now: datetime = START) -> bool:
        async with self.database.write() as connection:
            return await self.codes.issue(connection, here.id, afm, "123456", now, sent=True)

    async def open_case(self, citizen: int, reference: str, now: datetime = START, *, closed: bool = False) -> None:
        row = {"citizen_id": citizen, "registry": "permits", "reference": reference, "procedure": "building-permit"}
        row |= {"title_sealed": self.vault.seal("cases.title", "Άδεια"), "stage": "review", "sequence": 1}
        row |= {"closed": closed, "note_sealed": self.vault.seal("cases.note", ""), "updated_at": now}
        async with self.database.write() as connection:
            await connection.execute(cases.insert().values(**row))

    async def erase(self, here: Conversation, now: datetime = START, key: str = "in:0") -> Erased:
        async with self.database.write() as connection:
            point = here.contact_point_id
            return await self.erasure.erase(connection, point, now, key=key, subject_key=here.recipient_key)

    async def offer(self, here: Conversation, token: str, now: datetime = START) -> bool:
        async with self.database.write() as connection:
            return await self.copies.offer(connection, here.contact_point_id, token, now)

    async def use(self, token: str, now: datetime = START) -> int | None:
        async with self.database.write() as connection:
            return await self.copies.use(connection, token, now)

    async def count(self, table: Table, *where: Any) -> int:
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    async def rows(self, statement: Any) -> Sequence[Any]:
        async with self.database.read() as connection:
            return (await connection.execute(statement)).all()
