"""Inbound text as it was typed: what carriers do to it, undone."""

from __future__ import annotations

import base64
import binascii
import re

from bot.channels.text import fit

_AT_IN_ADDRESS = re.compile(r"(?<=[\w.+-])¡(?=[\w-]+\.)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{58,}={0,2}")
_SHORTEST_BASE64 = 60
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def repaired(body: str) -> str:
    """Undo a base64 wrapping, and the ``¡`` that some carriers make of the ``@`` in an e-mail address.

    The two share one code, 0x40, in ASCII and GSM-7. A ``¡`` anywhere else was meant.
    """
    return fit(_AT_IN_ADDRESS.sub("@", _unwrapped(body)))


def _unwrapped(body: str) -> str:
    """Long texts sometimes come joined, as base64 of UTF-8.

    Nothing about the share of ASCII is asked of what is inside, since Greek has none. That it is UTF-8 without a
    control character is proof enough: 45 bytes at random are that once in more than a billion times.
    """
    if len(body) < _SHORTEST_BASE64 or len(body) % 4 or not _BASE64.fullmatch(body):
        return body
    try:
        inside = base64.b64decode(body, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return body
    return body if _CONTROL.search(inside) else inside
