"""A certificate, from the wish to the file in hand: signed HTTP in, the sandbox State, a link that gives the paper."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pypdfium2
import pytest
from sqlalchemy import func, select

from bot.certificates.issuer import make_issuer
from bot.commands.doctor_watch import watch_findings
from bot.phone.faults import ChannelName
from bot.phone.people import Person
from casestore.certificates.lifecycle import RequestState as S
from casestore.tables import certificate_links, certificate_requests, handovers
from connectors.sandbox.faults import Fault, Kind
from dialogues.catalogue import load_catalogue
from nlu.certificate_codes import codes_in
from tests.bot.certificates.papers import papers
from tests.connectors.signing import headers
from tests.fakes.issuer import PlainIssuer
from tests.guards.sizes import ROOT
from tests.harness import EVENTS_SECRET, settings_for
from tests.journeys import certificates as c
from tests.journeys.conftest import Service, running_counter
from tests.journeys.talk import sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow

VALIDATOR = ROOT / "tests/bot/certificates/seal/validator.py"
KINDS = load_catalogue().issued


FAMILY, BIRTH = c.NAMES["family-status-certificate"], c.NAMES["birth-certificate"]


@pytest.fixture
async def service(sqlite_url: str, model: Model) -> AsyncIterator[Service]:
    """What differs between the databases, the stores' own tests ask of both."""
    async with running_counter(sqlite_url, model, ("135790", "246801", "975310")) as service:
        yield service


@pytest.fixture
async def known(service: Service) -> Service:
    await c.proven(service, c.A, "viber")
    return service


def citizen_for(code: str) -> Person:
    return c.OF_CASES.get(code, c.A)


async def settled(service: Service, registry: str) -> None:
    """A clerk issues what waits, and the counter looks."""
    waiting = [one for one in service.filing.all_wanted() if one.status == "pending"]
    for wanted in waiting:
        service.filing.issue(registry, wanted.id)
    if waiting:
        await service.system.later(605)


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_each_certificate_comes_all_the_way(
    sqlite_url: str, tmp_path: Path, model: Model, channel: ChannelName
) -> None:
    """All kinds, with the real seal; who has nothing but the root certificate finds each good."""
    papers().lend(tmp_path)
    issuer, files = make_issuer(settings_for(sqlite_url)), list[Path]()
    assert set(c.NAMES) == set(KINDS)
    try:
        async with running_counter(sqlite_url, model, ("135790", "246801"), issuer=issuer) as service:
            await c.proven(service, c.A, channel)
            await c.proven(service, c.C, channel, "246801")
            for code, kind in KINDS.items():
                pdf = await issued(service, kind.registry, code, citizen_for(code), channel)
                files.append(tmp_path / f"{code}.pdf")
                files[-1].write_bytes(pdf)
    finally:
        await issuer.close()
    found = await asyncio.to_thread(validated, papers().root, files)
    good = [one["seal"] and one["trusted"] and one["stamped"] for one in found]
    assert dict(zip(KINDS, good, strict=True)) == dict.fromkeys(KINDS, True)
    assert {one["modification_level"] for one in found} == {"NO_CHANGES"}
    assert [one["stamps"] for one in found] == [[True] if kind.lasting else [] for kind in KINDS.values()]


async def issued(service: Service, registry: str, code: str, person: Person, channel: ChannelName) -> bytes:
    """The file as its citizen gets it; somebody else is told by its code that it is genuine."""
    title, address = load_catalogue().services[code].title["el"], c.address_of(person, channel)
    before = len(service.system.said_to(address))
    said = await c.ask(service, person, channel, f"θέλω {c.NAMES[code]}")
    assert any("ζήτησα" in text for text in said), said
    await settled(service, registry)
    said = service.system.said_to(address)[before:]
    assert (await c.states(service))[-1] is S.ISSUED, (code, said)
    token = c.token_of(c.files_to(service, address)[-1]) if channel == "viber" else c.links_in(said)[-1]
    status, pdf, headers = await c.fetch(service.system, token)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    printed, *_ = codes_in(page)  # what stands around it may make another, if one in 361
    assert title.split()[0] in page
    assert person.name.split()[-1] in page
    assert printed in "\n".join(said)
    if channel == "viber":
        message = c.files_to(service, address)[-1]
        assert (message["size"], message["file_name"]) == (len(pdf), f"{title}.pdf")
    checked = await (viber(service, c.B.viber_id, printed) if channel == "viber" else sms(service, c.B.number, printed))
    assert "ισχύει" in checked
    assert title in checked
    assert person.name not in checked
    return pdf


