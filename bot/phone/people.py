"""Who holds a phone in the demo: the citizens of the sandbox State, and one number that the State does not know."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


def viber_id_of(key: str) -> str:
    """The Viber user id of a person: 24 characters, and the same after every restart, so that a link survives it."""
    return base64.b64encode(hashlib.sha256(f"demo-phone:{key}".encode()).digest()[:16]).decode("ascii")


@dataclass(frozen=True, slots=True)
class Person:
    """One handset. ``name`` is what the State and Viber call its holder. ``afm`` and ``registered`` (is the mobile in
    ΕΜΕπ?) are shown so that a newcomer can link."""

    key: str
    name: str
    number: str
    afm: str | None
    registered: bool
    cases: tuple[str, ...]

    @property
    def viber_id(self) -> str:
        """The id by which Viber names this person to the service."""
        return viber_id_of(self.key)


PEOPLE = (
    Person("A", "Μαρία Αντωνίου", "+306900000001", "123456783", True, ("ΑΔ-2026-000123",)),
    Person("B", "Γιώργος Βλάχος", "+306900000002", "090000045", True, ("ΕΦ-2026-000201", "ΚΤ-2026-000301")),
    Person("C", "Ελένη Γεωργίου", "+306900000003", "090000057", True, ("ΠΠ-2026-000401",)),
    Person("D", "Δημήτρης Δήμου", "+306900000004", "090000069", True, ()),
    Person("E", "Σοφία Ευαγγέλου", "+306900000005", "090000070", False, ("ΚΕ-2026-000501",)),
    Person("X", "Άγνωστος", "+306900000009", None, False, ()),
)
"""The sandbox's citizens A to E (E's mobile is not in ΕΜΕπ) and X, whose number nobody has registered."""
