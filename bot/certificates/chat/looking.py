"""What a chat may learn of a certificate, counted as on the page: by conversation, and all together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.certificates.verify.checker import Checker
from bot.certificates.verify.verdict import Reason, Result, Verdict
from bot.web.throttle import Throttle
from dialogues.actions.checking import told
from dialogues.ports import CheckedCertificate
from dialogues.responses import Phrases
from dialogues.turn import Reply

_OURS = frozenset({Result.GENUINE, Result.EXPIRED, Result.REVOKED, Result.ALTERED})
_HOLDS = frozenset({Result.GENUINE, Result.EXPIRED})

log = structlog.get_logger(__name__)


class TooMany(Exception):
    """So many files cannot be opened now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that carries a seal, a QR or a code of ours. ``say`` puts into words what it is, for a language and a
    channel; ``holds``: it may be handed in as a paper all the same."""

    say: Callable[[str, str], Reply]
    holds: bool


class ChatChecker:
    """Over one worker: ``files`` counts those that must be opened."""

    def __init__(self, *, checker: Checker, files: Throttle, phrases: Phrases) -> None:
        self._checker = checker
        self._files = files
        self._phrases = phrases

    async def verdict(self, content: bytes, asker: str) -> Verdict:
        """Raises :class:`TooMany`."""
        copy = await self._checker.copy(content)
        if copy is not None:
            return copy
        if self._files.take(asker):
            raise TooMany
        try:
            return await self._checker.opened(content)
        except OSError:  # no certificates to check with: nothing can be told of it
            log.exception("check.no-certificates")
            return Verdict(Result.UNREADABLE)

    async def __call__(self, content: bytes, asker: str) -> Seen | None:
        """What a file that is about to be handed in shows. ``None``: nothing of ours, or it was not looked at."""
        try:
            verdict = await self.verdict(content, asker)
        except TooMany:
            return None
        return self.seen(verdict) if is_ours(verdict) else None

    def seen(self, verdict: Verdict) -> Seen:
        holds = verdict.result in _HOLDS or verdict.reason is Reason.NO_SEAL  # a scan, perhaps
        return Seen(lambda language, channel: self.say(verdict, language, channel), holds)

    def say(self, verdict: Verdict, language: str, channel: str) -> Reply:
        return self._phrases.compose(told(checked(verdict)), language, channel)


def is_ours(verdict: Verdict) -> bool:
    """Does it carry a seal, a QR or a code of ours, whether that holds or not?"""
    return verdict.result in _OURS


def checked(verdict: Verdict) -> CheckedCertificate:
    """As the dialogue tells it."""
    revoked = verdict.revocation
    return CheckedCertificate(
        result=verdict.result,
        basis=verdict.basis,
        reason=verdict.reason,
        title=verdict.title,
        issuer=verdict.issuer,
        issued_at=verdict.issued_at,
        valid_until=verdict.valid_until,
        revoked_at=revoked.at if revoked else None,
        why=revoked.why if revoked else "",
        holder=verdict.holder,
        protocol=verdict.protocol,
    )
