"""The clerk's other pages: requests for certificates, and the files that citizens hand in."""

from __future__ import annotations

from itertools import islice
from urllib.parse import quote

from aiohttp import web

from connectors.sandbox.filing import Filing
from connectors.sandbox.model import NotAllowed, NotThere
from connectors.sandbox.render import page
from connectors.sandbox.services import FILING, STATE

_ROWS = 100
_DONE = {"issue": "Το πιστοποιητικό εκδόθηκε.", "refuse": "Το αίτημα απορρίφθηκε."}


def add_desk(app: web.Application) -> None:
    app.add_routes(
        [
            web.get("/clerk/certificates", certificates),
            web.post("/clerk/certificates/{act}", answer),
            web.get("/clerk/files/{id}", show_file),
        ]
    )


async def certificates(request: web.Request) -> web.Response:
    """Those that wait for a clerk first."""
    return _certificates(request, "")


def _certificates(request: web.Request, problem: str) -> web.Response:
    wanted = sorted(islice(request.app[FILING].all_wanted(), _ROWS), key=lambda one: one.status != "pending")
    return page(
        request,
        "certificates.html",
        status=409 if problem else 200,
        wanted=wanted,
        people=request.app[STATE].citizens,
        problem=problem,
        done=_DONE.get(request.query.get("done", ""), ""),
    )


async def answer(request: web.Request) -> web.StreamResponse:
    """``POST /clerk/certificates/issue`` or ``/refuse``, then back to the list."""
    form = {name: str(value).strip() for name, value in (await request.post()).items()}
    act = request.match_info["act"]
    try:
        _act(request.app[FILING], act, form)
    except NotAllowed as problem:
        return _certificates(request, str(problem))
    raise web.HTTPSeeOther(f"/clerk/certificates?done={act}")


def _act(filing: Filing, act: str, form: dict[str, str]) -> None:
    registry, id_ = form.get("registry", ""), form.get("id", "")
    if act == "issue":
        filing.issue(registry, id_)
    elif act == "refuse":
        filing.refuse(registry, id_, form.get("reason", ""))
    else:
        raise NotThere("Δεν υπάρχει τέτοια ενέργεια.")


async def show_file(request: web.Request) -> web.Response:
    sheet = request.app[FILING].file(request.match_info["id"]).sheet
    disposition = f"inline; filename*=UTF-8''{quote(sheet.name, safe='')}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return web.Response(body=sheet.content, content_type=sheet.media_type, headers=headers)
