"""The upload page of a one-time link: for a telephone without the file, a computer with it, and a browser of any age.

    GET  /upload/{token}   which paper is missing, and a form; changes nothing, for previews open links too
    POST /upload/{token}   files (``file``, one or more) of one paper (``paper``, where several are missing): checked at
                           once, kept, and handed in; a page, or JSON where the request accepts nothing else. A file
                           that came piece by piece (``resumable.py``) is named instead (``upload``)

Whoever holds the link may hand in for this case; it shows the case's number and the papers' names, and no person.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from bot.documents.checks.verdict import Checked, Refusal, Refused
from bot.documents.effects import PATH
from bot.documents.inspection import Inspector, ScannerDown
from bot.documents.places import Full, Places
from bot.documents.words import UPLOAD_GONE, WHY
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.store import Store
from bot.web.body import RequestRefused
from bot.web.browser import from_elsewhere
from bot.web.multipart import MOST_FILES, Field, read_fields
from bot.web.one_time import token_of
from bot.web.pages import Pages, language_of
from casestore.cases.model import WANTED
from casestore.documents.model import Handed, Paper, SealedContent
from casestore.documents.upload_links import UploadLink

ORIGIN = "page"
AT_ONCE = 8  # forms read at the same time: each may hold a file of 20 MB
_NAMELESS = {"el": "αρχείο", "en": "file"}


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file of a form, and what became of it. ``sealed``: to be kept. ``reason``: a code, where it was refused.
    ``upload``: its key, where it came piece by piece."""

    name: str
    key: str = ""
    sealed: SealedContent | None = None
    reason: str = ""
    blurred: bool = False
    upload: str = ""


class _Ended(Exception):
    """The link, while its form was read: raised within the commit, which then keeps nothing."""


