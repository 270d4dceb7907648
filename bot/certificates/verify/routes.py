"""Is this certificate genuine? For anybody, without a login.

    GET  /verify          a form: the code, or the file
    GET  /verify/{code}   what is on record; /V/{code} is the same, in the capitals in which a QR holds it in less room
    POST /verify          form ``code``, or multipart ``file`` (a PDF, or a picture of the paper)

A page in Greek or English, or JSON where the request accepts nothing else. It says what the certificate is and nothing
of whose it is, unless a QR of ours on the picture says so itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web

from bot.certificates.verify.checker import Checker, counted
from bot.certificates.verify.verdict import Reason, Result, Verdict
from bot.metrics import Metrics
from bot.web.body import RequestRefused
from bot.web.forms import read_form
from bot.web.multipart import read_fields
from bot.web.pages import LANGUAGES, Pages, language_of
from bot.web.throttle import Network, Throttle, address_of
from nlu.certificate_codes import plain

PATH, SHORT_PATH = "/verify", "/V"
AT_ONCE = 16  # files read at the same time, one of each address: each may hold 20 MB
WITHIN = 60.0  # seconds for a body: who sends slowly keeps a place from others
LONGEST_CODE = 100  # characters, as it may be typed
_BUSY = 10  # seconds

log = structlog.get_logger(__name__)


class VerifyPages:
    """``guesses`` counts codes that could be right and led nowhere, ``files`` the files that had to be opened."""

    def __init__(
        self,
        *,
        checker: Checker,
        pages: Pages,
        metrics: Metrics,
        guesses: Throttle,
        files: Throttle,
        proxies: Collection[Network],
    ) -> None:
        self._checker = checker
        self._pages = pages
        self._metrics = metrics
        self._guesses = guesses
        self._files = files
        self._proxies = proxies
        self._reading: set[str] = set()  # addresses

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self.ask),
            web.post(PATH, self.look),
            web.get(f"{PATH}/{{code}}", self.code),
            web.get(f"{SHORT_PATH}/{{code}}", self.code),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        return self._pages.page("verify", _language(request), problem="", home=PATH)

    async def code(self, request: web.Request) -> web.Response:
        return await self._code(request, request.match_info["code"])

    async def look(self, request: web.Request) -> web.Response:
        if request.content_type.startswith("multipart/"):
            return await self._file(request)
        typed = (await read_form(request)).get("code", "").strip()
        return await self._posted(request, typed) if typed else self._again(request, "nothing")

    async def _posted(self, request: web.Request, typed: str) -> web.Response:
        """A code that was typed into the form."""
        return await self._code(request, typed, posted=True)

    async def _code(self, request: web.Request, typed: str, *, posted: bool = False) -> web.Response:
        verdict = await self.verdict_of(typed[:LONGEST_CODE], address_of(request, self._proxies))
        if isinstance(verdict, int):
            return self._slow(request, verdict)
        if verdict.result is Result.UNKNOWN and posted and _wants_json(request):
            verdict = _as_posted(verdict)
        return self._answer(request, verdict)

    async def verdict_of(self, typed: str, address: str) -> Verdict | int:
        """Or in how many seconds to ask again (:func:`bot.certificates.verify.checker.counted`)."""
        return await counted(self._checker.codes, self._guesses, typed, address)

    async def _file(self, request: web.Request) -> web.Response:
        address = address_of(request, self._proxies)
        if len(self._reading) >= AT_ONCE:
            return self._slow(request, _BUSY, status=503)
        if address in self._reading:
            return self._slow(request, _BUSY)
        if wait := self._files.take(address):
            return self._slow(request, wait)
        self._reading.add(address)
        try:
            return await self._read(request, address)
        finally:
            self._reading.discard(address)

    async def _read(self, request: web.Request, address: str) -> web.Response:
        """The first file of the form, or the code in it."""
        typed = ""
        async for field in read_fields(request, within=WITHIN):
            if field.name == "code":
                typed = field.content.decode("utf-8", "replace").strip()
            elif field.name == "file" and field.content:
                verdict = await self._checker.copy(field.content)
                if verdict is None:
                    return self._answer(request, await self._opened(field.content))
                self._files.give_back(address)
                return self._answer(request, verdict)
        return await self._posted(request, typed) if typed else self._again(request, "nothing")

    async def _opened(self, content: bytes) -> Verdict:
        try:
            return await self._checker.opened(content)
        except OSError:
            log.exception("verify.no-certificates")
            raise RequestRefused(503, "nothing was issued from here yet") from None

    # Answering

    def _answer(self, request: web.Request, verdict: Verdict) -> web.Response:
        self._metrics.verified.labels(verdict.result, verdict.basis or "none").inc()
        if _wants_json(request):
            return web.json_response(as_json(verdict), headers=self._pages.headers)
        return self._pages.page("verdict", _language(request), verdict=verdict, home=PATH)

    def _again(self, request: web.Request, problem: str) -> web.Response:
        if _wants_json(request):
            return web.json_response({"error": problem}, status=400, headers=self._pages.headers)
        return self._pages.page("verify", _language(request), 400, problem=problem, home=PATH)

    def _slow(self, request: web.Request, wait: int, status: int = 429) -> web.Response:
        self._metrics.verified.labels("slowed", "none").inc()
        if _wants_json(request):
            answer = web.json_response({"error": "slow-down"}, status=status, headers=self._pages.headers)
        else:
            answer = self._pages.page("slow", _language(request), status, wait=wait, home=PATH)
        answer.headers["Retry-After"] = str(wait)
        return answer


def as_json(verdict: Verdict) -> Mapping[str, Any]:
    """What is empty is left out, but for what every answer has."""
    revoked = verdict.revocation
    more = {
        "basis": verdict.basis.value,
        "reason": verdict.reason.value,
        "code": verdict.code,
        "valid_until": _iso(verdict.valid_until),
        "revoked_at": _iso(revoked.at) if revoked else None,
        "revoked_why": revoked.why.value if revoked else None,
        "protocol": verdict.protocol,
        "holder": verdict.holder,
    }
    told = {"title": verdict.title or None, "issuer": verdict.issuer or None, "issued_at": _iso(verdict.issued_at)}
    return {"result": verdict.result.value} | told | {name: value for name, value in more.items() if value}


def page_of(public_url: str, code: str) -> str:
    """Where a code is checked, as it is put into a message."""
    return f"{public_url.rstrip('/')}{PATH}/{plain(code)}"


def _as_posted(verdict: Verdict) -> Verdict:
    mistyped = verdict.reason is Reason.MISTYPED
    return Verdict(Result.UNREADABLE if mistyped else Result.NOT_OURS, reason=verdict.reason, code=verdict.code)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _language(request: web.Request) -> str:
    chosen = request.query.get("lang", "")
    return chosen if chosen in LANGUAGES else language_of(request)


def _wants_json(request: web.Request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
