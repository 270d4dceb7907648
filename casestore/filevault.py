"""Whole files at rest: AES-256-GCM in pieces, so that none can be cut, moved, swapped or left out (STREAM, Hoang et al.
2015, https://eprint.iacr.org/2015/189).

Sealed form: ``key id (4) | salt (16) | nonce prefix (7) | pieces of 64 KiB, each with its tag (16)``. Every file has a
key of its own: HKDF-SHA256 over a secret of the key ring and the salt. A piece's nonce is the prefix, its number, and
whether it is the last. What the file is *of* is authenticated with each piece: put in another's place it does not open.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casestore.vault import SealBroken, Vault

PIECE = 1 << 16  # bytes of plain text
_KEY_ID, _SALT, _PREFIX, _TAG = 4, 16, 7, 16
_HEAD = _KEY_ID + _SALT + _PREFIX


class FileVault:
    """Seals and opens files with the key ring of a :class:`casestore.vault.Vault`."""

    def __init__(self, vault: Vault) -> None:
        self._keys = vault.file_keys

    def seal(self, subject: str, content: bytes) -> bytes:
        """``subject`` names what the file is of; it opens for no other."""
        key_id = next(iter(self._keys))
        salt, prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        cipher, sealed = self._cipher(key_id, salt), bytearray(key_id + salt + prefix)
        starts = range(0, len(content), PIECE) or range(1)
        for number, start in enumerate(starts):
            piece = content[start : start + PIECE]
            sealed += cipher.encrypt(_nonce(prefix, number, last=number == len(starts) - 1), piece, subject.encode())
        return bytes(sealed)

    def open(self, subject: str, sealed: bytes) -> bytes:
        """Raises :class:`casestore.vault.SealBroken`."""
        key_id, salt, prefix = sealed[:_KEY_ID], sealed[_KEY_ID : _KEY_ID + _SALT], sealed[_HEAD - _PREFIX : _HEAD]
        if key_id not in self._keys:
            raise SealBroken("file: sealed with a key that is not in SECRET_KEY")
        cipher, content = self._cipher(key_id, salt), bytearray()
        starts = range(_HEAD, len(sealed), PIECE + _TAG)
        try:
            for number, start in enumerate(starts):
                nonce = _nonce(prefix, number, last=number == len(starts) - 1)
                content += cipher.decrypt(nonce, sealed[start : start + PIECE + _TAG], subject.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("file: altered, cut, or of something else") from None
        if not starts:
            raise SealBroken("file: cut")
        return bytes(content)

    def _cipher(self, key_id: bytes, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"counter/file").derive(self._keys[key_id]))


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
