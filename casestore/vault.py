"""Encryption at rest: personal identifiers, addresses and texts are sealed before they reach the database.

A key ring of secrets, newest first: the newest seals, all open. Each secret is stretched with HKDF-SHA256
into an AES-256-GCM key (NIST SP 800-38D); what is sealed is bound to the column it was sealed for, so that a
value moved to another column does not open. Sealed form: ``key id (4) | nonce (12) | ciphertext + tag``.

Look-ups go through a *blind index*: keyed BLAKE2b (RFC 7693) under a key from the **oldest** secret of the ring, so
that adding a secret in front changes no index. Its fingerprint is kept in the database and compared at every start.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MIN_SECRET = 16  # characters
_KEY_ID, _NONCE, _COUNTER = 4, 12, 4  # bytes


class SealBroken(ValueError):
    """A sealed value does not open: its key is not on the ring, or it was altered."""


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def _nonces() -> Iterator[bytes]:
    """Never the same twice: a random prefix and a counter, as NIST SP 800-38D 8.2.2 allows. A new prefix at each start,
    and when the counter is used up."""
    while True:
        prefix = os.urandom(_NONCE - _COUNTER)
        for number in range(2 ** (8 * _COUNTER)):
            yield prefix + number.to_bytes(_COUNTER, "big")


class Vault:
    """Seals and opens values, and makes blind indexes. ``secrets`` are newest first, at least one."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or any(len(secret) < MIN_SECRET for secret in secrets):
            raise ValueError(f"a key ring needs at least one secret, each of {MIN_SECRET} characters or more")
        keys = [_derive(secret, b"counter/seal") for secret in secrets]
        self._ciphers = {hashlib.sha256(key).digest()[:_KEY_ID]: AESGCM(key) for key in keys}
        self._newest = hashlib.sha256(keys[0]).digest()[:_KEY_ID]
        files = [_derive(secret, b"counter/files") for secret in secrets]
        self.file_keys: Mapping[bytes, bytes] = {hashlib.sha256(key).digest()[:_KEY_ID]: key for key in files}
        """By their ids, newest first: for :mod:`casestore.filevault`."""
        self._index_key = _derive(secrets[-1], b"counter/index")
        self._nonces = _nonces()

    @property
    def index_fingerprint(self) -> str:
        """Tells one index key from another and nothing about it."""
        return hashlib.sha256(b"fingerprint" + self._index_key).hexdigest()[:16]

    def seal(self, column: str, text: str) -> bytes:
        nonce = next(self._nonces)
        return self._newest + nonce + self._ciphers[self._newest].encrypt(nonce, text.encode(), column.encode())

    def open(self, column: str, sealed: bytes) -> str:
        """Raises :class:`SealBroken`."""
        cipher = self._ciphers.get(sealed[:_KEY_ID])
        if cipher is None:
            raise SealBroken(f"{column}: sealed with a key that is not in SECRET_KEY")
        body = _KEY_ID + _NONCE
        try:
            return cipher.decrypt(sealed[_KEY_ID:body], sealed[body:], column.encode()).decode()
        except InvalidTag:
            raise SealBroken(f"{column}: altered, or sealed for another column") from None

    def index(self, kind: str, value: str) -> str:
        """The blind index of ``value``: 32 hex digits, equal for equal values of one kind."""
        return hashlib.blake2b(f"{kind}\0{value}".encode(), key=self._index_key, digest_size=16).hexdigest()

    def same_index(self, kind: str, value: str, index: str) -> bool:
        return hmac.compare_digest(self.index(kind, value), index)


def address_key(vault: Vault, channel: str, address: str) -> str:
    """The blind index of an address: what orders and finds everything that is said to it and by it."""
    return vault.index("address", f"{channel}:{address}")
