"""One-time links to the State's login. Each belongs to the conversation that asked, works once, and expires.

    issued -> started (a browser, a state, a verifier) -> taken (it came back) -> the code that its browser was shown

Opening a link changes nothing: previews and pre-fetching open links too. Only keyed hashes of the token, the state and
the browser's secret are kept; the verifier, which must be sent, is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from casestore.database import Database
from casestore.tables import contact_points, conversations, login_links
from casestore.vault import Vault

LIFETIME = timedelta(minutes=15)
PER_CONVERSATION = ((5, timedelta(hours=1)), (10, timedelta(days=1)))
STARTS = 5  # logins begun from one link: who cancels may try again


class Refused(StrEnum):
    """Why a link or a way back from the login does not count. Says nothing about anybody."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    BROWSER = "browser"  # another one than that which began


@dataclass(frozen=True, slots=True)
class Link:
    """A link that counts, and the chat that asked for it."""

    id: int
    conversation_id: int
    channel: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """A login that came back. ``code_id``: this browser has been shown its code before."""

    link: Link
    verifier: str
    code_id: int | None


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a conversation is held."""

    contact_point_id: int
    channel: str
    address: str
    recipient_key: str
    language: str


class LoginLinks:
    """Reads and writes links over one database."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def issue(self, connection: AsyncConnection, conversation_id: int, token: str, now: datetime) -> bool:
        """Keep a link for this conversation; ``False`` when a limit is reached and nothing was kept.

        An older one of the same conversation ends: there is one way in at a time.
        """
        of_conversation = login_links.c.conversation_id == conversation_id
        for most, window in PER_CONVERSATION:
            count = (
                select(func.count())
                .select_from(login_links)
                .where(of_conversation, login_links.c.created_at > now - window)
            )
            if (await connection.execute(count)).scalar_one() >= most:
                return False
        await self.void(connection, conversation_id, now)
        row = {"conversation_id": conversation_id, "token_key": self._vault.index("login-token", token)}
        row |= {"created_at": now, "expires_at": now + LIFETIME}
        await connection.execute(login_links.insert().values(**row))
        return True

    async def void(self, connection: AsyncConnection, conversation_id: int, now: datetime) -> None:
        """No link of this conversation counts any more."""
        of_conversation = (login_links.c.conversation_id == conversation_id, login_links.c.expires_at > now)
        await connection.execute(update(login_links).where(*of_conversation).values(expires_at=now))

    async def find(self, token: str, now: datetime) -> Link | Refused:
        """What this token opens. Reads only."""
        row = await self._row(login_links.c.token_key == self._vault.index("login-token", token))
        if row is None:
            return Refused.UNKNOWN
        if row.taken_at is not None or row.starts >= STARTS:
            return Refused.USED
        return _link(row) if row.expires_at > now else Refused.EXPIRED

    async def language(self, token: str) -> str | None:
        """Of the chat that asked for this link, whether it still counts or not."""
        row = await self._row(login_links.c.token_key == self._vault.index("login-token", token))
        return None if row is None else str(row.language)

    async def start(self, token: str, state: str, verifier: str, browser: str, now: datetime) -> Link | Refused:
        """A login begins in this browser. A login begun before from the same link counts no more."""
        found = await self.find(token, now)
        if isinstance(found, Refused):
            return found
        free = and_(
            login_links.c.id == found.id,
            login_links.c.taken_at.is_(None),
            login_links.c.starts < STARTS,
            login_links.c.expires_at > now,
        )
        values = {
            "starts": login_links.c.starts + 1,
            "state_key": self._vault.index("login-state", state),
            "browser_key": self._vault.index("login-browser", browser),
            "verifier_sealed": self._vault.seal("login_links.verifier", verifier),
        }
        async with self._database.write() as connection:
            changed = await connection.execute(update(login_links).where(free).values(**values))
        return found if changed.rowcount else Refused.USED

    async def take(self, state: str, browser: str, now: datetime) -> Taken | Refused:
        """A browser came back with this state: from now on no other does. Once it was shown its code, the same browser
        is told which one as long as the link's row stands."""
        row = await self._row(login_links.c.state_key == self._vault.index("login-state", state))
        if row is None:
            return Refused.UNKNOWN
        if not self._vault.same_index("login-browser", browser, row.browser_key):
            return Refused.BROWSER
        verifier = self._vault.open("login_links.verifier", row.verifier_sealed)
        if row.code_id is not None:
            return Taken(_link(row), verifier, row.code_id)
        if row.expires_at <= now:
            return Refused.EXPIRED
        free = and_(login_links.c.id == row.id, login_links.c.taken_at.is_(None))
        async with self._database.write() as connection:
            changed = await connection.execute(update(login_links).where(free).values(taken_at=now))
        return Taken(_link(row), verifier, None) if changed.rowcount else Refused.USED

    async def release(self, link: Link) -> None:
        """The login came to nothing: the link may be opened again while it lives, and this state is used up."""
        of_link = and_(login_links.c.id == link.id, login_links.c.code_id.is_(None))
        async with self._database.write() as connection:
            await connection.execute(update(login_links).where(of_link).values(taken_at=None, state_key=None))

    async def finish(self, connection: AsyncConnection, link: Link, code_id: int, now: datetime) -> bool:
        """This browser is shown that code. ``False`` if the link was ended meanwhile, by unlinking or by another."""
        of_link = and_(
            login_links.c.id == link.id,
            login_links.c.taken_at.is_not(None),
            login_links.c.code_id.is_(None),
            login_links.c.expires_at > now,
        )
        return bool((await connection.execute(update(login_links).where(of_link).values(code_id=code_id))).rowcount)

    async def chat(self, link: Link) -> Chat:
        """Where the conversation of this link is held."""
        point = contact_points.c
        columns = (point.id, point.channel, point.address_key, point.address_sealed, conversations.c.language)
        joined = select(*columns).join_from(conversations, contact_points)
        async with self._database.read() as connection:
            row = (await connection.execute(joined.where(conversations.c.id == link.conversation_id))).one()
        address = self._vault.open("contact_points.address", row.address_sealed)
        return Chat(row.id, row.channel, address, row.address_key, row.language)

    async def _row(self, which: Any) -> Row[Any] | None:
        columns = (login_links, contact_points.c.channel, conversations.c.language)
        joined = select(*columns).join_from(login_links, conversations).join(contact_points)
        async with self._database.read() as connection:
            return (await connection.execute(joined.where(which))).first()


def _link(row: Row[Any]) -> Link:
    return Link(row.id, row.conversation_id, row.channel, row.language, row.created_at)
