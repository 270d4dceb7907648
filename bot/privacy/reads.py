"""What a turn may read of what is held of somebody, from the case store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.store import Store
from casestore.calls.looks import Looked
from casestore.notices.model import NoticeState, ToldOf
from casestore.people.preferences import NEEDED
from casestore.staff.model import Role
from dialogues.athens import ATHENS
from dialogues.ports import Look, LookedFor, Looker, Looks, NoticeSent, NoticeStanding, NoticeView

_DIGITS = 10**6
CONFIRMING = (
    "utter_erase_confirm",
    "utter_erase_confirm_chat",
    "utter_unlink_confirm",
    "utter_certificate_cancel_confirm",
)
"""Responses that show digits to be typed back before something is taken away."""
ORDERING = ("utter_certificate_confirm",)


MOST_LOOKS = 8  # that are named to who asks who looked
MOST_TOLD = 5  # notices that are named to who asks what was sent
_STANDINGS: Mapping[NoticeState, NoticeStanding] = {
    NoticeState.TOLD: NoticeStanding.TOLD,
    NoticeState.UNKNOWN: NoticeStanding.DOUBTFUL,
    NoticeState.FAILED: NoticeStanding.FAILED,
    NoticeState.SKIPPED: NoticeStanding.SKIPPED,
}


def _standing(told: ToldOf) -> NoticeStanding:
    under_way = NoticeStanding.WAITS if told.told_at is None else NoticeStanding.SENT
    return _STANDINGS.get(told.state, under_way)


def _when(told: ToldOf) -> datetime:
    """When it was sent; what waits, when it is to be."""
    waits = told.state is NoticeState.OPEN
    return told.told_at or (told.due_at if waits and told.due_at else told.created_at)


def _look(looked: Looked) -> Look:
    """As its citizen may know of it: no name, and no hour that would tell who was on duty."""
    who = Looker.SUPERVISOR if looked.role == Role.SUPERVISOR else Looker.EMPLOYEE
    return Look(who, LookedFor(looked.purpose), looked.at.astimezone(ATHENS).date())


class StorePrivacy:
    """Implements :class:`dialogues.ports.PrivacyReads`."""

    def __init__(self, store: Store, *, default: bool) -> None:
        """``default``: news of cases goes to citizens who said neither yes nor no."""
        self._store = store
        self._default = default

    async def held(self, citizen_id: int) -> Mapping[str, int]:
        return await self._store.holdings.kinds(citizen_id)

    async def notices(self, conversation_id: int, citizen_id: int | None) -> NoticeView:
        point = await self._store.conversations.contact_point_of(conversation_id) or 0  # in a terminal there is none
        wanted = await self._store.preferences.at(point, citizen_id)
        times = wanted.times()
        quiet = (f"{times.nightly.start:%H:%M}", f"{times.nightly.end:%H:%M}") if times.nightly else None
        return NoticeView(
            wanted.channel,
            wanted.only,
            quiet,
            await self._store.consents.newest(point),
            f"{times.rest_until:%H:%M}" if times.rest_until else None,
            times.working_days,
            wanted.news == NEEDED,
            self._default and citizen_id is not None and not wanted.refused,
        )

    async def sent(self, citizen_id: int) -> Sequence[NoticeSent]:
        found = await self._store.notice_records.newest_of(citizen_id, MOST_TOLD)
        return [NoticeSent(each.reference, _when(each), _standing(each), each.channel) for each in found]

    async def looks(self, citizen_id: int, now: datetime) -> Looks:  # noqa: ARG002 (all that is on record)
        found, asked = await self._store.looks.of(citizen_id)
        days = list(dict.fromkeys(_look(each) for each in found))
        return Looks(tuple(days[:MOST_LOOKS]), len(days[MOST_LOOKS:]), asked)

    async def confirmations_asked(self, conversation_id: int, now: datetime) -> int:
        return await self._store.transcript.count_said(conversation_id, CONFIRMING, now - timedelta(days=1))

    async def orders_asked(self, conversation_id: int, now: datetime) -> int:
        return await self._store.transcript.count_said(conversation_id, ORDERING, now - timedelta(days=1))

    def confirmation(self, conversation_id: int, mark: str) -> str:
        return f"{int(self._store.vault.index(f'confirm/{conversation_id}', mark), 16) % _DIGITS:06d}"
