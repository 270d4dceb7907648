"""Who an employee is, and what each role may do. Data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

GENERAL = "general"
"""The desk that everything comes to that belongs to no other."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Right(StrEnum):
    ANSWER = "answer"  # see the conversations of their own desks, claim and answer them
    OVERSEE = "oversee"  # those of all desks, also the bot's; take one from a colleague, with a reason
    AUDIT = "audit"  # read who did what
    REVOKE = "revoke"  # have a certificate that was issued here count no more


RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.AGENT: frozenset({Right.ANSWER}),
        Role.SUPERVISOR: frozenset({Right.ANSWER, Right.OVERSEE, Right.REVOKE}),
        Role.AUDITOR: frozenset({Right.AUDIT}),
        Role.ADMIN: frozenset({Right.AUDIT}),  # accounts, on the command line; nobody's conversations
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """An employee. ``version`` counts the changes of rights and password."""

    id: int
    email: str
    name: str
    role: Role
    desks: frozenset[str]
    version: int = 0
    demo: bool = False
    disabled: bool = False
    second_factor: bool = False

    @property
    def rights(self) -> frozenset[Right]:
        return RIGHTS[self.role]

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def sees(self, desk: str) -> bool:
        """The conversations of this desk."""
        return self.may(Right.OVERSEE) or (self.may(Right.ANSWER) and desk in self.desks)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against."""

    member: Member
    password_hash: str
    totp: str | None
    totp_step: int | None
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that is still good. ``token_key`` is what its token is known by."""

    id: int
    token_key: str
    member: Member
    seen_at: datetime
    expires_at: datetime
