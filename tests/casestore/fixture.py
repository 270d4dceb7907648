"""A small town in the case store: citizens, where they write from, and what they said. Each step commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels.facts import PREFERENCES
from bot.store import Store
from casestore.cases.model import Case, CaseReport, ChangeResult
from casestore.cases.repository import Cases
from casestore.conversations.repository import Conversation
from casestore.conversations.transcript import Author, Line
from casestore.database import Database
from casestore.people.identity import PROVEN
from casestore.people.preferences import Preferences
from casestore.queues.inbox import Inbox
from casestore.queues.outbox import Dispatch, Kind, Priority
from casestore.rights.copy_links import Copies
from casestore.rights.erasure import Erased, Erasure
from casestore.rights.holdings import Holdings
from casestore.tables import cases
from casestore.vault import Vault, address_key
from tests.clock import START


def message(
    inbox: Inbox, external_id: str, conversation_key: str, now: datetime, text: str = "{}", channel: str = "viber"
) -> dict[str, object]:
    """A message as a row of the inbox."""
    return inbox.row(
        channel=channel, external_id=external_id, conversation_key=conversation_key, payload=text, received_at=now
    )


async def put_case(cases: Cases, connection: AsyncConnection, citizen_id: int, case: Case, now: datetime) -> bool:
    """Put a case on record; ``False`` when that changed nothing."""
    [change] = await cases.record(connection, [CaseReport("", case)], {"": citizen_id}, now)
    return change.result is ChangeResult.NEW


class StoreFixture:
    """``say`` is a whole turn as the service commits it, without a dialogue."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.store = Store.over(database, vault)
        self.inbox, self.outbox, self.cases = self.store.inbox, self.store.outbox, self.store.cases
        self.wishes, self.copies = Preferences(database, PREFERENCES), Copies(database, vault)
        self.holdings, self.erasure = Holdings(database, vault), Erasure(database, self.store.audits)
        self._said = 0

    async def at(self, channel: str, address: str, now: datetime = START) -> Conversation:
        return await self.store.conversations.at(channel, address, now)

    async def link(self, conversation: Conversation, afm: str, level: int = PROVEN, now: datetime = START) -> int:
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, afm, now)
            await self.store.links.link(connection, conversation.contact_point_id, citizen, level, "code", now)
        return citizen

    async def say(self, conversation: Conversation, text: str, now: datetime = START) -> int:
        """The inbox row's id."""
        self._said += 1
        key = address_key(self.vault, conversation.channel, conversation.address)
        await self.inbox.add([message(self.inbox, f"e{self._said}", key, now, text, channel=conversation.channel)])
        [claimed] = await self.inbox.claim(
            conversation.channel, now, f"c{self._said}", limit=1, lease=START - START.replace(hour=1)
        )
        cause = f"in:{claimed.id}"
        async with self.database.write() as connection:
            await self.inbox.done(connection, claimed, now)
            lines = [Line(cause, Author.CITIZEN, text, now), Line(f"{cause}:0", Author.BOT, f"re: {text}", now)]
            await self.store.transcript.add_lines(connection, conversation.id, lines, conversation.citizen_id)
            await self.store.history.add(
                connection, conversation.id, claimed.id, [{"event": "user", "text": text}], now
            )
            await self.outbox.add(connection, [self.dispatch(f"{cause}:0", conversation, now)], now)
        return claimed.id

    @staticmethod
    def dispatch(key: str, conversation: Conversation, now: datetime) -> Dispatch:
        body = '{"text": "re", "choices": []}'
        return Dispatch(
            key, conversation.channel, conversation.address, body, Kind.REPLY, Priority.REPLY, conversation.id, now
        )

    async def wish(self, conversation: Conversation, citizen: int | None, value: str, key: str) -> None:
        async with self.database.write() as connection:
            point = conversation.contact_point_id
            await self.wishes.add(connection, point, citizen, "quiet", value, source="message", key=key, now=START)

    async def consent(self, conversation: Conversation, *, allowed: bool, key: str) -> None:
        async with self.database.write() as connection:
            point = conversation.contact_point_id
            await self.store.consents.add(connection, point, allowed=allowed, source="message", key=key, now=START)

    async def code(self, conversation: Conversation, afm: str, now: datetime = START) -> bool:
        async with self.database.write() as connection:
            return await self.store.codes.issue(connection, conversation.id, afm, "123456", now, sent=True)

    async def open_case(self, citizen: int, reference: str, now: datetime = START, *, closed: bool = False) -> None:
        row = {"citizen_id": citizen, "registry": "permits", "reference": reference, "procedure": "building-permit"}
        row |= {"title_sealed": self.vault.seal("cases.title", "Άδεια"), "stage": "review", "sequence": 1}
        row |= {"closed": closed, "note_sealed": self.vault.seal("cases.note", ""), "updated_at": now}
        async with self.database.write() as connection:
            await connection.execute(cases.insert().values(**row))

    async def erase(self, conversation: Conversation, now: datetime = START, key: str = "in:0") -> Erased:
        async with self.database.write() as connection:
            point = conversation.contact_point_id
            return await self.erasure.erase(connection, point, now, key=key, subject_key=conversation.recipient_key)

    async def offer(self, conversation: Conversation, token: str, now: datetime = START) -> bool:
        async with self.database.write() as connection:
            return await self.copies.offer(connection, conversation.contact_point_id, token, now)

    async def use(self, token: str, now: datetime = START) -> int | None:
        async with self.database.write() as connection:
            return await self.copies.use(connection, token, now)

    async def count(self, table: Table, *where: Any) -> int:
        async with self.database.read() as connection:
            return await connection.scalar(select(func.count()).select_from(table).where(*where)) or 0

    async def rows(self, statement: Any) -> Sequence[Any]:
        async with self.database.read() as connection:
            return (await connection.execute(statement)).all()
