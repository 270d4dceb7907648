"""The certificates that are issued from here, as data: what each takes, how long it holds, how its paper looks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from dialogues.say import LocalizedText

CASE, KAEK, PURPOSE, AMKA = "case", "kaek", "purpose", "amka"
DETAILS = (CASE, KAEK, PURPOSE, AMKA)
"""What a registry may have to be told, by our name."""
SECRET = frozenset({AMKA})
"""Told last, after the confirmation, and never remembered by a conversation."""
_LEVELS = (1, 2)


class BadEntry(ValueError):
    """An entry of the catalogue that cannot be used. Names the entry and the field."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"certificates.yml: {code}: {field}")


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """One entry. ``details`` in the order of asking; ``case_of``: the procedures whose cases it may be of.

    ``holder``: the registry's fields that name whose it is. ``valid_months``: ``None`` where no source says how long it
    holds. ``lasting``: to be verified for longer than the seal's certificate is valid. ``note`` is printed.
    """

    code: str
    registry: str
    template: str
    level: int
    details: tuple[str, ...]
    holder: tuple[str, ...]
    note: str
    kept_days: int
    lasting: bool
    case_of: frozenset[str] = frozenset()
    purposes: tuple[LocalizedText, ...] = ()
    valid_months: int | None = None

    def valid_until(self, issued_at: datetime) -> datetime | None:
        """``None`` where no source says how long it holds."""
        return None if self.valid_months is None else _months_later(issued_at, self.valid_months)


def certificate_kinds(data: Mapping[str, Any]) -> Mapping[str, CertificateKind]:
    """The file's entries by code. Raises :class:`BadEntry`."""
    kinds = {code: _kind(code, entry) for code, entry in data.items() if code != "defaults"}
    return MappingProxyType(kinds)


def _kind(code: str, entry: Mapping[str, Any]) -> CertificateKind:
    lists = {name: tuple(entry.get(name, ())) for name in ("details", "holder", "purposes")}
    try:
        kind = CertificateKind(code=code, **{**entry, **lists, "case_of": frozenset(entry.get("case_of", ()))})
    except TypeError as error:
        raise BadEntry(code, str(error)) from None
    for field, good in _checks(kind).items():
        if not good:
            raise BadEntry(code, field)
    return kind


def _checks(kind: CertificateKind) -> Mapping[str, bool]:
    """By field: is it as it must be? A secret is told last, for nothing is asked after it."""
    secret = [name in SECRET for name in kind.details]
    return {
        "registry": bool(kind.registry),
        "template": bool(kind.template),
        "level": kind.level in _LEVELS,
        "details": set(kind.details) <= set(DETAILS) and secret == sorted(secret) and sum(secret) <= 1,
        "case_of": (CASE in kind.details) == bool(kind.case_of),
        "purposes": (PURPOSE in kind.details) == bool(kind.purposes),
        "holder": bool(kind.holder),
        "valid_months": kind.valid_months is None or kind.valid_months > 0,
        "kept_days": kind.kept_days > 0,
        "note": bool(kind.note),
    }


def _months_later(at: datetime, months: int) -> datetime:
    """The same day of that month, or its last: from 31 August six months lead to 28 or 29 February."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
