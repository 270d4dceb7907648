"""Who acts on mass notices: operators with a secret each, kept in the settings as salted hashes (scrypt, RFC 7914).

A name on the command line proves nothing, so every act asks for the secret of the operator it is done as. One secret
that opens two operators opens neither: two people must not be one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

MIN_SECRET = 12  # characters
_COST, _BLOCK, _LANES, _SALT = 2**14, 8, 1, 16
_NAME = re.compile(r"[a-z][a-z0-9.@_-]{1,63}")


class NotAllowed(Exception):
    """Whoever asks may not do this; says why."""


class BadOperators(ValueError):
    """The setting cannot be read."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as the settings know one: ``name:salt$hash``, both in base64."""

    name: str
    salt: bytes
    digest: bytes

    def opens(self, secret: str) -> bool:
        return hmac.compare_digest(_digest(secret, self.salt), self.digest)


def entry(name: str, secret: str) -> str:
    """An operator's entry for the settings. Raises :class:`BadOperators` for a bad name or a short secret."""
    if not _NAME.fullmatch(name):
        raise BadOperators("a name is small Latin letters, digits and . @ _ -, and begins with a letter")
    if len(secret) < MIN_SECRET:
        raise BadOperators(f"a secret has {MIN_SECRET} characters or more")
    salt = secrets.token_bytes(_SALT)
    return f"{name}:{_text(salt)}${_text(_digest(secret, salt))}"


def parse(entries: Sequence[str]) -> tuple[Operator, ...]:
    """Raises :class:`BadOperators`; never repeats an entry."""
    found = [_parse(number, one) for number, one in enumerate(entries, 1)]
    if len({one.name for one in found}) < len(found):
        raise BadOperators("the same name twice")
    return tuple(found)


def _parse(number: int, one: str) -> Operator:
    name, _, hashed = one.partition(":")
    salt, _, digest = hashed.partition("$")
    try:
        operator = Operator(name, base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
    except ValueError:
        raise BadOperators(f"entry {number} is none: make one with `python -m bot broadcast operator NAME`") from None
    if not _NAME.fullmatch(name) or len(operator.salt) != _SALT or len(operator.digest) != 32:
        raise BadOperators(f"entry {number} is none: make one with `python -m bot broadcast operator NAME`")
    return operator


class Operators:
    """Those of the settings."""

    def __init__(self, known: Sequence[Operator]) -> None:
        self._known = tuple(known)

    def authenticate(self, name: str, secret: str) -> str:
        """The name of the operator whose secret this is. Raises :class:`NotAllowed`, alike for all that is wrong."""
        opened = [one.name for one in self._known if one.opens(secret)]  # all are tried: it takes as long for any name
        if len(opened) > 1:
            raise NotAllowed("this secret is that of several operators: each needs one of their own")
        if opened != [name]:
            raise NotAllowed("no such operator, or another's secret (BROADCAST_OPERATORS)")
        return name


def _digest(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=_COST, r=_BLOCK, p=_LANES, dklen=32)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
