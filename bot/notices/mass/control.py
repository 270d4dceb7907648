"""What operators do with mass notices: approve, start, pause, resume, stop, correct. Each act is in the audit trail.

Two people: whoever planned one never approves it, whatever else they may do. Both are known by their secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.mass.drafting import EQUAL_WITHIN, Refused
from bot.notices.mass.operators import NotAllowed, Operators
from bot.notices.mass.text import Texts, missing, words_key
from bot.notices.planner import USEFUL
from bot.runtime import Clock
from bot.store import Store
from casestore.broadcasts.model import Broadcast, BroadcastState, PauseReason, Role, Stopped


class BroadcastControl:
    """Over one store. ``channels``: those that are on; with none it is training, and nothing is ever sent."""

    def __init__(self, *, store: Store, operators: Operators, clock: Clock, channels: Sequence[str]) -> None:
        self._store = store
        self._broadcasts = store.broadcasts
        self._operators = operators
        self._clock = clock
        self._channels = channels

    async def authenticate(self, name: str, secret: str, act: str) -> str:
        """Who acts. Raises :class:`bot.notices.mass.operators.NotAllowed`; a refusal is in the audit trail too."""
        try:
            return self._operators.authenticate(name, secret)
        except NotAllowed:
            async with self._store.database.write() as connection:
                await self._store.audits.note(
                    connection, "broadcast.refused", f"{act} not-authenticated", self._clock()
                )
            raise

    # Approving

    async def approve(self, broadcast_id: int, operator: str, people: int) -> Broadcast:
        """By a second person, who has typed how many people it is for. Raises :class:`Refused`."""
        now = self._clock()
        async with self._store.database.write() as connection:
            held = await self._held(connection, broadcast_id)
            if operator == held.author:
                await self._store.audits.note(
                    connection, "broadcast.refused", f"{held.id} own-plan", now, actor=operator
                )
                refusal = "whoever planned it does not approve it: a second person does"
            elif lacking := missing(await self._broadcasts.texts(connection, broadcast_id)):
                refusal = f"not written: {'; '.join(lacking)}"
            elif people != held.people:
                refusal = f"it is not for {people} people: look at it once more"
            else:
                values: dict[str, Any] = {"approver": operator, "approved_at": now}
                return await self._moved(connection, broadcast_id, BroadcastState.APPROVED, operator, people, **values)
        raise Refused(refusal)

    # While it runs

    async def start(self, broadcast_id: int, operator: str) -> Broadcast:
        """Raises :class:`Refused`."""
        now, lineage = self._clock(), await self._store.database.lineage()
        async with self._store.database.write() as connection:
            held = await self._held(connection, broadcast_id)
            if held.training or not self._channels:
                raise Refused("training: no channel has its credentials, or had when it was planned. Nothing is sent")
            await self._no_equal_started(connection, held, now)
            values: dict[str, Any] = {"started_at": now, "judged_from": now, "seen_at": now, "lineage": lineage}
            return await self._moved(connection, broadcast_id, BroadcastState.RUNNING, operator, **values)

    async def _no_equal_started(self, connection: AsyncConnection, held: Broadcast, now: datetime) -> None:
        same = await self._broadcasts.with_words(connection, held.words_key, now - EQUAL_WITHIN)
        begun = [one for one in same if one.started_at is not None and one.id != held.id]
        if begun and held.repeats is None and held.corrects is None:
            raise Refused(f"number {begun[-1].id} said the same less than a day ago: plan it anew with --reason")

    async def correct(self, broadcast_id: int, operator: str) -> Broadcast:
        """Stop it, and tell everybody to whom it went the correction that was approved with it. Asked twice it is the
        same one. Raises :class:`Refused`."""
        await self._ends(broadcast_id, operator)
        now = self._clock()
        async with self._store.database.write() as connection:
            held = await self._held(connection, broadcast_id)
            if held.approver is None or held.corrects is not None or held.started_at is None:
                raise Refused("only what was approved and started can be corrected")
            known = await self._broadcasts.correction_of(connection, broadcast_id)
            if known is None:
                correction = await self._corrected(connection, held, now)
                values: dict[str, Any] = {"approver": held.approver, "approved_at": now, "first_done_at": _LONG_AGO}
                await self._broadcasts.move(connection, correction, BroadcastState.APPROVED, **values)
            else:
                correction = known.id
        found = await self._found(correction)
        return await self.start(correction, operator) if found.state is BroadcastState.APPROVED else found

    async def _ends(self, broadcast_id: int, operator: str) -> None:
        if (await self._found(broadcast_id)).state in (BroadcastState.RUNNING, BroadcastState.PAUSED):
            await self.stop(broadcast_id, operator)

    async def _corrected(self, connection: AsyncConnection, held: Broadcast, now: datetime) -> int:
        texts = await self._broadcasts.texts(connection, held.id)
        said: Texts = {Role.NOTICE: texts[Role.CORRECTION], Role.CORRECTION: {}}
        correction = await self._broadcasts.begin(
            connection,
            said,
            title=held.title,
            category=held.category,
            audience=f'{{"told_by": {held.id}}}',
            words_key=words_key(said),
            training=held.training,
            author=held.author,
            corrects=held.id,
            created_at=now,
        )
        await self._store.broadcast_members.add_told(connection, correction, held.id, now)
        people = await self._store.broadcast_members.count(connection, correction)
        await self._broadcasts.move(connection, correction, BroadcastState.PLANNED, people=people)
        return correction

    async def pause(self, broadcast_id: int, operator: str) -> Broadcast:
        """Nothing more is handed to a provider until it is resumed. Raises :class:`Refused`."""
        async with self._store.database.write() as connection:
            await self._held(connection, broadcast_id)
            paused = await self._moved(
                connection, broadcast_id, BroadcastState.PAUSED, operator, reason=PauseReason.OPERATOR
            )
            await self._store.broadcast_rows.align(connection, paused, self._clock(), USEFUL)
            return paused

    async def resume(self, broadcast_id: int, operator: str) -> Broadcast:
        """A person releases it; from here on failures and stops are counted anew. Raises :class:`Refused`."""
        now, lineage = self._clock(), await self._store.database.lineage()
        async with self._store.database.write(wake=True) as connection:
            await self._held(connection, broadcast_id)
            values: dict[str, Any] = {"reason": None, "judged_from": now, "seen_at": now, "lineage": lineage}
            running = await self._moved(connection, broadcast_id, BroadcastState.RUNNING, operator, **values)
            await self._store.broadcast_rows.align(connection, running, now, USEFUL)
            return running

    async def stop(self, broadcast_id: int, operator: str) -> Stopped:
        """Nothing of it is handed to a provider any more. Done again it changes nothing. Raises :class:`Refused`."""
        now = self._clock()
        async with self._store.database.write(wake=True) as connection:
            held = await self._held(connection, broadcast_id)
            waiting = (await self._store.broadcast_progress.seen_by(connection, held)).waiting
            if held.state is BroadcastState.STOPPED:
                waiting = 0
            else:
                await self._moved(connection, broadcast_id, BroadcastState.STOPPED, operator)
            found = await self._store.broadcast_rows.stop(connection, held, now)
            return Stopped(found.stopped + waiting, found.gone, found.in_flight)

    # What they have in common

    async def _found(self, broadcast_id: int) -> Broadcast:
        async with self._store.database.read() as connection:
            found = await self._broadcasts.get(connection, broadcast_id)
        if found is None:
            raise Refused(f"there is no number {broadcast_id}")
        return found

    async def _held(self, connection: AsyncConnection, broadcast_id: int) -> Broadcast:
        held = await self._broadcasts.hold(connection, broadcast_id)
        if held is None:
            raise Refused(f"there is no number {broadcast_id}")
        return held

    async def _moved(
        self,
        connection: AsyncConnection,
        broadcast_id: int,
        state: BroadcastState,
        operator: str,
        people: int | None = None,
        **values: Any,
    ) -> Broadcast:
        moved = await self._broadcasts.move(connection, broadcast_id, state, **values)
        if moved is None:
            now = await self._broadcasts.get(connection, broadcast_id)
            raise Refused(f"number {broadcast_id} is {now.state if now else 'gone'}: it cannot become {state}")
        detail = f"{broadcast_id}" if people is None else f"{broadcast_id} people={people}"
        await self._store.audits.note(connection, f"broadcast.{state}", detail, self._clock(), actor=operator)
        return moved


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
"""When the first few of a correction have gone: it does not wait."""
