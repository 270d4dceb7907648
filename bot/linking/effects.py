"""The effects of linking by the State's login: a link goes out, a link to a citizen ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.effects import Cause
from bot.conversation.links import Doors
from casestore.audit import AuditTrail
from casestore.people.codes import Codes
from casestore.people.identity import People
from casestore.people.login_links import LIFETIME, LoginLinks
from dialogues.turn import SendLoginLink, Unlink


class LinkingEffects:
    """Carried out in the turn's commit, as :class:`bot.conversation.effects.Effects`. ``draw`` gives a fresh token of
    at least 128 unguessable bits, safe in a path."""

    def __init__(
        self,
        people: People,
        codes: Codes,
        links: LoginLinks,
        doors: Doors,
        audits: AuditTrail,
        draw: Callable[[], str],
        public_url: str,
    ) -> None:
        self._people = people
        self._codes = codes
        self._links = links
        self._doors = doors
        self._audits = audits
        self._draw = draw
        self._public_url = public_url
        self.table: Mapping[type, Any] = {SendLoginLink: self._send_link, Unlink: self._unlink}

    async def _send_link(self, connection: AsyncConnection, _effect: SendLoginLink, cause: Cause) -> None:
        """After the turn's replies, in a message of its own: easy to tap, and out of the transcript."""
        here, now, token = cause.conversation, cause.now, self._draw()
        issued = await self._links.issue(connection, here.id, token, now)
        await self._note(connection, cause, "login.link", "issued" if issued else "refused")
        name = "utter_login_link" if issued else "utter_login_link_limit"
        await self._doors.send(connection, cause, name, f"{self._public_url}/link/{token}", LIFETIME)

    async def _unlink(self, connection: AsyncConnection, _effect: Unlink, cause: Cause) -> None:
        here, now = cause.conversation, cause.now
        await self._codes.void(connection, here.id)
        await self._links.void(connection, here.id, now)
        if here.citizen_id is not None:
            await self._people.unlink(connection, here, now)
            await self._note(connection, cause, "link.ended", "by the citizen")

    async def _note(self, connection: AsyncConnection, cause: Cause, action: str, detail: str) -> None:
        key = cause.conversation.recipient_key
        await self._audits.note(connection, action, detail, cause.now, subject_key=key)
