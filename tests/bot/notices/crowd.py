"""Many citizens at once, each with a mobile that the contact registry holds and a case: whom mass notices are for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from stdnum.gr import vat

from bot.store import Store
from casestore.people.identity import KNOWN_NUMBER
from casestore.tables import cases, citizens, contact_points, links
from casestore.vault import address_key

FIRST_ID = 1_000_000
BATCH = 200


def afm_of(number: int) -> str:
    base = f"{10_000_000 + number:08d}"
    return f"{base}{vat.calc_check_digit(base)}"


def reference_of(number: int) -> str:
    return f"ΠΠ-2026-{number + 500_000:06d}"


def mobile_of(number: int) -> str:
    return f"+3069{number:08d}"


def mobiles(count: int) -> Mapping[str, str]:
    """What the contact registry holds for them."""
    return {afm_of(number): mobile_of(number) for number in range(count)}


async def crowd(store: Store, count: int, now: datetime, *, registry: str = "civil_protection") -> None:
    """The same as the feeds would have put on record, in bulk."""
    for start in range(0, count, BATCH):
        people = range(start, min(count, start + BATCH))
        rows: list[Mapping[str, Any]] = [_rows(store, number, now, registry) for number in people]
        for table in (citizens, contact_points, links, cases):
            await store.database.append({table: [row[table.name] for row in rows]})


def _rows(store: Store, number: int, now: datetime, registry: str) -> Mapping[str, Any]:
    vault, who = store.vault, FIRST_ID + number
    mobile = mobile_of(number)
    key = address_key(vault, "sms", mobile)
    citizen = {"id": who, "afm_key": vault.index("afm", afm_of(number)), "created_at": now}
    citizen |= {"afm_sealed": vault.seal("citizens.afm", afm_of(number)), "contact_due_at": now.replace(year=2030)}
    point = {"id": who, "channel": "sms", "address_key": key, "created_at": now}
    point |= {"address_sealed": vault.seal("contact_points.address", mobile), "reachable": True}
    link = {"contact_point_id": who, "citizen_id": who, "level": KNOWN_NUMBER, "source": "registry"}
    link |= {"linked_at": now, "rests_on": key, "agreed_at": now}
    case = {"id": who, "citizen_id": who, "registry": registry, "reference": reference_of(number)}
    case |= {"procedure": "flood-compensation", "stage": "cross-checks", "sequence": 1, "closed": False}
    case |= {"title_sealed": vault.seal("cases.title", "Αρωγή"), "note_sealed": vault.seal("cases.note", "")}
    case |= {"updated_at": now}
    return {"citizens": citizen, "contact_points": point, "links": link, "cases": case}
