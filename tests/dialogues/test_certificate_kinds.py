"""The catalogue of certificates: what is in it can be asked for, and what cannot be used is not loaded."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.connect import VOCABULARIES
from dialogues.catalogue import load_catalogue
from dialogues.catalogue.certificates import BadEntry, certificate_kinds

NAMED = {
    "building-permit-copy", "insurance-clearance", "insurance-history", "employment-certificate",
    "registration-certificate", "cadastral-sheet", "cadastral-diagram", "cadastral-entries", "inspection-certificate",
    "affected-person-certificate", "family-status-certificate", "birth-certificate",
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "registry": "kep",
    "template": "civil-status",
    "level": 2,
    "holder": ["Όνομα"],
    "note": "…",
    "kept_days": 180,
    "lasting": False,
}


def test_every_certificate_with_a_name_is_issued_from_here() -> None:
    catalogue = load_catalogue()
    assert set(catalogue.issued) == catalogue.certificates
    assert set(catalogue.issued) >= NAMED
    assert all(kind.level == 2 for kind in catalogue.issued.values())  # all tell of a person


def test_each_is_offered_by_its_registry_and_is_told_all_that_it_needs() -> None:
    for kind in load_catalogue().issued.values():
        offered = {one.code: one.details for one in VOCABULARIES[kind.registry].certificates}
        assert set(offered[kind.code]) <= set(kind.details), kind.code


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"level": 7}, "level"),
        ({"details": ["shoe-size"]}, "details"),
        ({"details": ["amka", "kaek"]}, "details"),  # what is secret comes last
        ({"details": ["case"]}, "case_of"),
        ({"details": ["purpose"]}, "purposes"),
        ({"valid_months": 0}, "valid_months"),
        ({"holder": []}, "holder"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_an_entry_that_cannot_be_used_is_named_with_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadEntry, match=f"odd: .*{field}"):
        certificate_kinds({"odd": {**ENTRY, **wrong}})


def test_it_holds_until_the_same_day_of_a_later_month() -> None:
    [kind] = certificate_kinds({"paper": {**ENTRY, "valid_months": 6}}).values()
    assert kind.valid_until(datetime(2026, 8, 31, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)
    assert certificate_kinds({"paper": ENTRY})["paper"].valid_until(datetime(2026, 8, 31, tzinfo=UTC)) is None
