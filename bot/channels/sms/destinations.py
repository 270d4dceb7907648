"""To which numbers an SMS goes: mobiles and fixed lines of the countries on a list.

Whoever owns a number that costs the sender much (satellite, premium rate, some countries) may earn by writing to us.
"""

from __future__ import annotations

from collections.abc import Set
from types import MappingProxyType

from phonenumbers import (
    SUPPORTED_REGIONS,
    NumberParseException,
    PhoneNumberType,
    number_type,
    region_code_for_number,
)
from phonenumbers import parse as parse_number

_EU = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
GROUPS = MappingProxyType({"EU": _EU, "EEA": (*_EU, "IS", "LI", "NO")})
DEFAULT = "EU,EEA,GB,CH,US,CA,AU"
"""Where citizens of Greece live, and where an SMS costs what it costs at home, more or less."""
_ANSWERED = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def countries(listed: str) -> frozenset[str]:
    """The countries of a list as ``EU,GB``. Raises :class:`ValueError` for one that is none."""
    names = [name.strip().upper() for name in listed.split(",") if name.strip()]
    found = frozenset(country for name in names for country in GROUPS.get(name, (name,)))
    if not found or found - SUPPORTED_REGIONS:
        raise ValueError("must be countries of two letters, or EU or EEA, separated by commas")
    return found


def is_destination(address: str, listed: Set[str]) -> bool:
    """Does an SMS go to this number in E.164?"""
    try:
        number = parse_number(address)
    except NumberParseException:
        return False
    country = region_code_for_number(number)
    return country is not None and country in listed and number_type(number) in _ANSWERED
