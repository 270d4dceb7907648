"""A small State in memory: what a turn may read, with everybody's cases in it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dialogues.ports import (
    CaseView,
    CheckedCertificate,
    CodeCheck,
    CodeVerdict,
    Looks,
    NoticeSent,
    NoticeView,
    Overview,
    RequestedCertificate,
    SentPaper,
    Unavailable,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ANNA, VASILIS, CHRISTOS, DIMITRA, ELENI = 1, 2, 3, 4, 5
AFM = {ANNA: "123456783", VASILIS: "090000045", CHRISTOS: "090000057", DIMITRA: "090000069", ELENI: "090000070"}
CODE = "482913"

PERMIT = CaseView(
    reference="ΑΔ-2026-000123",
    registry="permits",
    procedure="building-permit",
    title="Οικοδομική άδεια",
    stage="completeness-check",
    updated_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    expected_by=date(2026, 12, 20),
)
INSURANCE = CaseView(
    reference="ΕΦ-2026-000201",
    registry="efka",
    procedure="insurance-record-correction",
    title="Διόρθωση στοιχείων ασφάλισης",
    stage="processing",
    updated_at=datetime(2026, 11, 18, 9, 0, tzinfo=UTC),
)
CADASTRE = CaseView(
    reference="ΚΤ-2026-000301",
    registry="cadastre",
    procedure="cadastre-correction",
    title="Διόρθωση κτηματολογικής εγγραφής",
    stage="completeness-check",
    updated_at=datetime(2026, 11, 19, 9, 0, tzinfo=UTC),
    missing=(("survey", "Τοπογραφικό διάγραμμα", date(2026, 12, 1)),),
)
FLOOD = CaseView(
    reference="ΠΠ-2026-000401",
    registry="civil_protection",
    procedure="flood-compensation",
    title="Αποζημίωση πλημμύρας",
    stage="on-site-inspection",
    updated_at=datetime(2026, 11, 10, 9, 0, tzinfo=UTC),
    expected_by=date(2026, 11, 15),
)
BIRTH = CaseView(
    reference="ΚΕ-2026-000501",
    registry="kep",
    procedure="birth-certificate",
    title="Ληξιαρχική πράξη γέννησης",
    stage="issuance",
    updated_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    outcome="granted",
    closed=True,
)


@dataclass
class Privacy:
    """What is held of everybody alike, how they want to be told, and digits that follow from the mark."""

    holds: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            (
                "messages",
                "contact_points",
                "cases",
                "handed_in",
                "certificates",
                "alerts",
                "preferences",
                "codes",
                "registry_calls",
            ),
            2,
        )
    )
    view: NoticeView = field(default_factory=lambda: NoticeView(None, False, ("22:00", "08:00"), None))

    async def held(self, citizen_id: int) -> dict[str, int]:
        return self.holds

    async def notices(self, conversation_id: int, citizen_id: int | None) -> NoticeView:
        return self.view

    told: tuple[NoticeSent, ...] = ()

    async def sent(self, citizen_id: int) -> tuple[NoticeSent, ...]:
        return self.told

    looked: Looks = field(default_factory=lambda: Looks((), 0, 0))

    async def looks(self, citizen_id: int, now: datetime) -> Looks:
        return self.looked

    asked: int = 0

    async def confirmations_asked(self, conversation_id: int, now: datetime) -> int:
        return self.asked

    ordered: int = 0

    async def orders_asked(self, conversation_id: int, now: datetime) -> int:
        return self.ordered

    def confirmation(self, conversation_id: int, mark: str) -> str:
        return f"{zlib.crc32(f'{conversation_id}/{mark}'.encode()) % 10**6:06d}"


@dataclass
class Papers:
    """What waits in every chat alike, and what was handed in by everybody."""

    files: int = 0
    handed_in: tuple[SentPaper, ...] = ()

    async def waiting(self, conversation_id: int, citizen_id: int | None, now: datetime) -> int:
        return self.files

    async def sent(self, citizen_id: int, now: datetime) -> tuple[SentPaper, ...]:
        return self.handed_in


@dataclass
class Certificates:
    """What everybody has asked for alike; ``off``: what cannot be asked for here now."""

    requests: tuple[RequestedCertificate, ...] = ()
    issued: dict[str, CheckedCertificate] = field(default_factory=dict)
    slow: bool = False
    off: frozenset[str] = frozenset()
    may: bool = True

    def issues(self, kind: str) -> bool:
        return kind not in self.off

    async def may_ask(self, citizen_id: int, now: datetime) -> bool:
        return self.may

    async def asked(self, citizen_id: int, now: datetime) -> tuple[RequestedCertificate, ...]:
        return self.requests

    async def checked(self, code: str, asker: str) -> CheckedCertificate | None:
        return None if self.slow else self.issued.get(code, CheckedCertificate("unknown"))


@dataclass
class State:
    """Cases by citizen, mobiles by tax number, and one code with its attempts. ``down`` names what does not answer."""

    of: dict[int, tuple[CaseView, ...]] = field(
        default_factory=lambda: {
            ANNA: (PERMIT,),
            VASILIS: (INSURANCE, CADASTRE),
            CHRISTOS: (FLOOD,),
            DIMITRA: (),
            ELENI: (BIRTH,),
        }
    )
    mobiles: dict[str, str] = field(
        default_factory=lambda: {AFM[who]: f"+30690000000{who}" for who in (ANNA, VASILIS, CHRISTOS, DIMITRA)}
    )
    code: str | None = CODE
    proves: int | None = ANNA
    attempts_left: int = 3
    expired: bool = False
    incomplete: bool = False
    down: set[str] = field(default_factory=set)
    privacy: Privacy = field(default_factory=lambda: Privacy())
    documents: Papers = field(default_factory=lambda: Papers())
    certificates: Certificates = field(default_factory=lambda: Certificates())
    stale: tuple[tuple[str, datetime], ...] = ()
    silent: tuple[str, ...] = ()

    async def overview(self, citizen_id: int) -> Overview:
        self._answer("cases")
        return Overview(self.of[citizen_id], self.stale, self.silent)

    async def mobile_of(self, afm: str) -> str | None:
        self._answer("contacts")
        return self.mobiles.get(afm)

    async def may_ask_for_code(self, conversation_id: int, afm: str, now: datetime) -> bool:
        return True

    async def check_code(self, conversation_id: int, code: str, now: datetime) -> CodeCheck:
        if self.code is None:
            return CodeCheck(CodeVerdict.NONE)
        if self.expired:
            return CodeCheck(CodeVerdict.EXPIRED, 7)
        if self.incomplete:
            return CodeCheck(CodeVerdict.INCOMPLETE, 7)
        if self.attempts_left > 0 and code == self.code:
            return CodeCheck(CodeVerdict.RIGHT, 7, self.attempts_left, self.proves)
        left = max(0, self.attempts_left - 1)
        return CodeCheck(CodeVerdict.WRONG if left else CodeVerdict.SPENT, 7, left)

    def _answer(self, what: str) -> None:
        if what in self.down:
            raise Unavailable(what)
