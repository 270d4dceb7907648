"""The upload page over a real store, and a client that sends to it piece by piece, as its script does."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from sqlalchemy import func, select

from bot.documents.build import upload_routes
from bot.metrics import Metrics
from bot.runtime import Runtime
from bot.web.server import make_app
from casestore.cases.model import Document
from casestore.database import Database
from casestore.tables import documents, upload_pieces, uploads
from tests.bot.notices.harness import PERMIT, VIBER_ID, NoticeStage
from tests.connectors.sandbox import served

VERSION = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}


@dataclass(slots=True)
class Sender:
    """``url`` is the service's, ``token`` the link's."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def begin(self, size: object, name: str = "σάρωση.pdf", **headers: str) -> tuple[int, str]:
        """The answer's status, and the address of the file."""
        said = f"filename {_encoded(name)},modified {_encoded('1790000000000')}"
        sent = VERSION | {"Upload-Length": str(size), "Upload-Metadata": said} | headers
        async with self.session.post(f"{self.url}/upload/{self.token}/files", headers=sent) as answer:
            assert answer.headers["Tus-Resumable"] == VERSION["Tus-Resumable"]
            return answer.status, answer.headers.get("Location", "")

    async def offset(self, place: str) -> int:
        """How much of it has come; -1 where there is no such file."""
        async with self.session.head(f"{self.url}{place}", headers=VERSION) as answer:
            return int(answer.headers["Upload-Offset"]) if answer.status == 200 else -1

    async def send(self, place: str, offset: object, content: bytes, **headers: str) -> int:
        sent = VERSION | PART | {"Upload-Offset": str(offset)} | headers
        async with self.session.patch(f"{self.url}{place}", data=content, headers=sent) as answer:
            return answer.status


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SURVEY = Document("survey", "Τοπογραφικό", "missing")


@dataclass
class Upload:
    """The page of a citizen's link over a real store, and who sends to it."""

    stage: NoticeStage
    sender: Sender
    conversation: int

    async def link(self, token: str) -> None:
        store, now = self.stage.store, self.stage.clock()
        async with store.database.write() as connection:
            assert await store.upload_links.issue(connection, self.conversation, PERMIT.reference, token, now)

    async def hand_in(self, place: str, **fields: str) -> list[tuple[str, str, str]]:
        """The page's form: what is said of each file."""
        form = {"upload": place.rsplit("/", 1)[1]} | fields
        with aiohttp.MultipartWriter("form-data") as body:
            for name, value in form.items():
                body.append(value).set_content_disposition("form-data", name=name)
        page, accept = f"{self.sender.url}/upload/{self.sender.token}", {"Accept": "application/json"}
        async with self.sender.session.post(page, data=body, headers=accept) as answer:
            return [(one["name"], one["result"], one["reason"]) for one in (await answer.json())["files"]]

    async def kept(self) -> list[int]:
        """Files on their way, and their pieces."""
        async with self.stage.store.database.read() as connection:
            counts = [select(func.count()).select_from(table) for table in (uploads, upload_pieces)]
            return [await connection.scalar(count) or 0 for count in counts]

    async def handed_in(self) -> list[Any]:
        async with self.stage.store.database.read() as connection:
            return [tuple(row) for row in await connection.execute(select(documents.c.state, documents.c.code))]


@asynccontextmanager
async def running_upload(database: Database) -> AsyncIterator[Upload]:
    """A case lacks a paper, and its citizen has the link ``token``."""
    stage = NoticeStage.over(database)
    await stage.begin(replace(PERMIT, documents=(SURVEY,)))
    conversation = (await stage.store.conversations.at("viber", VIBER_ID, stage.clock())).id
    routes = upload_routes(stage.settings, stage.store, Metrics(), Runtime(clock=stage.clock))
    async with served(make_app(routes, max_body=1 << 16)) as url, aiohttp.ClientSession() as session:
        made = Upload(stage, Sender(session, url, "token"), conversation)
        await made.link("token")
        yield made
