"""What citizens hand in and ask for: submitted documents, requests for certificates, and the files of both.

Each is named by an id that the asker chose. The same id with the same content is the same thing, however often it
comes; with another content it is refused.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.sandbox.model import NotAllowed, NotThere
from connectors.sandbox.paperwork import CERTIFICATES, DETAIL_WORDS, OF_CASE, Kind
from connectors.sandbox.pdf import certificate_pdf
from connectors.sandbox.state import State

MOST_BYTES = 10 * 1024 * 1024
_MAGIC: Mapping[str, bytes] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


class Conflict(NotAllowed):
    """The id stands for something else already."""


class NoGood(NotAllowed):
    """A file or a detail that is not as it must be. ``code`` is the sandbox's own, for an ``errorRecord``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Filed:
    """A file of the registry's. Nobody but ``afm`` and the clerks may see it."""

    id: str
    registry: str
    afm: str
    sheet: Sheet
    at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """A document that was handed in: ``number`` is the registry's protocol number."""

    id: str
    reference: str
    code: str
    number: str
    file: Filed
    digest: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate that was asked for. ``status`` is ``pending``, ``issued`` or ``refused``."""

    id: str
    registry: str
    afm: str
    kind: Kind
    details: Mapping[str, str]
    number: str
    at: datetime
    status: str = "pending"
    reason: str = ""
    file: str | None = None
    fields: tuple[tuple[str, str], ...] = ()


class Filing:
    """None of the methods awaits, so on one event loop each change is whole."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._handed: dict[tuple[str, str], Handed] = {}
        self._wanted: dict[tuple[str, str], Wanted] = {}
        self._files: dict[str, Filed] = {}
        self._of_case: defaultdict[str, dict[str, Handed]] = defaultdict(dict)
        self._numbers = 1000

    # Documents

    def submit(self, id_: str, registry: str, reference: str, afm: str, code: str, sheet: Sheet) -> Handed:
        """Raises :class:`NotThere` for a case that is not this citizen's, as for one that is not there."""
        digest = _digest(reference, afm, code, sheet)
        before = self._handed.get((registry, id_))
        if before is not None:
            if before.digest != digest:
                raise Conflict("Ο αριθμός υποβολής έχει χρησιμοποιηθεί για άλλο έγγραφο.")
            return before
        case = self._state.case(reference)
        if (case.registry, case.afm) != (registry, afm):
            raise NotThere("Δεν υπάρχει υπόθεση με αυτόν τον αριθμό.")
        _check(sheet)
        self._state.hand_in(reference, code)
        handed = Handed(id_, reference, code, self._next_number(), self._keep(registry, afm, sheet), digest)
        self._handed[registry, id_] = self._of_case[reference][code] = handed
        return handed

    def of_case(self, reference: str) -> Mapping[str, Handed]:
        """What was last handed in for a case, by the document's code."""
        return self._of_case.get(reference, {})

    def file(self, id_: str) -> Filed:
        """Raises :class:`NotThere`."""
        try:
            return self._files[id_]
        except KeyError:
            raise NotThere("Δεν υπάρχει τέτοιο αρχείο.") from None

    # Certificates

    def request(self, id_: str, registry: str, afm: str, word: str, details: Mapping[str, str]) -> Wanted:
        """``word`` is the registry's name of the certificate. Some are issued at once, others by a clerk."""
        kind = next((kind for kind in CERTIFICATES[registry] if kind.word == word), None)
        if kind is None:
            raise NotThere("Δεν εκδίδεται τέτοιο πιστοποιητικό.")
        before = self._wanted.get((registry, id_))
        if before is not None:
            if (before.afm, before.kind, before.details) != (afm, kind, details):
                raise Conflict("Ο αριθμός αιτήματος έχει χρησιμοποιηθεί για άλλο πιστοποιητικό.")
            return before
        self._state.citizen(afm)
        for name in kind.details:
            if not details.get(name, "").strip():
                raise NoGood("DETAIL_MISSING", f"Λείπει: {DETAIL_WORDS[name]}.")
        self._check_case(registry, afm, details.get(OF_CASE))
        wanted = Wanted(id_, registry, afm, kind, details, self._next_number(), self._state.now())
        self._wanted[registry, id_] = wanted
        return self.issue(registry, id_) if kind.at_once else wanted

    def wanted(self, registry: str, id_: str) -> Wanted:
        """Raises :class:`NotThere`."""
        try:
            return self._wanted[registry, id_]
        except KeyError:
            raise NotThere("Δεν υπάρχει τέτοιο αίτημα.") from None

    def all_wanted(self) -> Iterator[Wanted]:
        """Newest first."""
        return reversed(self._wanted.values())

    def issue(self, registry: str, id_: str) -> Wanted:
        wanted = self._pending(registry, id_)
        fields = self._fields(wanted)
        foot = f"Αρ. πρωτ. {wanted.number}. Δοκιμαστικό έγγραφο: δεν έχει καμία ισχύ."
        content = certificate_pdf(wanted.kind.word, fields, foot)
        kept = self._keep(registry, wanted.afm, Sheet(f"{wanted.kind.code}.pdf", "application/pdf", content))
        document = {"title": wanted.kind.word, "fields": dict(fields), "id": kept.id}
        return self._settle(
            replace(wanted, status="issued", file=kept.id, fields=fields), "certificate.issued", {"document": document}
        )

    def refuse(self, registry: str, id_: str, reason: str) -> Wanted:
        refused = replace(self._pending(registry, id_), status="refused", reason=reason)
        return self._settle(refused, "certificate.refused", {"reason": reason})

    # Inside

    def _pending(self, registry: str, id_: str) -> Wanted:
        wanted = self.wanted(registry, id_)
        if wanted.status != "pending":
            raise NotAllowed("Το αίτημα έχει ήδη απαντηθεί.")
        return wanted

    def _settle(self, wanted: Wanted, event: str, told: Mapping[str, Any]) -> Wanted:
        self._wanted[wanted.registry, wanted.id] = wanted
        data = {"procedure": wanted.kind.code, "request": wanted.id, **told}
        self._state.announce(wanted.registry, event, wanted.id, wanted.afm, data)
        return wanted

    def _fields(self, wanted: Wanted) -> tuple[tuple[str, str], ...]:
        person = self._state.citizen(wanted.afm)
        told = (*wanted.kind.details, *([OF_CASE] if wanted.details.get(OF_CASE) else []))
        asked = tuple((DETAIL_WORDS[name], wanted.details[name]) for name in told)
        day = f"{self._state.now():%d/%m/%Y}"
        who = (("Επώνυμο", person.last), ("Όνομα", person.first), ("ΑΦΜ", person.afm))
        return (*who, *asked, *wanted.kind.facts, ("Ημερομηνία έκδοσης", day))

    def _check_case(self, registry: str, afm: str, reference: str | None) -> None:
        case = self._state.find(reference)
        if reference and (case is None or (case.registry, case.afm) != (registry, afm)):
            raise NoGood("DETAIL_WRONG", "Η υπόθεση δεν είναι του αιτούντος.")

    def _keep(self, registry: str, afm: str, sheet: Sheet) -> Filed:
        kept = Filed(f"{registry}-{len(self._files) + 1}", registry, afm, sheet, self._state.now())
        self._files[kept.id] = kept
        return kept

    def _next_number(self) -> str:
        self._numbers += 1
        return f"{self._numbers}/{self._state.now():%d-%m-%Y}"


def _digest(reference: str, afm: str, code: str, sheet: Sheet) -> str:
    facts = repr((reference, afm, code, sheet.name, sheet.media_type)).encode()
    return hashlib.sha256(facts + sheet.content).hexdigest()


def _check(sheet: Sheet) -> None:
    magic = _MAGIC.get(sheet.media_type)
    if magic is None or not sheet.content.startswith(magic):
        raise NoGood("FILE_TYPE", "Γίνονται δεκτά μόνο PDF, JPEG και PNG.")
    if len(sheet.content) > MOST_BYTES:
        raise NoGood("FILE_SIZE", "Το αρχείο ξεπερνά τα 10 MB.")
