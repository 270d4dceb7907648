"""Signing in with a local account: password, second factor, lock-out of the account, limit of the network address.

Says nothing of why it did not work, but for the limit, which is looked at before any account is and tells of none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.console.passwords import LONGEST, Passwords, totp_step
from bot.runtime import Clock
from bot.store import Store
from bot.web.throttle import Rate, Throttle
from casestore.staff.model import Credentials

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
FAILURES = Rate(burst=30, per_minute=2)
"""Sign-ins that fail from one address: an office has one for many. What is known of it is gone after 15 minutes."""
WAITING = 8  # sign-ins that may wait for a place; more are told to come back

log = structlog.get_logger(__name__)


class TooBusy(Exception):
    """Too many sign in at this moment."""


class TooOften(Exception):
    """Too many sign-ins have failed from there. ``seconds``: until one may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class SigningIn:
    """``demo``: accounts of the demo are let in."""

    def __init__(self, store: Store, passwords: Passwords, clock: Clock, *, demo: bool) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._demo = demo
        self._trying = 0
        self._failures = Throttle(FAILURES, None, clock)

    async def sign_in(self, email: str, password: str, code: str, token: str, device: str, address: str = "") -> bool:
        """Open a session under ``token``, or not. ``address``: where it is tried from. Each try counts as failed until
        it has not, so that many at once are no more than one after the other. Raises :class:`TooBusy`,
        :class:`TooOften`."""
        if self._trying >= WAITING:
            raise TooBusy
        if seconds := self._failures.take(address):
            raise TooOften(seconds)
        self._trying += 1
        entered = False
        try:
            entered = await self._sign_in(email, password, code, token, device)
        finally:
            self._trying -= 1
            if entered:
                self._failures.give_back(address)
        return entered

    async def _sign_in(self, email: str, password: str, code: str, token: str, device: str) -> bool:
        found, now = await self._store.accounts.find(email[:100]), self._clock()
        hashed = found.password_hash if found is not None else None
        right = len(password) <= LONGEST and await self._passwords.matches(hashed, password)
        if found is None:
            return False
        if not right or not self._may_enter(found, now):
            await self._refuse(found, now)
            return False
        step = None if found.totp is None else totp_step(found.totp, code, now)
        if found.totp is not None and step is None:
            await self._refuse(found, now)
            return False
        return await self._let_in(found, step, token, device, now)

    def _may_enter(self, found: Credentials, now: datetime) -> bool:
        locked = found.locked_until is not None and found.locked_until > now
        return not locked and not found.member.disabled and (self._demo or not found.member.demo)

    async def _let_in(self, found: Credentials, step: int | None, token: str, device: str, now: datetime) -> bool:
        async with self._store.database.write() as connection:
            if not await self._store.accounts.let_in(connection, found.member.id, step, now):
                return False  # this code has opened once, or it was locked just now
            await self._store.sessions.open(connection, found.member, token, device, now)
            actor = found.member.email
            await self._store.audits.note(connection, "staff.signed-in", str(found.member.role), now, actor=actor)
        return True

    async def _refuse(self, found: Credentials, now: datetime) -> None:
        """Counted while it is not locked: who goes on guessing shall not keep its owner out for ever."""
        if found.locked_until is not None and found.locked_until > now:
            return
        until = now + LOCKED_FOR
        async with self._store.database.write() as connection:
            locks = await self._store.accounts.failed(connection, found.member.id, now, tries=TRIES, lock_until=until)
            what = "staff.locked" if locks else "staff.refused"
            await self._store.audits.note(connection, what, str(found.member.role), now, actor=found.member.email)
        log.warning("console.sign-in-refused", locked=locks)