def validated(root: Path, files: list[Path]) -> list[dict[str, Any]]:
    """What a reader says that has nothing of ours, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-I", str(VALIDATOR), str(root), *map(str, files)], capture_output=True, check=True
    )
    return list(json.loads(told.stdout))


async def told(service: Service, registry: str) -> None:
    """The registry's event about the newest request comes in, signed."""
    wanted = next(service.filing.all_wanted())
    kind = {"issued": "certificate.issued", "refused": "certificate.refused"}[wanted.status]
    document = {"title": wanted.kind.word, "fields": dict(wanted.fields)}
    data = {"sequence": 1, "afm": wanted.afm, "procedure": wanted.kind.code, "request": wanted.id}
    body = json.dumps(
        {
            "specversion": "1.0",
            "id": f"{registry}-e1",
            "source": f"/registries/{registry}",
            "type": f"gr.gov.{kind}",
            "subject": wanted.id,
            "time": service.system.clock().isoformat(),
            "datacontenttype": "application/json",
            "data": data | ({"document": document} if wanted.status == "issued" else {"reason": wanted.reason}),
        }
    ).encode()
    signed = headers(body, secret=EVENTS_SECRET, at=service.system.clock())
    address = f"{service.system.url}/registries/{registry}/events"
    async with aiohttp.ClientSession() as session, session.post(address, data=body, headers=signed) as response:
        assert response.status == 200
    await service.system.settle()