class UploadPages:
    """Papers of one case from whoever holds its link."""

    def __init__(self, *, store: Store, inspector: Inspector, pages: Pages, metrics: Metrics, clock: Clock) -> None:
        self._store = store
        self._inspector = inspector
        self._pages = pages
        self._metrics = metrics
        self._clock = clock
        self._places = Places(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"{PATH}/{{token}}", self.show), web.post(f"{PATH}/{{token}}", self.take)]

    async def show(self, request: web.Request) -> web.Response:
        link = await self._store.upload_links.find(token_of(request), self._clock())
        if link is None:
            return self._sorry(request)
        return self._form(link, await self._papers(link))

    async def take(self, request: web.Request) -> web.Response:
        link = await self._store.upload_links.find(token_of(request), self._clock())
        if link is None:
            return self._sorry(request)
        if from_elsewhere(request):
            raise RequestRefused(403, "another site's form")
        try:
            with self._places.one(link.id):
                chosen, files = await self._read(request, link)
        except Full:
            return web.Response(status=503, text="busy, please try again", headers={"Retry-After": "10"})
        papers = await self._papers(link)
        paper = _paper(papers, chosen)
        if paper is None or not files:
            return self._again(request, link, papers, "no-paper" if files else "no-file")
        if not await self._keep(link, paper, files):
            return self._sorry(request)
        return self._taken(request, link, paper, files)

    # Reading

    async def _read(self, request: web.Request, link: UploadLink) -> tuple[str, list[Uploaded]]:
        """Each file is checked before the next is read: there is never more than one of them as it came."""
        chosen, files = "", list[Uploaded]()
        async for field in read_fields(request):
            if field.name == "paper":
                chosen = field.content.decode("utf-8", "replace")
            elif field.name == "file" and (field.filename or field.content):  # else none was picked
                files.append(await self._check(link, field.filename, field.content))
            elif field.name == "upload":
                files.append(await self._pieced(link, field))
            if len(files) > MOST_FILES:
                raise RequestRefused(413, "too many files")
        return chosen, files

    async def _pieced(self, link: UploadLink, field: Field) -> Uploaded:
        """A file that has come already, piece by piece."""
        found = await self._store.uploads.find(link, field.content.decode("ascii", "replace"))
        if found is None or not found.is_whole:
            return Uploaded(found.name if found else _NAMELESS[link.language], reason=Refusal.DAMAGED)
        checked = await self._check(link, found.name, await self._store.uploads.content(found))
        return replace(checked, upload=found.key)

    async def _check(self, link: UploadLink, filename: str | None, content: bytes) -> Uploaded:
        name = filename or _NAMELESS[link.language]
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        key = f"up:{link.id}:{self._store.vault.index('upload-file', digest)}"  # the same file again changes nothing
        seal = self._store.documents.sealed
        try:
            verdict = await self._inspector.inspect(content)
        except ScannerDown:  # it is kept as it came, and handed in by nobody before it was looked at
            return Uploaded(name, key, await seal(key, content))
        if isinstance(verdict, Refused):
            return Uploaded(name, reason=verdict.reason)
        return Uploaded(name, key, await self._sealed(key, verdict), blurred=verdict.blurred)

    async def _sealed(self, key: str, checked: Checked) -> SealedContent:
        return await self._store.documents.sealed(
            key, checked.content, media_type=checked.media_type, pages=checked.pages, blurred=checked.blurred
        )

    async def _papers(self, link: UploadLink) -> list[Paper]:
        """What the case waits for now."""
        stored = await self._store.cases.find(link.reference)
        if stored is None or stored.citizen_id != link.citizen_id or stored.case.closed:
            return []
        case = stored.case
        missing = [one for one in case.documents if one.status in WANTED]
        return [Paper(case.registry, case.reference, one.code, one.title) for one in missing]

    # Keeping

    async def _keep(self, link: UploadLink, paper: Paper, files: Sequence[Uploaded]) -> bool:
        """In one commit, with what has them handed in. ``False`` where the link does not count any more or has brought
        as much as it may, and then nothing is kept."""
        try:
            await self._kept(link, paper, files)
        except _Ended:
            return False
        return True

    async def _kept(self, link: UploadLink, paper: Paper, files: Sequence[Uploaded]) -> None:
        now, documents = self._clock(), self._store.documents
        taken = [(file, file.sealed) for file in files if file.sealed is not None]
        pieced = [file.upload for file in files if file.upload]
        if not taken:
            await self._drop(pieced)
            return
        bundle = taken[0][0].key
        async with self._store.database.write(wake=True) as connection:
            made = []
            for file, sealed in taken:
                handed = Handed(file.key, link.citizen_id, link.conversation_id, ORIGIN, file.name, paper)
                made.append(await documents.keep(connection, handed, sealed, now))
            new = [one for one in made if one is not None]
            if not await self._store.upload_links.count(connection, link, len(new), now):
                raise _Ended
            submission = self._store.vault.index("submission", bundle)
            await documents.confirm(connection, new, paper, bundle, submission, now)
            await self._store.uploads.drop(connection, pieced)
            await self._store.audits.note(connection, "document.uploaded", paper.code, now)

    async def _drop(self, pieced: Sequence[str]) -> None:
        if pieced:
            async with self._store.database.write() as connection:
                await self._store.uploads.drop(connection, pieced)

    # Answering

    def _form(self, link: UploadLink, papers: Sequence[Paper], problem: str = "", status: int = 200) -> web.Response:
        return self._pages.page(
            "upload", link.language, status, reference=link.reference, papers=papers, problem=problem
        )

    def _again(self, request: web.Request, link: UploadLink, papers: Sequence[Paper], problem: str) -> web.Response:
        if _wants_json(request):
            return web.json_response({"error": problem, "files": []}, status=400, headers=self._pages.headers)
        return self._form(link, papers, problem, 400)

    def _taken(self, request: web.Request, link: UploadLink, paper: Paper, files: Sequence[Uploaded]) -> web.Response:
        told = [_told(file, link.language) for file in files]
        for each in told:
            self._metrics.uploads.labels(each["result"]).inc()
        if _wants_json(request):
            return web.json_response({"files": told}, headers=self._pages.headers)
        return self._pages.page("taken", link.language, paper=paper, files=told)

    def _sorry(self, request: web.Request) -> web.Response:
        if _wants_json(request):
            return web.json_response({"error": "no such link", "files": []}, status=404, headers=self._pages.headers)
        return self._pages.sorry(UPLOAD_GONE, language_of(request))


def _paper(papers: Sequence[Paper], chosen: str) -> Paper | None:
    """The one chosen; the only one where none was."""
    if not chosen and len(papers) == 1:
        return papers[0]
    return next((paper for paper in papers if paper.code == chosen), None)


def _told(file: Uploaded, language: str) -> dict[str, str]:
    """``reason`` is a code, ``why`` the same in words."""
    why = next((words[language] for reason, words in WHY.items() if reason == file.reason), "")
    if file.blurred:
        why = _BLURRED[language]
    return {"name": file.name, "result": "refused" if file.reason else "taken", "reason": file.reason, "why": why}


_BLURRED = {
    "el": "η φωτογραφία φαίνεται θολή· αν δεν διαβάζεται, ανεβάστε μια πιο καθαρή.",
    "en": "the photo looks blurred; if it cannot be read, upload a sharper one.",
}


def _wants_json(request: web.Request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
