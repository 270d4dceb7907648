"""What each address has proven, kept beside a walk of random steps: who may be told what where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.phone.people import PEOPLE

if TYPE_CHECKING:
    from tests.journeys.conftest import Service

CITIZENS = tuple(person for person in PEOPLE if person.afm)


@dataclass(slots=True)
class Sent:
    """A code as its holder got it: for the chat that asked, of this citizen, until then."""

    code: str
    chat: str
    afm: str
    mobile: str | None
    until: datetime


@dataclass(slots=True)
class Oracle:
    """Who may be told what where. ``proven``: by chat, the citizen and the mobile that the proof rests on."""

    mobiles: dict[str, str | None]
    proven: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    declined: set[tuple[str, str]] = field(default_factory=set)

    def may(self, address: str) -> set[str]:
        held = {
            afm for afm, mobile in self.mobiles.items() if mobile == address and (afm, address) not in self.declined
        }
        return held | ({self.proven[address][0]} if address in self.proven else set())

    def prove(self, sent: Sent) -> None:
        self.proven[sent.chat] = (sent.afm, sent.mobile)
        self.declined.discard((sent.afm, sent.chat))

    def unlink(self, address: str) -> None:
        """At their own number a citizen is not known again before a proof. Of two behind one number this asks less than
        the service does: who of them it knew does not show."""
        afm, rests = self.proven.pop(address, (None, None))
        held = [one for one, mobile in self.mobiles.items() if mobile == address]
        if afm is not None and rests == address:
            self.declined.add((afm, address))
        if afm is None and len(held) == 1:
            self.declined.add((held[0], address))

    def change(self, afm: str, mobile: str | None) -> None:
        self.mobiles[afm] = mobile
        self.declined = {(one, at) for one, at in self.declined if one != afm or at == mobile}
        self.proven = {
            chat: (one, rests) for chat, (one, rests) in self.proven.items() if one != afm or rests in (None, mobile)
        }


def mark(service: Service) -> dict[str, tuple[str, ...]]:
    """By citizen, what only they may hear: the numbers of their cases, and one that stands in the notes of these."""
    for number, person in enumerate(CITIZENS, 7_700_001):
        for reference in person.cases:
            case = service.state.case(reference)
            service.state.file(replace(case, note=f"Αριθμός {number}", sequence=case.sequence + 1))
    return {
        person.afm or "": (str(number), *(case.partition("-")[2] for case in person.cases))
        for number, person in enumerate(CITIZENS, 7_700_001)
    }
