"""Whom a mass notice is for: conditions on cases, and lists of keys, tax numbers or mobiles."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    format_number,
    is_valid_number,
    number_type,
)
from phonenumbers import parse as parse_number
from stdnum.gr import vat

from connectors.connect import CASE_REGISTRIES
from dialogues.catalogue import Catalogue

FIELDS = ("registry", "procedure", "stage")
MOST_ENTRIES = 2_000_000
_KEY, _AFM = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9]{9}")
Cases = Mapping[str, tuple[str, ...]]
"""By field, the values of which one must be the case's."""


class BadAudience(ValueError):
    """It cannot be read; says why, and never repeats an entry of a list."""


@dataclass(frozen=True, slots=True)
class Entries:
    """A list, sorted by what each entry is. ``bad``: entries that are nothing of it."""

    keys: frozenset[str] = frozenset()
    afms: frozenset[str] = frozenset()
    mobiles: frozenset[str] = frozenset()
    bad: int = 0


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody whom any of these takes in, once."""

    cases: tuple[Cases, ...] = ()
    lists: tuple[tuple[str, Entries], ...] = field(default=())

    def described(self) -> str:
        """For whoever looks at it: conditions, and the names of the lists with how many entries they have."""
        lists = {name: len(of.keys) + len(of.afms) + len(of.mobiles) + of.bad for name, of in self.lists}
        return json.dumps({"cases": [dict(one) for one in self.cases], "lists": lists}, ensure_ascii=False)

    def is_of(self, registries: frozenset[str]) -> bool:
        """Does it take in only people with cases of these registries?"""
        return not self.lists and all(set(one.get("registry", ("",))) <= registries for one in self.cases)


def read_cases(conditions: str, catalogue: Catalogue) -> Cases:
    """From ``procedure=flood-compensation stage=cross-checks,on-site-inspection``. Raises :class:`BadAudience`."""
    found: dict[str, tuple[str, ...]] = {}
    for one in conditions.split():
        name, _, values = one.partition("=")
        if name not in FIELDS or not all(values.split(",")):
            raise BadAudience(f"conditions are {', '.join(FIELDS)}, each as name=value or name=value,value")
        found[name] = tuple(values.split(","))
    if not found:
        raise BadAudience("no condition: it would be everybody")
    registries = {words.registry for words in CASE_REGISTRIES}
    if unknown := set(found.get("registry", ())) - registries:
        raise BadAudience(f"no such registry: {', '.join(sorted(unknown))}")
    if unknown := {each for each in found.get("procedure", ()) if catalogue.procedure(each) is None}:
        raise BadAudience(f"no such procedure: {', '.join(sorted(unknown))}")
    return found


def read_list(file: Path) -> Entries:
    """One entry a line: a citizen's key, a tax number, a mobile; blank lines and what follows # do not count. Raises
    :class:`BadAudience`."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadAudience(f"{file.name}: cannot be read ({type(error).__name__})") from None
    entries = [entry for line in lines if (entry := line.partition("#")[0].strip())]
    if len(entries) > MOST_ENTRIES:
        raise BadAudience(f"{file.name}: more than {MOST_ENTRIES} entries")
    return sorted_out(entries)


def sorted_out(entries: Sequence[str]) -> Entries:
    """Each by what it is."""
    keys, afms, mobiles, bad = set(), set(), set(), 0
    for entry in entries:
        if _KEY.fullmatch(entry):
            keys.add(entry)
        elif _AFM.fullmatch(entry) and vat.is_valid(entry):
            afms.add(entry)
        elif number := _mobile(entry):
            mobiles.add(number)
        else:
            bad += 1
    return Entries(frozenset(keys), frozenset(afms), frozenset(mobiles), bad)


def _mobile(entry: str) -> str | None:
    """In E.164, if it can be a mobile."""
    try:
        number = parse_number(entry, "GR")
    except NumberParseException:
        return None
    kinds = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not is_valid_number(number) or number_type(number) not in kinds:
        return None
    return str(format_number(number, PhoneNumberFormat.E164))
