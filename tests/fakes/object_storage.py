"""A server that speaks as much of S3 as is spoken with it: objects of one bucket, kept in memory, on loopback.

It refuses who does not hold the key, and a body that is not the one that was signed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from aiohttp import web

BUCKET, KEY_ID, SECRET = "counter-files", "counter", "files-secret"


@dataclass
class ObjectStorage:
    """``objects`` by name, with when each was written. ``trouble``: a status that everything is answered with."""

    objects: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    trouble: int = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", f"/{BUCKET}", self._bucket)
        app.router.add_route("*", f"/{BUCKET}/{{name:.*}}", self._object)
        return app

    async def _bucket(self, request: web.Request) -> web.Response:
        body = await self._admitted(request)
        if request.method == "POST" and "delete" in request.query:
            names = [one.text or "" for one in ET.fromstring(body).iter() if one.tag.endswith("Key")]  # noqa: S314
            for name in names:
                self.objects.pop(name, None)
            gone = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
            return _xml(f"<DeleteResult>{gone}</DeleteResult>")
        prefix = request.query.get("prefix", "")
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(content)}</Size><ETag>e</ETag>"
            f"<LastModified>{at:%Y-%m-%dT%H:%M:%S.000Z}</LastModified></Contents>"
            for name, (content, at) in sorted(self.objects.items())
            if name.startswith(prefix)
        )
        return _xml(f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>")

    async def _object(self, request: web.Request) -> web.Response:
        body, name = await self._admitted(request), request.match_info["name"]
        if not name:
            return await self._bucket(request)
        if request.method == "PUT":
            self.objects[name] = (body, datetime.now(UTC))
            return web.Response(headers={"ETag": '"e"'})
        if name not in self.objects:
            raise web.HTTPNotFound
        content, at = self.objects[name]
        written = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        return web.Response(body=content, headers={"ETag": '"e"', "Last-Modified": written})

    async def _admitted(self, request: web.Request) -> bytes:
        body = await request.read()
        if self.trouble:
            raise _Trouble(self.trouble)
        signed = request.headers.get("Authorization", "")
        claimed = request.headers.get("x-amz-content-sha256", "")
        if f"Credential={KEY_ID}/" not in signed or claimed != hashlib.sha256(body).hexdigest():
            raise web.HTTPForbidden
        return body


class _Trouble(web.HTTPException):
    def __init__(self, status: int) -> None:
        self.status_code = status
        super().__init__()


def _xml(text: str) -> web.Response:
    return web.Response(text=f'<?xml version="1.0" encoding="UTF-8"?>{text}', content_type="application/xml")
