"""A citizen asks for a person and is answered by one, through signed HTTP on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from casestore.staff.model import Role
from dialogues.turn import Handover
from tests.console import Employee, employ, signed_in
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

VIBER, MOBILE = "tGVuIFZpYmVyIGlkIGhlcmU=", "+306900000001"
CHANNELS = {"viber": VIBER, "sms": MOBILE}
BACK = {
    "viber": "Η συνομιλία με τον υπάλληλο τελείωσε. Από τώρα σας απαντά ξανά ο ψηφιακός βοηθός.",
    "sms": "Τέλος συνομιλίας με υπάλληλο. Απαντά ξανά ο βοηθός.",
}


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    """A bot that wants a person at every message, and two employees, in one time zone's office hours."""
    dialogue = EchoDialogue(effects=[Handover("asked")])
    async with running_system(sqlite_url, dialogue) as system:
        await employ(system.store, "anna@gov.gr", name="Άννα Π.")
        await employ(system.store, "nikos@gov.gr", name="Νίκος Κ.")
        await employ(system.store, "head@gov.gr", Role.SUPERVISOR)
        yield system


@pytest.fixture
async def anna(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "anna@gov.gr") as employee:
        yield employee


@pytest.fixture
async def nikos(system: System) -> AsyncIterator[Employee]:
    async with signed_in(system.url, "nikos@gov.gr") as employee:
        yield employee


async def write(system: System, channel: str, text: str) -> None:
    network = system.phone.viber if channel == "viber" else system.phone.sms
    assert await network.write(CHANNELS[channel], text)
    await system.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_person_takes_over_answers_and_hands_back(system: System, anna: Employee, channel: str) -> None:
    address = CHANNELS[channel]
    await write(system, channel, "θέλω υπάλληλο")
    assert system.said_to(address) == ["re: θέλω υπάλληλο #1", "[utter_queue_place el] 1"]
    [item] = await anna.waiting()
    assert (item["owner"], item["preview"], item["reason"]) == ("queue", "θέλω υπάλληλο", "asked")
    version = await anna.claim(item["id"])
    assert await anna.waiting() == []
    await write(system, channel, "είσαι εκεί;")
    assert len(system.said_to(address)) == 2  # the bot is silent
    [mine] = await anna.waiting("mine")
    assert mine["waiting_since"] is not None
    assert (await anna.reply(item["id"], "Καλημέρα σας.", version))[0] == 202
    assert (await anna.reply(item["id"], "Το κοιτάζω.", version))[0] == 202
    await system.settle()
    assert system.said_to(address)[2:] == ["Άννα Π., υπάλληλος:\nΚαλημέρα σας.", "Το κοιτάζω."]
    shown = await anna.one(item["id"])
    assert [(line["author"], line["state"]) for line in shown["messages"][-3:]] == [
        ("citizen", "received"),
        ("agent", "sent"),
        ("agent", "sent"),
    ]
    assert (shown["messages"][-1]["text"], shown["messages"][-1]["name"]) == ("Το κοιτάζω.", "Άννα Π.")
    status, back = await anna.act(item["id"], "release", summary="Όλα καλά")
    assert (status, back["owner"]) == (200, "bot")
    await write(system, channel, "γεια")
    assert system.said_to(address)[4] == BACK[channel]
    assert system.said_to(address)[5].startswith("re: γεια")
