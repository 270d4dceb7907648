"""Passwords and second factors. A hash takes 64 MB and a twentieth of a second: two at once, beside the loop."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 8, 200  # characters of a password
STEP = 30  # seconds that a code of the second factor lasts
_SLACK = 1  # steps that a telephone's clock may be off
_HASHER = PasswordHasher()
ISSUER = "Citizen's counter"


class Passwords:
    """One for a process: its places are for all sign-ins together."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(2)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Takes as long where there is no account (``None``) as where there is one."""
        if hashed is None and not self._nobodys:
            self._nobodys = await self.hash("nobody has this password")
        async with self._places:
            right = await asyncio.to_thread(_verify, hashed or self._nobodys, password)
        return right and hashed is not None

    @property
    def busy(self) -> bool:
        """Both places are taken."""
        return self._places.locked()


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def new_totp() -> str:
    """The secret of a second factor (RFC 6238), in base 32."""
    return pyotp.random_base32()


def totp_uri(secret: str, email: str) -> str:
    """What an authenticator app takes as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """The step that this code belongs to, if it is one of now; else ``None``."""
    code, totp, step = code.replace(" ", ""), pyotp.TOTP(secret), int(now.timestamp()) // STEP
    if not (code.isascii() and code.isdecimal()):
        return None
    near = (step + away for away in range(-_SLACK, _SLACK + 1))
    return next((one for one in near if pyotp.utils.strings_equal(totp.at(one * STEP), code)), None)
