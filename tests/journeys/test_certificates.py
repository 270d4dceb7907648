"""A certificate, from the wish to the file in hand: signed HTTP in, the sandbox State, a link that gives the paper."""

from __future__ import annotations

import pytest

from bot.phone.faults import ChannelName
from bot.phone.people import Person
from casestore.certificates.lifecycle import RequestState as S
from dialogues.catalogue import load_catalogue
from tests.journeys import certificates as c
from tests.journeys.conftest import Service

pytestmark = pytest.mark.slow

OF_REGISTRY = {
    registry: [code for code, kind in load_catalogue().issued.items() if kind.registry == registry]
    for registry in sorted({kind.registry for kind in load_catalogue().issued.values()})
}


def citizen_for(code: str) -> Person:
    return c.OF_CASES.get(code, c.A)


async def settled(service: Service, registry: str) -> None:
    """A clerk issues what waits, and the counter looks."""
    for wanted in [one for one in service.filing.all_wanted() if one.status == "pending"]:
        service.filing.issue(registry, wanted.id)
    await service.system.later(605)


@pytest.mark.parametrize("channel", ["viber", "sms"])
@pytest.mark.parametrize("registry", OF_REGISTRY)
async def test_each_certificate_comes_all_the_way(service: Service, registry: str, channel: ChannelName) -> None:
    person = citizen_for(OF_REGISTRY[registry][0])
    address = c.address_of(person, channel)
    await c.proven(service, person, channel)
    for code in OF_REGISTRY[registry]:
        title = load_catalogue().services[code].title["el"]
        before = len(service.system.said_to(address))
        said = await c.ask(service, person, channel, f"θέλω {c.NAMES[code]}")
        assert any("ζήτησα" in text for text in said), said
        await settled(service, registry)
        said = service.system.said_to(address)[before:]
        assert (await c.states(service))[-1] is S.ISSUED, (code, said)
        token = c.token_of(c.files_to(service, address)[-1]) if channel == "viber" else c.links_in(said)[-1]
        status, pdf, headers = await c.fetch(service.system, token)
        assert (status, headers["Content-Type"]) == (200, "application/pdf")
        assert pdf.startswith(b"%PDF-")
        assert title.encode() in pdf
        assert person.name.encode() in pdf
        if channel == "viber":
            message = c.files_to(service, address)[-1]
            assert message["size"] == len(pdf)
            assert message["file_name"] == f"{title}.pdf"
        assert any("Κωδικός" in text for text in said)