async def test_an_event_brings_it_at_once_and_twice_brings_it_once(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {BIRTH}")
    assert await c.states(known) == [S.WAITING]
    assert "αριθμός πρωτοκόλλου" in await viber(known, c.A.viber_id, "πού είναι το πιστοποιητικό μου;")
    wanted = next(known.filing.all_wanted())
    known.filing.issue("kep", wanted.id)
    await told(known, "kep")
    await told(known, "kep")
    await known.system.later(605)
    assert await c.states(known) == [S.ISSUED]
    assert len(c.files_to(known, c.A.viber_id)) == 1


async def test_a_refusal_is_told_in_the_registrys_words(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {BIRTH}")
    wanted = next(known.filing.all_wanted())
    known.filing.refuse("kep", wanted.id, "Η πράξη δεν βρέθηκε στο ληξιαρχείο.")
    await told(known, "kep")
    assert "Η πράξη δεν βρέθηκε στο ληξιαρχείο." in known.system.said_to(c.A.viber_id)[-1]
    assert await c.states(known) == [S.REFUSED]
    assert "δεν βρέθηκε" in await viber(known, c.A.viber_id, "τι έγινε με το πιστοποιητικό;")


@pytest.mark.parametrize("fault", [Kind.ERROR, Kind.UNANSWERED])
async def test_a_registry_that_is_down_is_told_once_and_asked_once(known: Service, fault: Kind) -> None:
    known.faults.put("kep", Fault(fault))
    await c.ask(known, c.A, "viber", f"θέλω {FAMILY}")
    for _ in range(8):
        await known.system.later(30)
    assert await c.states(known) == [S.ASKED]
    known.faults.clear("kep")
    await known.system.later(700)
    said = "\n".join(known.system.said_to(c.A.viber_id))
    assert said.count("Συνεχίζω να προσπαθώ") == 1
    assert await c.states(known) == [S.ISSUED]
    assert len(c.files_to(known, c.A.viber_id)) == 1
    assert len(list(known.filing.all_wanted())) == 1


async def test_a_link_opens_so_often_and_so_long_and_a_new_one_is_had_on_request(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {FAMILY}")
    token = c.token_of(c.files_to(known, c.A.viber_id)[-1])
    for _ in range(12):
        assert (await c.fetch(known.system, token, "HEAD"))[0] == 200  # a preview looks, and uses nothing up
    status, first, given = await c.fetch(known.system, token)
    assert given["Cache-Control"] == "no-store"
    assert "attachment" in given["Content-Disposition"]
    statuses = [(await c.fetch(known.system, token))[0] for _ in range(10)]
    assert [status, *statuses] == [200] * 10 + [404]
    await viber(known, c.A.viber_id, "στείλτε το ξανά")
    again = c.token_of(c.files_to(known, c.A.viber_id)[-1])
    assert again != token
    assert (await c.fetch(known.system, again))[:2] == (200, first)
    await known.system.later(3 * 86_400)
    assert (await c.fetch(known.system, again))[0] == 404


async def test_it_ends_with_the_link_to_the_chat_and_the_next_citizen_gets_nothing(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {FAMILY}")
    token = c.token_of(c.files_to(known, c.A.viber_id)[-1])
    await viber(known, c.A.viber_id, "αποσύνδεση")
    assert (await c.fetch(known.system, token))[0] == 404
    await viber(known, c.A.viber_id, "σύνδεση")
    await viber(known, c.A.viber_id, "090000045")
    assert "Συνδεθήκατε" in await viber(known, c.A.viber_id, "246801")
    assert (await c.fetch(known.system, token))[0] == 404
    assert "Δεν έχετε ζητήσει" in await viber(known, c.A.viber_id, "τα έγγραφά μου")


async def test_what_is_cancelled_is_not_sent(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {BIRTH}")
    assert "ακύρωσα" in await viber(known, c.A.viber_id, "ακυρώστε το πιστοποιητικό γέννησης")
    await settled(known, "kep")
    assert await c.states(known) == [S.CANCELLED]
    assert c.files_to(known, c.A.viber_id) == []


async def test_it_is_in_the_copy_and_goes_with_an_erasure(known: Service) -> None:
    await c.ask(known, c.A, "viber", f"θέλω {c.NAMES['insurance-history']}")
    store = known.system.store
    async with store.database.read() as connection:
        row = (await connection.execute(select(certificate_requests))).one()
    copy = (await store.holdings.copy(row.citizen_id))["certificates"]
    assert [(one["kind"], one["state"], bool(one["code"])) for one in copy] == [("insurance-history", "issued", True)]
    assert c.AMKA not in str(copy)  # told to the registry, and let go when it was settled
    assert "πιστοποιητικά που ζητήσατε: 1" in await viber(known, c.A.viber_id, "τι στοιχεία έχετε για μένα;")
    token = c.token_of(c.files_to(known, c.A.viber_id)[-1])
    digits = (await viber(known, c.A.viber_id, "διαγράψτε με")).split("απαντήστε ")[1][:6]
    assert "Διαγράφηκαν" in await viber(known, c.A.viber_id, digits)
    assert (await c.fetch(known.system, token))[0] == 404
    async with store.database.read() as connection:
        for table in (certificate_requests, certificate_links):
            assert await connection.scalar(select(func.count()).select_from(table)) == 0


async def test_who_holds_a_known_number_asks_after_a_proof_and_confirms_by_digits(service: Service) -> None:
    assert "συνδεθείτε" in await sms(service, c.A.number, f"θέλω {FAMILY}")
    await sms(service, c.A.number, "ναι")
    await sms(service, c.A.number, "123456783")
    asked = await sms(service, c.A.number, "135790")
    assert "απαντήστε" in asked  # the form has gone on
    assert await c.states(service) == []
    digits = asked.split("απαντήστε ")[1][:6]
    said = await sms(service, c.A.number, digits)
    assert await c.states(service) == [S.ISSUED]
    assert (await c.fetch(service.system, c.links_in([said])[-1]))[0] == 200


async def test_what_cannot_be_printed_fails_aloud(sqlite_url: str, model: Model) -> None:
    issuer = PlainIssuer(unprintable="Επώνυμο")
    async with running_counter(sqlite_url, model, ("135790",), issuer=issuer) as service:
        await c.proven(service, c.A, "viber")
        await c.ask(service, c.A, "viber", f"θέλω {FAMILY}")
        assert await c.states(service) == [S.FAILED]
        assert "δεν μπορώ να τυπώσω" in service.system.said_to(c.A.viber_id)[-1]
        found = await watch_findings(service.system.settings, service.system.store, service.system.clock())
        assert [(one.state, one.why) for one in found if one.what == "certificates failed"] == [
            ("wrong", "1 in the last 7 days: unprintable; see the log")
        ]
        async with service.system.store.database.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(handovers)) == 1


async def test_a_seal_that_is_away_is_waited_for(sqlite_url: str, model: Model) -> None:
    async with running_counter(sqlite_url, model, ("135790",), issuer=PlainIssuer(fails=2)) as service:
        await c.proven(service, c.A, "viber")
        await c.ask(service, c.A, "viber", f"θέλω {FAMILY}")
        await service.system.later(30)
        await service.system.later(30)
        assert await c.states(service) == [S.ISSUED]
        assert len(c.files_to(service, c.A.viber_id)) == 1
