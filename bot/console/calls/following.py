"""What is sent after a call: by the channel that its citizen prefers, and said to come from a person."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.facts import CHANNELS
from bot.console.actions import clean
from bot.console.calls.desk import Refused
from bot.console.speaking import TooLong
from bot.messaging.compose import Recipient, compose
from bot.runtime import Clock
from bot.store import Store
from casestore.calls.model import Call
from casestore.conversations.ownership import NotOwned, OwnerKind, current
from casestore.conversations.repository import Chat
from casestore.conversations.transcript import Author
from casestore.people.preferences import Deliver, Occasion, Suppressed, route_notice
from casestore.queues.outbox import Kind
from casestore.staff.model import Member
from dialogues.say import LocalizedText
from dialogues.turn import Reply

WHO: LocalizedText = {
    "el": "{name}, υπάλληλος, μετά το τηλεφώνημά μας:",
    "en": "{name}, employee, after our phone call:",
}


class FollowingUp:
    """Over one store. ``channels``: those that are on, the one to take first where nothing was wished for first."""

    def __init__(self, store: Store, channels: Sequence[str], clock: Clock) -> None:
        self._store = store
        self._channels = tuple(channels)
        self._clock = clock

    async def place(self, citizen_id: int) -> int:
        """The conversation in which this citizen is written to. A word that ended messages counts here too. Raises
        :class:`Refused`."""
        now = self._clock()
        async with self._store.database.write() as connection:
            wanted, consented, points = await self._store.preferences.of_citizen(connection, citizen_id)
            occasion = Occasion(now, default=True, order=self._channels, quiet=False)
            routed: Deliver | Suppressed = route_notice(wanted, consented, points, now, occasion)
            if isinstance(routed, Suppressed):
                raise Refused(f"route_{routed.reason}")
            return (await self._store.conversations.ensure(connection, routed.point.id, now)).id

    async def send(self, call: Call, citizen_id: int, who: Member, text: str, key: str) -> int:
        """Send it, once for each ``key``; the conversation that it goes to. Raises :class:`Refused`,
        :class:`bot.console.speaking.TooLong`, :class:`casestore.conversations.ownership.NotOwned` while a colleague
        answers there, :class:`bot.console.actions.BadRequest`."""
        text, number = clean(text), await self.place(citizen_id)
        chat, now = await self._store.conversations.chat(number), self._clock()
        if chat is None:
            raise Refused("route_no-contact-point")
        told = f"{WHO[chat.language].format(name=who.name)}\n{text}"
        if not CHANNELS[chat.channel].holds(told):
            raise TooLong
        cause = f"agent:{number}:{who.id}:{self._store.vault.index(f'follow-up/{call.id}', key)}"
        composed = compose(
            Reply(told), _to(chat, number), cause, now, kind=Kind.AGENT, transcript_text=text, author=Author.AGENT
        )
        async with self._store.database.write(wake=True) as connection:
            owned = await current(connection, number)
            if owned.owner.kind is OwnerKind.AGENT and owned.owner.agent != who.email:
                raise NotOwned(owned)
            if not await self._store.takeovers.is_said(connection, cause):
                await self._store.takeovers.note(connection, number, "call.follow-up", who, now)
            speaker = await self._store.takeovers.speaker(connection, number)
            await self._store.transcript.add_lines(connection, number, composed.lines, speaker)
            await self._store.outbox.add(connection, composed.dispatches, now)
        return number


def _to(chat: Chat, number: int) -> Recipient:
    return Recipient(chat.channel, chat.address, number)
