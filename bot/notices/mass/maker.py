"""Makes the notices of a mass notice, many in one commit: where each goes is decided as for news of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.notices.mass.text import MassText
from bot.notices.planner import NO_POINT, USEFUL, Plan, Planner, written
from bot.notices.policy import Policy
from bot.store import Store
from casestore.broadcasts.model import Broadcast, Member, Role
from casestore.broadcasts.rows import NewNotice
from casestore.people.preferences import Deliver, Suppressed, route_notice

Routes = Mapping[int, Deliver | Suppressed]
"""By member."""
UNTRANSLATED = "untranslated"


class MassMaker:
    """Over one store."""

    def __init__(self, *, store: Store, planner: Planner, policy: Policy, text: MassText) -> None:
        self._store = store
        self._planner = planner
        self._policy = policy
        self._text = text

    async def make(self, connection: AsyncConnection, broadcast: Broadcast, now: datetime, most: int) -> int:
        """Up to so many of those who wait; who has quiet hours is looked at again when they end. How many were looked
        at."""
        waiting = await self._store.broadcast_members.waiting(connection, broadcast.id, now, most)
        if not waiting:
            return 0
        routes = await self.routes(connection, broadcast.category, waiting, now)
        quiet = {member: to.at for member, to in routes.items() if isinstance(to, Deliver) and to.at > now}
        await self._store.broadcast_members.later(connection, quiet)
        awake = [member for member in waiting if member.id not in quiet]
        new = await self._noted(connection, broadcast, awake, routes, now)
        await self._store.broadcast_rows.make(connection, broadcast, new, now, USEFUL)
        return len(waiting)

    async def routes(
        self, connection: AsyncConnection, category: str, members: Sequence[Member], now: datetime
    ) -> Routes:
        """Where each would be told as everything stands now, or why not."""
        standing = await self._store.preferences.of_citizens(connection, [one.citizen_id for one in members])
        occasion = self._planner.occasion_of(self._policy.categories[category], now)
        return {one.id: route_notice(*standing[one.citizen_id], now, occasion) for one in members}

    async def _noted(
        self,
        connection: AsyncConnection,
        broadcast: Broadcast,
        members: Sequence[Member],
        routes: Routes,
        now: datetime,
    ) -> list[NewNotice]:
        texts = (await self._store.broadcasts.texts(connection, broadcast.id))[Role.NOTICE]
        points = [to.point.id for one in members if isinstance(to := routes[one.id], Deliver)]
        talks = await self._store.conversations.ensure_all(connection, points, now)
        told = await self._store.notice_sends.told_at(connection, points)
        addresses = await self._store.notice_sends.addresses_of(connection, points)

        said: dict[tuple[str, str, bool], tuple[str, int]] = {}  # of many readers few read different words

        def noted(member: Member) -> NewNotice:
            to = routes[member.id]
            if isinstance(to, Suppressed):
                return NewNotice(member, reason=None if to.reason == NO_POINT else to.reason)
            point, talk = to.point, talks[to.point.id]
            reader = (talk.language, point.channel, point.id not in told)
            message = self._text.compose(texts, reader[0], reader[1], first=reader[2])
            if message is None:
                return NewNotice(member, reason=UNTRANSLATED)
            if reader not in said:
                said[reader] = written(point.channel, message)
            plan = Plan(point, to.at, message, talk.id)
            dispatch = self._planner.dispatch(broadcast.category, plan, addresses[point.id], said[reader])
            return NewNotice(member, dispatch, point.id)

        return [noted(member) for member in members]
