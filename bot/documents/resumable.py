"""Files of the upload page that go on where they broke off: tus 1.0, its core and the making of an upload.

    POST  /upload/{token}/files          a file is announced: its size, and what it is called; its address
    HEAD  /upload/{token}/files/{file}   how much of it has come
    PATCH /upload/{token}/files/{file}   more of it, from there on

https://tus.io/protocols/resumable-upload. A whole file is handed in by the page's form, which names it (``upload``):
until then it is pieces in the database, of nobody's concern, and gone a day later.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus

from aiohttp import web

from bot.channels.media import name_in
from bot.documents.effects import PATH
from bot.documents.places import Full, Places
from bot.limited.limits import MOST_BYTES
from bot.runtime import Clock, Runtime
from bot.store import Store
from bot.web.body import RequestRefused
from bot.web.browser import from_elsewhere
from bot.web.multipart import SILENT_FOR, WITHIN
from bot.web.one_time import token_of
from bot.web.server import Handler
from casestore.documents.upload_links import UploadLink
from casestore.documents.uploads import PIECE, Upload

VERSION = "1.0.0"
AT_ONCE = 16  # bodies read at the same time: each holds two pieces
_KEY = 32  # characters
_MOST_METADATA = 1024  # characters
_SAFE = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ResumableUploads:
    """Pieces of files from whoever holds a link to the upload page."""

    def __init__(self, *, store: Store, runtime: Runtime) -> None:
        self._links = store.upload_links
        self._uploads = store.uploads
        self._clock: Clock = runtime.clock
        self._new_token = runtime.new_token
        self._places = Places(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        files, file = f"{PATH}/{{token}}/files", f"{PATH}/{{token}}/files/{{file}}"
        return [
            web.post(files, _spoken(self.begin)),
            web.head(file, _spoken(self.show)),
            web.patch(file, _spoken(self.take)),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        link = await self._link(request)
        size = _number(request, "Upload-Length")
        if not 0 < size <= MOST_BYTES:
            raise RequestRefused(413 if size else 400, "too large" if size else "empty")
        said = _metadata(request)
        told_apart = f"{said['filename']}\0{said['modified']}" if said.get("modified") else self._new_token()
        name = name_in(said["filename"]) or ""
        upload = await self._uploads.begin(link, told_apart, name, size, self._clock())
        if upload is None:
            raise RequestRefused(413, "too many files")
        where = {"Location": f"{request.rel_url.raw_path}/{upload.key}"}
        return web.Response(status=201, headers=where | _stands(upload, link))

    async def show(self, request: web.Request) -> web.Response:
        link = await self._link(request)
        upload = await self._upload(request, link)
        return web.Response(headers=_stands(upload, link) | {"Upload-Length": str(upload.size)})

    async def take(self, request: web.Request) -> web.Response:
        if request.content_type != "application/offset+octet-stream":
            raise RequestRefused(415, "not a part of a file")
        link = await self._link(request)
        upload = await self._upload(request, link)
        if _number(request, "Upload-Offset") != upload.received:
            raise RequestRefused(409, "it is not there that it goes on")
        if (request.content_length or 0) > upload.size - upload.received:
            raise RequestRefused(413, "more than was announced")
        try:
            with self._places.one(link.id):
                upload = await self._append(request, upload)
        except Full:
            raise RequestRefused(503, "busy, please try again") from None
        return web.Response(status=204, headers=_stands(upload, link))

    async def _append(self, request: web.Request, upload: Upload) -> Upload:
        """Piece after piece is committed as it comes: what breaks off costs less than one."""
        piece = bytearray(await self._uploads.unfinished(upload))
        async for some in _body(request):
            piece += some
            if upload.received // PIECE * PIECE + len(piece) > upload.size:
                raise RequestRefused(413, "more than was announced")
            while len(piece) >= PIECE:
                upload = await self._add(upload, bytes(piece[:PIECE]))
                del piece[:PIECE]
        if upload.received // PIECE * PIECE + len(piece) > upload.received:
            upload = await self._add(upload, bytes(piece))
        return upload

    async def _add(self, upload: Upload, piece: bytes) -> Upload:
        added = await self._uploads.add(upload, piece)
        if added is None:
            raise RequestRefused(409, "it goes on elsewhere")
        return added

    async def _link(self, request: web.Request) -> UploadLink:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise RequestRefused(412, "another version")
        if from_elsewhere(request):
            raise RequestRefused(403, "another site's page")
        link = await self._links.find(token_of(request), self._clock())
        if link is None:
            raise RequestRefused(404, "no such link")
        return link

    async def _upload(self, request: web.Request, link: UploadLink) -> Upload:
        key = request.match_info["file"]
        found = await self._uploads.find(link, key) if len(key) == _KEY else None
        if found is None:
            raise RequestRefused(404, "no such file")
        return found


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    """As it comes, and as much as comes: a body that breaks off or falls silent just ends here."""
    try:
        async with asyncio.timeout(WITHIN):
            while some := await asyncio.wait_for(request.content.readany(), SILENT_FOR):
                yield some
    except (TimeoutError, web.RequestPayloadError, OSError):
        return


def _spoken(handler: Handler) -> Handler:
    """Refusals are said with the protocol's header as well."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except RequestRefused as refused:
            response = refused.answer()
            if refused.status == HTTPStatus.PRECONDITION_FAILED:
                response.headers["Tus-Version"] = VERSION
        response.headers.update(_SAFE)
        return response

    return answer


def _stands(upload: Upload, link: UploadLink) -> dict[str, str]:
    ends: datetime = link.expires_at
    return {"Upload-Offset": str(upload.received), "Upload-Expires": format_datetime(ends, usegmt=True)}


def _number(request: web.Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise RequestRefused(400, f"{header} is no number")
    return int(value)


def _metadata(request: web.Request) -> Mapping[str, str]:
    """``name base64, name base64``. Names are a browser's word; what cannot be read is left out."""
    said: dict[str, str] = {}
    for pair in request.headers.get("Upload-Metadata", "")[:_MOST_METADATA].split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            said[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            continue
    return {"filename": "", **said}
