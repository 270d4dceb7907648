"""Revoking a certificate: an employee with the right types its code, sees what it is, and takes it back for a reason.

GET  /console/certificates            the page: a code
POST /console/certificates            form ``code``: what is on record of it, and the reasons
POST /console/certificates/revoke     form ``code`` and ``reason``: it counts no more
POST /console/api/certificates/look   {code}             {"certificate"}
POST /console/api/certificates/revoke {code, reason}     {"certificate"}; 409 where it was revoked before
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from bot.console.frame import Frame
from bot.console.guard import Guard, Handler, Signed, answer, read_json, refusal, text_of
from bot.console.shapes import iso
from bot.web.forms import read_form
from casestore.certificates.records import Certificate, Why
from casestore.staff.model import Right, Session
from dialogues.athens import day_of
from nlu.certificate_codes import read_code

PATH, API = "/console/certificates", "/console/api/certificates"
MAX_FORM = 4 * 1024
LONGEST_CODE = 100  # characters, as it may be typed


class Revokes(Protocol):
    """What is on record, and how it is taken back (:class:`bot.certificates.revoking.Revoking`)."""

    async def find(self, code: str) -> Certificate | None: ...

    async def revoke(self, code: str, by: str, why: Why) -> bool: ...


class Refused(Exception):
    """``why`` is a word of ours: ``code``, ``unknown``, ``reason``, ``revoked``."""

    def __init__(self, why: str, certificate: Certificate | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.certificate = certificate


class CertificateDesk:
    """Routes. The code stays out of addresses, logs and the audit trail, which has its keyed hash."""

    def __init__(self, *, revokes: Revokes, guard: Guard, frame: Frame) -> None:
        self._revokes = revokes
        self._guard = guard
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        api = self._guard.api
        return [
            web.get(PATH, self._allowed(self._ask)),
            web.post(PATH, self._allowed(self._look)),
            web.post(f"{PATH}/revoke", self._allowed(self._revoke)),
            web.post(f"{API}/look", api(self._api_look, Right.REVOKE)),
            web.post(f"{API}/revoke", api(self._api_revoke, Right.REVOKE)),
        ]

    def _allowed(self, handler: Signed) -> Handler:
        """A page for whoever may revoke: looked at before anything is done."""

        async def allowed(request: web.Request, session: Session) -> web.StreamResponse:
            if not session.member.may(Right.REVOKE):
                return self._frame.lost("not_found", request, session, 403)
            return await handler(request, session)

        return self._guard.page(allowed)

    # What is done

    async def _find(self, typed: str) -> tuple[str, Certificate]:
        """Raises :class:`Refused`."""
        code = read_code(typed[:LONGEST_CODE])
        if code is None:
            raise Refused("code")
        found = await self._revokes.find(code)
        if found is None:
            raise Refused("unknown")
        return code, found

    async def _take_back(self, typed: str, reason: str, session: Session) -> tuple[str, Certificate]:
        """Raises :class:`Refused`. Of two at once one did it."""
        code, found = await self._find(typed)
        if reason not in list(Why):
            raise Refused("reason", found)
        if not await self._revokes.revoke(code, session.member.email, Why(reason)):
            raise Refused("revoked", await self._revokes.find(code))
        return await self._find(code)

    # For programs

    async def _api_look(self, request: web.Request, session: Session) -> web.Response:  # noqa: ARG002 - as all
        data = await read_json(request)
        try:
            _, found = await self._find(text_of(data, "code"))
        except Refused as refused:
            return _refusal(refused)
        return answer({"certificate": shape(found)})

    async def _api_revoke(self, request: web.Request, session: Session) -> web.Response:
        data = await read_json(request)
        try:
            _, found = await self._take_back(text_of(data, "code"), text_of(data, "reason"), session)
        except Refused as refused:
            return _refusal(refused)
        return answer({"certificate": shape(found)})

    # For people

    async def _ask(self, request: web.Request, session: Session) -> web.Response:
        return await self._page(request, session)

    async def _look(self, request: web.Request, session: Session) -> web.Response:
        form = await self._form(request, session)
        if form is None:
            return await self._page(request, session, 403, trouble="elsewhere")
        try:
            code, found = await self._find(form.get("code", ""))
        except Refused as refused:
            return await self._page(request, session, 422, trouble=refused.why)
        return await self._page(request, session, code=code, found=found)

    async def _revoke(self, request: web.Request, session: Session) -> web.Response:
        form = await self._form(request, session)
        if form is None:
            return await self._page(request, session, 403, trouble="elsewhere")
        try:
            code, found = await self._take_back(form.get("code", ""), form.get("reason", ""), session)
        except Refused as refused:
            status = 409 if refused.why == "revoked" else 422
            return await self._page(request, session, status, trouble=refused.why, found=refused.certificate)
        return await self._page(request, session, code=code, found=found, done=True)

    async def _form(self, request: web.Request, session: Session) -> Mapping[str, str] | None:
        """``None`` where no page of ours sent it."""
        form = await read_form(request, limit=MAX_FORM)
        return form if self._guard.is_ours(request, session, form.get("csrf", "")) else None

    async def _page(
        self,
        request: web.Request,
        session: Session,
        status: int = 200,
        *,
        trouble: str = "",
        code: str = "",
        found: Certificate | None = None,
        done: bool = False,
    ) -> web.Response:
        shown = None if found is None else shape(found) | _days(found)
        reasons = [why.value for why in Why]
        values = {"trouble": trouble, "code": code, "found": shown, "done": done, "reasons": reasons}
        return await self._frame.page("certificates", request, session, status, **values, view="certificates")


def shape(found: Certificate) -> dict[str, Any]:
    """What is on record; nothing in it is of anybody."""
    revoked = found.revocation
    return {
        "kind": found.kind,
        "title": found.title,
        "issuer": found.issuer,
        "issued_at": iso(found.issued_at),
        "valid_until": iso(found.valid_until),
        "revoked_at": iso(revoked.at) if revoked else None,
        "revoked_by": revoked.by if revoked else None,
        "reason": revoked.why.value if revoked else None,
    }


def _days(found: Certificate) -> dict[str, str]:
    """As the paper has them."""
    until = found.valid_until
    days = {"issued_on": day_of(found.issued_at), "valid_to": None if until is None else day_of(until)}
    return {name: "" if day is None else day.isoformat() for name, day in days.items()}


def _refusal(refused: Refused) -> web.Response:
    if refused.why == "revoked":
        return refusal(409, "revoked", certificate=shape(refused.certificate) if refused.certificate else None)
    return refusal(404 if refused.why == "unknown" else 422, refused.why)
