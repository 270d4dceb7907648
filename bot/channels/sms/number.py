"""Phone numbers in one form, E.164."""

from __future__ import annotations

import re

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number
from phonenumbers import parse as parse_number

COUNTRY = "GR"  # where a number without its country's code is from
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_DIALLED = re.compile(r"[+0-9][0-9 ().-]{5,30}")


def e164(raw: str) -> str | None:
    """``+306900000001`` for it and for ``00306900000001``, ``306900000001``, ``690 000 0001``.

    ``None`` for what nobody can be answered at: a name as sender, a short code, another channel's address.
    """
    raw = raw.strip()
    if _E164.fullmatch(raw):
        return raw
    if not _DIALLED.fullmatch(raw):
        return None
    try:
        number = parse_number(raw, COUNTRY)
    except NumberParseException:
        return None
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else None
