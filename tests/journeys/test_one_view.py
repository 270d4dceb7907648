"""One view: status, list and what is pending, for each registry, on both channels, and when registries are down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from bot.phone.faults import ChannelName
from bot.phone.people import PEOPLE
from casestore.people.identity import PROVEN
from connectors.sandbox.books import BOOKS
from connectors.sandbox.faults import Fault, Kind
from connectors.sandbox.model import Document
from dialogues.catalogue import load_catalogue
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, messages

B, D = PEOPLE[1], PEOPLE[3]
STATUS, LIST, PENDING = "που βρίσκεται η {}", "ποιες υποθέσεις έχω;", "τι έγγραφα λείπουν για την {}"
OFFICES = {"permits": "δόμησης", "efka": "ΕΦΚΑ", "cadastre": "ηματολόγιο", "civil_protection": "ροστασία", "kep": "ΚΕΠ"}

pytestmark = pytest.mark.slow


@dataclass
class Talk:
    """Citizen D, known on both channels, who asks on one of them."""

    counter: Service
    channel: ChannelName

    async def say(self, text: str) -> str:
        """What is answered."""
        address = D.number if self.channel == "sms" else D.viber_id
        return "\n".join(await messages(self.counter.system, self.channel, address, text))


async def known(service: Service, channel: ChannelName) -> Talk:
    """D's Viber chat is linked; the mobile is known by itself once D has a case."""
    store, now = service.system.store, service.system.clock()
    async with service.system.store.database.write() as connection:
        citizen = await store.citizens.ensure_one(connection, afm_of(D), now)
        point = await store.contact_points.ensure(connection, "viber", D.viber_id, now)
        await store.links.link(connection, point, citizen, PROVEN, "code", now)
    await service.system.later(61)
    return Talk(service, channel)


def opens(service: Service, registry: str) -> tuple[str, str, str]:
    """A case of D's there: its reference, its stage in words, and the paper that it lacks."""
    book = BOOKS[registry]
    kind = book.procedures[0]
    case = service.state.open(registry, afm_of(D), kind.code, "")
    paper = kind.papers[0]
    service.state.require(case.reference, [Document(paper.code, "", "missing", "", date(2026, 12, 1))])
    stage = load_catalogue().stage(kind.code, case.stage)
    assert stage is not None
    return case.reference, stage.title["el"], paper.title


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("registry", list(BOOKS))
async def test_every_registry_is_asked_for_status_list_and_what_is_pending(
    service: Service, registry: str, channel: ChannelName
) -> None:
    reference, stage, paper = opens(service, registry)
    other = opens(service, "efka" if registry != "efka" else "permits")[0]
    talk = await known(service, channel)
    status = await talk.say(STATUS.format(reference))
    assert reference in status
    assert stage in status
    listed = await talk.say(LIST)
    assert reference in listed
    assert other in listed
    assert (f"Λείπουν: {paper}" if channel == "viber" else "Περιμένουν έγγραφά σας") in listed
    pending = await talk.say(PENDING.format(reference))
    assert paper.replace("\n", " ") in pending
    assert "πως ήταν" not in status + listed + pending


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("registry", list(BOOKS))
async def test_a_registry_that_is_down_is_told_as_it_was_and_when(
    service: Service, registry: str, channel: ChannelName
) -> None:
    reference, stage, paper = opens(service, registry)
    talk = await known(service, channel)
    at = "στις 11:01"  # when it was last read to its end: 9:01 in UTC
    service.faults.put(registry, Fault(Kind.ERROR))
    await service.system.later(3600)
    for question in (STATUS, LIST, PENDING):
        answer = await talk.say(question.format(reference))
        assert "πως ήταν " + at in answer, question
        assert reference in answer
    assert stage in await talk.say(STATUS.format(reference))
    assert paper in await talk.say(PENDING.format(reference))


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_what_a_registry_said_since_the_last_reading_is_told_at_once(
    service: Service, channel: ChannelName
) -> None:
    """The view asks: no event has come, and no feed was read."""
    reference = opens(service, "kep")[0]
    talk = await known(service, channel)
    service.state.move(reference, "issuance")
    service.system.clock.forward(0)  # the feeds are not due
    [feed] = [job for job in service.system.jobs if job.name == "feed-kep"]
    assert await feed.step() is False
    assert "έκδοση" in await talk.say(STATUS.format(reference))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_registry_of_which_nothing_is_known_is_named_and_never_said_to_hold_nothing(service: Service) -> None:
    talk = await known(service, "viber")
    async with service.system.store.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM cursors WHERE feed = 'feed-cadastre'")
    service.faults.put("cadastre", Fault(Kind.ERROR))
    await service.system.later(31)
    answer = await talk.say(LIST)
    assert "Δεν απαντούν τώρα" in answer
    assert "τηματολόγιο" in answer
    assert "Δεν βρίσκω υποθέσεις στο όνομά σας" not in answer
