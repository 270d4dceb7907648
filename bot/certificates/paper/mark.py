"""The QR of a certificate: a link that any camera opens, and behind its ``#`` a signed word of what was issued.

    HTTPS://HOST/V/<code>#<decimal digits>

What follows ``#`` never reaches a server. The digits are the big integer of ``1 | COSE_Sign1`` (RFC 9052, ES256), with
the claims of a CWT (RFC 8392): 4 valid until, 6 issued at, and under a private key code, kind, protocol number, holder
and sixteen bytes of the hash of all that the paper says. It tells that a paper was issued with these words; whether it
was revoked since, only the link can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import cbor2

from bot.certificates.model import Sheet
from nlu.certificate_codes import plain, read_code

KEY_ID = 4  # bytes of the hash of the certificate that checks it
DIGEST = 16
_VERSION = b"\x01"
_ALGORITHM, _KID, _ES256 = 1, 4, -7
_EXPIRES, _ISSUED, _PRIVATE = 4, 6, -65537
_MOST_DIGITS = 3000
_GREEK = "iso8859-7"
Sign = Callable[[bytes], bytes]


class BadMark(ValueError):
    """Not such a mark, or its signature is wrong."""


class UnknownKey(BadMark):
    """It names a key that is not known here: an older one, or one that was not published. It may be genuine."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark says. ``digest`` of everything on the paper (:func:`digest`)."""

    code: str
    kind: str
    protocol: str
    holder: str
    digest: bytes
    issued_at: datetime
    valid_until: datetime | None


def digest(sheet: Sheet) -> bytes:
    """Of everything that the paper shows."""
    times = [sheet.issued_at.isoformat(), sheet.valid_until.isoformat() if sheet.valid_until else ""]
    said = [sheet.kind, sheet.title, sheet.office, sheet.protocol, sheet.holder, sheet.fields, sheet.rows, sheet.note]
    told = json.dumps([*said, *times], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).digest()[:DIGEST]


def mark_of(sheet: Sheet, code: str) -> Mark:
    return Mark(code, sheet.kind, sheet.protocol, sheet.holder, digest(sheet), sheet.issued_at, sheet.valid_until)


def to_be_signed(mark: Mark, key_id: bytes) -> bytes:
    """What the signature of this mark is over."""
    return _structure(_protected(key_id), _claims(mark))


def signed(mark: Mark, key_id: bytes, signature: bytes) -> bytes:
    """The COSE_Sign1 of this mark. ``signature``: r and s, 32 bytes each."""
    return cbor2.dumps([_protected(key_id), {}, _claims(mark), signature])


def as_digits(cose: bytes) -> str:
    return str(int.from_bytes(_VERSION + cose, "big"))


def link(public_url: str, code: str) -> str:
    """Where this code is checked, in capitals as far as a link allows: a QR holds them in less room."""
    place = urlsplit(public_url)
    return f"{place.scheme}://{place.netloc}".upper() + f"{place.path.rstrip('/')}/V/{plain(code)}"


def read_link(text: str, host: str = "") -> tuple[str, bytes | None] | None:
    """The code and the signed mark of a QR's text; the mark is ``None`` where it holds a link alone. ``None``: a QR of
    somebody else, as one is that leads to another host than this (in small letters); empty: wherever it leads."""
    address, _, digits = text.partition("#")
    head, found, last = address.rpartition("/")
    code = read_code(last)
    if not found or code is None or not head.upper().endswith(("/V", "/VERIFY")):
        return None
    if host and head.partition("://")[2].partition("/")[0].lower() != host:
        return None
    if not digits or not digits.isascii() or not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        return code, None
    number = int(digits)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return code, raw[1:] if raw.startswith(_VERSION) else None


def read_mark(cose: bytes, verify: Callable[[bytes, bytes, bytes], bool]) -> Mark:
    """``verify(key_id, signature, what was signed)``. Raises :class:`BadMark`, and what ``verify`` raises."""
    try:
        protected, _, payload, signature = cbor2.loads(cose)
        if cbor2.dumps([protected, {}, payload, signature]) != cose:
            raise BadMark("not as we write it")
        header = cbor2.loads(protected)
        key_id = bytes(header[_KID])
        if header[_ALGORITHM] != _ES256 or not verify(key_id, bytes(signature), _structure(protected, payload)):
            raise BadMark("not signed by a key of ours")
        return _mark(cbor2.loads(payload))
    except BadMark:
        raise
    except (cbor2.CBORError, ValueError, TypeError, LookupError, OverflowError, RecursionError, OSError) as error:
        raise BadMark(type(error).__name__) from None


def _mark(claims: Any) -> Mark:
    code, kind, protocol, holder, hashed = claims[_PRIVATE]
    read = read_code(str(code))
    if read is None:
        raise BadMark("no code")
    until = claims.get(_EXPIRES)
    return Mark(
        read, str(kind), _text(protocol), _text(holder), bytes(hashed), _time(claims[_ISSUED]), _time_or_none(until)
    )


def _claims(mark: Mark) -> bytes:
    said = [plain(mark.code), mark.kind, _short(mark.protocol), _short(mark.holder), mark.digest]
    claims: dict[int, Any] = {_ISSUED: int(mark.issued_at.timestamp()), _PRIVATE: said}
    if mark.valid_until is not None:
        claims[_EXPIRES] = int(mark.valid_until.timestamp())
    return cbor2.dumps(claims, canonical=True)


def _protected(key_id: bytes) -> bytes:
    return cbor2.dumps({_ALGORITHM: _ES256, _KID: key_id}, canonical=True)


def _structure(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload])


def _short(text: str) -> bytes | str:
    """Greek in a byte a letter, where it goes: polytonic does not."""
    try:
        return text.encode(_GREEK)
    except UnicodeEncodeError:
        return text


def _text(value: Any) -> str:
    return value.decode(_GREEK) if isinstance(value, bytes) else str(value)


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _time_or_none(seconds: Any) -> datetime | None:
    return None if seconds is None else _time(seconds)
