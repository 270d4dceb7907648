"""Asking for certificates as citizens do: by what the counter asks for, until a file is in hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.phone.faults import ChannelName
from bot.phone.people import PEOPLE, Person
from casestore.certificates.lifecycle import RequestState
from casestore.tables import certificate_requests
from tests.harness import PUBLIC_URL, System
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, messages

A, B, C = PEOPLE[:3]
AMKA, KAEK = "01018000156", "050681726008"
NAMES: Mapping[str, str] = {
    "birth-certificate": "πιστοποιητικό γέννησης",
    "family-status-certificate": "πιστοποιητικό οικογενειακής κατάστασης",
    "insurance-clearance": "ασφαλιστική ενημερότητα",
    "insurance-history": "ασφαλιστικό ιστορικό",
    "employment-certificate": "βεβαίωση προϋπηρεσίας",
    "registration-certificate": "βεβαίωση απογραφής",
    "re-registration-certificate": "βεβαίωση επανεγγραφής",
    "contributions-certificate": "βεβαίωση εισφορών για φορολογική χρήση",
    "cadastral-sheet": "αντίγραφο κτηματολογικού φύλλου",
    "cadastral-diagram": "απόσπασμα κτηματολογικού διαγράμματος",
    "cadastral-entries": "πιστοποιητικό κτηματολογικών εγγραφών",
    "act-registration": "πιστοποιητικό καταχώρισης πράξης",
    "no-entries": "πιστοποιητικό μη ύπαρξης εγγραφών",
    "inspection-certificate": "βεβαίωση αυτοψίας",
    "affected-person-certificate": "βεβαίωση πληγέντος",
    "building-permit-copy": "αντίγραφο οικοδομικής άδειας",
}
OF_CASES = {"inspection-certificate": C, "affected-person-certificate": C, "building-permit-copy": A}
"""Whose cases these are of; of the others anybody's."""
_ANSWERS = (("σκοπό", "1"), ("ΚΑΕΚ του", KAEK), ("ΚΑΕΚ (12", KAEK), ("ΑΜΚΑ σας", AMKA), ("Να το ζητήσω;", "ναι"))


def address_of(person: Person, channel: ChannelName) -> str:
    return person.viber_id if channel == "viber" else person.number


async def proven(service: Service, person: Person, channel: ChannelName, code: str = "135790") -> None:
    """The person is proven in this chat."""
    address = address_of(person, channel)
    await messages(service.system, channel, address, "σύνδεση")
    told = "\n".join(await messages(service.system, channel, address, afm_of(person)))
    digits = re.search(r"\b(\d{4})\b", told) if channel == "sms" else None
    typed = f"{code} {digits[1]}" if digits else code
    assert "Συνδεθήκατε" in "\n".join(await messages(service.system, channel, address, typed)), told


async def ask(service: Service, person: Person, channel: ChannelName, text: str, most: int = 6) -> list[str]:
    """Ask for it and answer whatever is asked, until nothing is; all that was said meanwhile."""
    address, said = address_of(person, channel), list[str]()
    for _ in range(most):
        answers = await messages(service.system, channel, address, text)
        said += answers
        following = _answer("\n".join(answers))
        if following is None:
            return said
        text = following
    raise AssertionError(said)


def _answer(told: str) -> str | None:
    digits = re.search(r"απαντήστε (\d{6})", told)
    return digits[1] if digits else next((answer for asked, answer in _ANSWERS if asked in told), None)


def links_in(said: list[str]) -> list[str]:
    """The tokens of the links to papers, as the texts hold them."""
    return re.findall(rf"{re.escape(PUBLIC_URL)}/d/(\S+)", "\n".join(said))


def files_to(service: Service, address: str) -> list[Mapping[str, Any]]:
    """The file messages that Viber took for this address."""
    return [
        one.payload
        for one in service.system.phone.accepted
        if one.address == address and one.payload.get("type") == "file"
    ]


def token_of(message: Mapping[str, Any]) -> str:
    return str(message["media"]).removeprefix(f"{PUBLIC_URL}/d/")


async def fetch(system: System, token: str, method: str = "GET") -> tuple[int, bytes, Mapping[str, str]]:
    """What a link gives: status, content, headers."""
    async with aiohttp.ClientSession() as session, session.request(method, f"{system.url}/d/{token}") as response:
        return response.status, await response.read(), response.headers


async def states(service: Service) -> list[RequestState]:
    async with service.system.store.database.read() as connection:
        found = await connection.scalars(select(certificate_requests.c.state).order_by(certificate_requests.c.id))
        return [RequestState(state) for state in found]
