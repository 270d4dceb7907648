"""A client that sends a file to the upload page piece by piece, as the page's script does, and breaks off."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import aiohttp

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
