"""A certificate is taken back by an employee: checked everywhere from then on, told once to whom it was issued to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from sqlalchemy import select

from casestore.people.quiet_hours import ATHENS
from casestore.staff.model import Role
from casestore.tables import audit, notices
from tests.clock import START, FakeClock
from tests.console import Employee, employ, signed_in
from tests.journeys import certificates as c
from tests.journeys.conftest import Service, running_counter
from tests.journeys.talk import sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
FAMILY = c.NAMES["family-status-certificate"]
CHIEF, CLERK = "chief@gov.gr", "clerk@gov.gr"


@pytest.fixture
async def service(sqlite_url: str, model: Model) -> AsyncIterator[Service]:
    async with running_counter(
        sqlite_url, model, ("135790", "246801"), clock=FakeClock(START), notices_default="on"
    ) as service:
        await employ(service.system.store, CHIEF, Role.SUPERVISOR)
        await employ(service.system.store, CLERK, Role.AGENT)
        yield service


@pytest.fixture
async def code(service: Service) -> str:
    """Of a certificate that was issued to A on Viber."""
    await c.proven(service, c.A, "viber")
    said = await c.ask(service, c.A, "viber", f"θέλω {FAMILY}")
    return next(text for text in said if "Κωδικός επαλήθευσης" in text).split("επαλήθευσης ")[1][:19]


@pytest.fixture
async def chief(service: Service) -> AsyncIterator[Employee]:
    async with signed_in(service.system.url, CHIEF) as employee:
        yield employee


async def revoke(employee: Employee, code: str, reason: str = "replaced") -> int:
    status, answer = await employee.ask("POST", "certificates/revoke", {"code": code, "reason": reason})
    assert status != 200 or answer["certificate"]["reason"] == reason
    return status


async def noted(service: Service) -> list[tuple[str, str]]:
    async with service.system.store.database.read() as connection:
        rows = await connection.execute(
            select(audit.c.actor, audit.c.detail).where(audit.c.action == "certificate.revoked")
        )
        return [(row.actor, row.detail) for row in rows]


async def test_from_then_on_everybody_is_told_and_its_citizen_once(
    service: Service, code: str, chief: Employee
) -> None:
    token = c.token_of(c.files_to(service, c.A.viber_id)[-1])
    assert (await c.fetch(service.system, token))[0] == 200
    before = len(service.system.said_to(c.A.viber_id))
    assert await revoke(chief, code.lower().replace("-", " ")) == 200
    assert await revoke(chief, code) == 409
    await service.system.settle()
    await service.system.later(3600)
    news = service.system.said_to(c.A.viber_id)[before:]
    assert len(news) == 1, news
    assert "Ανακλήθηκε" in news[0]
    assert "εκδόθηκε άλλο" in news[0]
    status, page, _ = await c.fetch(service.system, token)
    assert (status, b"%PDF" in page) == (410, False)
    assert "ανακληθεί".encode() in page
    assert "ανακλήθηκε" in await viber(service, c.A.viber_id, "τα έγγραφά μου")
    assert "ανακλήθηκε" in await viber(service, c.A.viber_id, "στείλτε το ξανά το πιστοποιητικό")
    assert len(c.files_to(service, c.A.viber_id)) == 1
    assert "ανακλήθηκε" in await viber(service, c.A.viber_id, "πού είναι το πιστοποιητικό μου;")
    assert "κατάστασης" in await viber(service, c.A.viber_id, "τι μου έχετε στείλει;")
    for told in (await viber(service, c.B.viber_id, code), await sms(service, c.B.number, code)):
        assert "ανακληθεί" in told
        assert c.A.name not in told
    assert await noted(service) == [(CHIEF, "replaced")]
    assert "ζήτησα" in "\n".join(await c.ask(service, c.A, "viber", f"θέλω {FAMILY}"))  # a new one can be had


async def test_at_night_it_waits_for_the_morning_and_nobody_is_told_twice(
    service: Service, code: str, chief: Employee
) -> None:
    clock = service.system.clock
    night = clock().astimezone(ATHENS).replace(hour=23, minute=30)
    await service.system.later((night - clock()) / timedelta(seconds=1))
    before = len(service.system.said_to(c.A.viber_id))
    async with signed_in(service.system.url, CHIEF) as awake:
        assert await revoke(awake, code, "error") == 200
    await service.system.settle()
    assert service.system.said_to(c.A.viber_id)[before:] == []
    await service.system.later(11 * 3600)
    await service.system.later(3600)
    news = service.system.said_to(c.A.viber_id)[before:]
    assert [("είχε λάθος" in text) for text in news] == [True]


async def test_who_has_not_the_right_or_says_no_reason_revokes_nothing(
    service: Service, code: str, chief: Employee
) -> None:
    async with signed_in(service.system.url, CLERK) as clerk:
        assert await revoke(clerk, code) == 403
        pages = f"{service.system.url}/console/certificates"
        async with clerk.session.get(pages) as page:
            assert page.status == 403
        for path in ("", "/revoke"):
            form = {"csrf": clerk.csrf, "code": code, "reason": "abuse"}
            async with clerk.session.post(f"{pages}{path}", data=form) as page:
                assert page.status == 403
        assert await noted(service) == []
    for wrong, status in (({"code": code, "reason": "because"}, 422), ({"code": code}, 422), ({"code": "4TY6"}, 422)):
        assert (await chief.ask("POST", "certificates/revoke", wrong))[0] == status
    assert (await chief.ask("POST", "certificates/look", {"code": "4TY6-KH90-TTY0-9K13"}))[0] == 404
    chief.csrf = "another"
    assert await revoke(chief, code) == 403
    assert await noted(service) == []
    url = f"{service.system.url}/console/api/certificates/look"
    async with aiohttp.ClientSession() as nobody, nobody.post(url, json={"code": code}) as answer:
        assert answer.status == 401


async def test_by_the_page_without_a_script(service: Service, code: str, chief: Employee) -> None:
    async def post(path: str, **form: str) -> tuple[int, str]:
        url = f"{service.system.url}/console/certificates{path}"
        async with chief.session.post(url, data={"csrf": chief.csrf, **form}) as answer:
            return answer.status, await answer.text()

    status, page = await post("", code=f"{code[:-1]}{'1' if code[-1] != '1' else '2'}")
    assert (status, "λάθος" in page or "slip" in page) == (422, True)
    status, page = await post("", code=code)
    assert status == 200
    assert 'name="reason"' in page
    assert c.A.name not in page
    status, page = await post("/revoke", code=code, reason="abuse")
    assert (status, CHIEF in page) == (200, True)
    assert (await post("/revoke", code=code, reason="abuse"))[0] == 409
    assert (await post("/revoke", code=code, reason="abuse", csrf="another"))[0] == 403
    assert await noted(service) == [(CHIEF, "abuse")]


async def test_who_had_themselves_erased_is_told_nothing(service: Service, code: str, chief: Employee) -> None:
    digits = (await viber(service, c.A.viber_id, "διαγράψτε με")).split("απαντήστε ")[1][:6]
    await viber(service, c.A.viber_id, digits)
    before = len(service.system.said_to(c.A.viber_id))
    assert await revoke(chief, code) == 200
    await service.system.later(3600)
    assert service.system.said_to(c.A.viber_id)[before:] == []
    async with service.system.store.database.read() as connection:
        assert list(await connection.scalars(select(notices.c.reference))) == []
