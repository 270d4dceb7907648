"""An issued paper, to whoever holds a link to it.

    GET  /d/{token}    the PDF, as a file; each is one opening
    HEAD /d/{token}    its size and type; counts as none

A link that is unknown, used up or expired, whose citizen is no longer proven in its chat, or whose paper is gone: all
get the same words. A link that counts, to a certificate that does not any more, says so.
"""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import hdrs, web

from bot.certificates.notes import PATH, PDF
from bot.certificates.words import GONE, REVOKED
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.web.one_time import token_of
from bot.web.pages import Pages, language_of
from casestore.certificates.model import StoredRequest
from dialogues.catalogue import Catalogue


class CertificateFiles:
    """One citizen's paper to whoever holds its link, for as long as the link counts."""

    def __init__(self, *, store: Store, catalogue: Catalogue, pages: Pages, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._catalogue = catalogue
        self._pages = pages
        self._metrics = metrics
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{token}}", self.give)]

    async def give(self, request: web.Request) -> web.Response:
        token, counts = token_of(request), request.method != hdrs.METH_HEAD
        wanted = await self._open(token, count=False)
        if wanted is not None and await self._store.revoked.among([wanted.id]):
            self._metrics.certificate_files.labels("revoked").inc()
            return self._pages.sorry(REVOKED, language_of(request))
        try:
            pdf = None if wanted is None else await self._store.certificate_requests.paper_of(wanted)
        except LookupError:
            pdf = None
        if pdf is not None and counts:  # only now: what cannot be read costs no opening
            wanted = await self._open(token, count=True)
        gone = wanted is None or pdf is None
        if counts:
            self._metrics.certificate_files.labels("gone" if gone else "given").inc()
        if wanted is None or pdf is None:
            return self._pages.sorry(GONE, language_of(request))
        name = quote(f"{self._catalogue.services[wanted.kind].title['el']}.pdf", safe="")
        file = {"Content-Disposition": f"attachment; filename=\"{wanted.kind}.pdf\"; filename*=UTF-8''{name}"}
        return web.Response(body=pdf, content_type=PDF, headers={**self._pages.headers, **file})

    async def _open(self, token: str, *, count: bool) -> StoredRequest | None:
        async with self._store.database.write() as connection:
            opened = await self._store.certificate_links.open(connection, token, self._clock(), count=count)
        return None if opened is None else await self._store.certificate_requests.find(opened.certificate_id)
