"""Handing in as citizens do: a file sent into the chat from the telephone, or uploaded by the page of a link."""

from __future__ import annotations

import io
import re
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.phone.people import PEOPLE, Person
from casestore.documents.lifecycle import DocumentState
from casestore.tables import documents
from tests.harness import PUBLIC_URL, System
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, viber

B = PEOPLE[1]
CASE, PAPER = "ΚΤ-2026-000301", "topographic-plan"


async def linked(service: Service, person: Person = B, code: str = "135790") -> Service:
    """The person is proven in their Viber chat."""
    await viber(service, person.viber_id, "σύνδεση")
    assert await viber(service, person.viber_id, afm_of(person))
    assert "Συνδεθήκατε" in await viber(service, person.viber_id, code)
    return service


async def send(service: Service, content: bytes, name: str = "photo.jpg", person: Person = B) -> str:
    """A file, sent from the page of the telephone; what is answered."""
    system = service.system
    before = len(system.said_to(person.viber_id))
    phone = system.settings.viber_api_url.removesuffix("/pa")
    async with (
        aiohttp.ClientSession() as session,
        session.put(f"{phone}/phone/{person.key}/upload/{name}", data=content) as response,
    ):
        assert response.status == 202
    await system.phone.webhook_client.idle()
    await system.settle()
    return "\n".join(system.said_to(person.viber_id)[before:])


def link_in(text: str) -> str:
    """The token of the link to the upload page."""
    found = re.search(rf"{re.escape(PUBLIC_URL)}/upload/(\S+)", text)
    assert found is not None, text
    return found[1]


async def upload(
    system: System, token: str, *files: tuple[str, bytes], accept: str = "application/json", **fields: str
) -> tuple[int, Any]:
    """Files by the upload page: status, and the JSON or the page."""
    form = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, content in files:
        form.add_field("file", io.BytesIO(content), filename=name, content_type="application/octet-stream")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{system.url}/upload/{token}", data=form, headers={"Accept": accept}) as response,
    ):
        return response.status, await response.json() if accept == "application/json" else await response.text()


async def states(service: Service) -> list[DocumentState]:
    async with service.system.store.database.read() as connection:
        found = await connection.scalars(select(documents.c.state).order_by(documents.c.id))
        return [DocumentState(state) for state in found]


def paper_status(service: Service) -> str:
    """How the State's clerk sees the paper that was missing."""
    return next(paper for paper in service.state.case(CASE).documents if paper.code == PAPER).status
