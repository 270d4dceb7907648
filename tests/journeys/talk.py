"""Talking to the counter as citizens do: in through a signed webhook, and out of the telephone what came back."""

from __future__ import annotations

from bot.phone.faults import ChannelName
from bot.phone.people import Person
from tests.harness import System
from tests.journeys.conftest import Service


async def write(system: System, channel: ChannelName, address: str, text: str) -> None:
    """Send it and wait for nothing."""
    handsets = system.phone.viber if channel == "viber" else system.phone.sms
    assert await handsets.write(address, text)


async def messages(system: System, channel: ChannelName, address: str, text: str) -> list[str]:
    """Send it; the messages that came back to this address."""
    before = len(system.said_to(address))
    await write(system, channel, address, text)
    await system.settle()
    return system.said_to(address)[before:]


async def sms(service: Service, number: str, text: str) -> str:
    """What is answered by SMS, in one text; empty if nothing is."""
    return "\n".join(await messages(service.system, "sms", number, text))


async def viber(service: Service, person: str, text: str) -> str:
    """Likewise on Viber."""
    return "\n".join(await messages(service.system, "viber", person, text))


def afm_of(person: Person) -> str:
    assert person.afm is not None
    return person.afm
