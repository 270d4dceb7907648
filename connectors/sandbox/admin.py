"""The admin API of the sandbox State: everything that a clerk, time or misfortune does, as JSON over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.references import canonical
from connectors.sandbox.events import EventPost
from connectors.sandbox.faults import FAULTS, SERVICES, Fault, Kind
from connectors.sandbox.filing import Wanted
from connectors.sandbox.model import Case, Document, NotAllowed, NotThere
from connectors.sandbox.operations import wire
from connectors.sandbox.services import FILING, STATE
from connectors.sandbox.tokens import TOKENS

POST: web.AppKey[EventPost] = web.AppKey("post", EventPost)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCase(_Body):
    registry: str
    afm: str
    procedure: str
    title: str = ""
    expected_by: date | None = None


class NewStage(_Body):
    stage: str
    note: str = ""


class Paper(_Body):
    code: str = Field(min_length=1)
    title: str = ""
    reason: str = ""
    deadline: date | None = None


class Missing(_Body):
    documents: tuple[Paper, ...]


class Reason(_Body):
    reason: str = ""


class Decision(_Body):
    outcome: Literal["granted", "refused", "partly"]
    note: str = ""


class Mobile(_Body):
    mobile: str | None


class NewFault(_Body):
    kind: Kind
    seconds: Annotated[float, Field(ge=0)] = 0.0
    times: Annotated[int, Field(ge=1)] | None = None


B = TypeVar("B", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def with_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the State or a body refuses, as JSON, below ``/admin``."""
    if not request.path.startswith("/admin/"):
        return await handler(request)
    try:
        return await handler(request)
    except NotThere as error:
        return web.json_response({"error": str(error)}, status=404)
    except NotAllowed as error:
        return web.json_response({"error": str(error)}, status=409)
    except ValidationError as error:
        where = [".".join(str(step) for step in problem["loc"]) for problem in error.errors(include_input=False)]
        return web.json_response({"error": "invalid", "fields": where}, status=422)


async def _body(shape: type[B], request: web.Request) -> B:
    return shape.model_validate_json(await request.read() or b"{}")


def reference_in(request: web.Request) -> str:
    typed = request.match_info["reference"]
    return canonical(typed) or typed


def shown(case: Case) -> dict[str, Any]:
    """The wire form, with our codes beside the registry's words."""
    codes = {"registry": case.registry, "procedureCode": case.procedure, "stageCode": case.stage}
    return {**wire(case), **codes, "outcomeCode": case.outcome}


async def list_cases(request: web.Request) -> web.Response:
    """``?registry=`` and ``?afm=`` narrow it; at most 200."""
    state, registry, afm = request.app[STATE], request.query.get("registry"), request.query.get("afm")
    found = state.cases_of(afm) if afm else state.newest(registry) if registry else state.cases()
    kept = (case for case in found if registry in (None, case.registry))
    return web.json_response({"cases": [shown(case) for case, _ in zip(kept, range(200), strict=False)]})


async def open_case(request: web.Request) -> web.Response:
    new = await _body(NewCase, request)
    case = request.app[STATE].open(new.registry, new.afm, new.procedure, new.title, new.expected_by)
    return web.json_response(shown(case), status=201)


async def one_case(request: web.Request) -> web.Response:
    return web.json_response(shown(request.app[STATE].case(reference_in(request))))


async def move(request: web.Request) -> web.Response:
    new = await _body(NewStage, request)
    return web.json_response(shown(request.app[STATE].move(reference_in(request), new.stage, new.note)))


async def require(request: web.Request) -> web.Response:
    papers = (await _body(Missing, request)).documents
    wanted = [Document(one.code, one.title, "missing", one.reason, one.deadline) for one in papers]
    return web.json_response(shown(request.app[STATE].require(reference_in(request), wanted)))


async def accept(request: web.Request) -> web.Response:
    return web.json_response(shown(request.app[STATE].accept(reference_in(request), request.match_info["code"])))


async def reject(request: web.Request) -> web.Response:
    why = (await _body(Reason, request)).reason
    return web.json_response(shown(request.app[STATE].reject(reference_in(request), request.match_info["code"], why)))


async def decide(request: web.Request) -> web.Response:
    new = await _body(Decision, request)
    return web.json_response(shown(request.app[STATE].decide(reference_in(request), new.outcome, new.note)))


async def close(request: web.Request) -> web.Response:
    return web.json_response(shown(request.app[STATE].close(reference_in(request))))


async def citizen(request: web.Request) -> web.Response:
    one = request.app[STATE].citizen(request.match_info["afm"])
    return web.json_response({"afm": one.afm, "first": one.first, "last": one.last, "mobile": one.mobile})


async def set_mobile(request: web.Request) -> web.Response:
    request.app[STATE].set_mobile(request.match_info["afm"], (await _body(Mobile, request)).mobile)
    return await citizen(request)


def _shown_wanted(wanted: Wanted) -> dict[str, Any]:
    return {
        "registry": wanted.registry,
        "request": wanted.id,
        "afm": wanted.afm,
        "certificate": wanted.kind.code,
        "status": wanted.status,
        "reason": wanted.reason,
        "document": wanted.file,
    }


async def list_submissions(request: web.Request) -> web.Response:
    """What was last handed in for each document of a case."""
    handed = request.app[FILING].of_case(request.app[STATE].case(reference_in(request)).reference)
    return web.json_response(
        {
            "submissions": [
                {"submission": one.id, "code": code, "number": one.number, "file": one.file.id}
                for code, one in handed.items()
            ]
        }
    )


async def list_certificates(request: web.Request) -> web.Response:
    """Requests for certificates, newest first; at most 200."""
    found = islice(request.app[FILING].all_wanted(), 200)
    return web.json_response({"certificates": [_shown_wanted(one) for one in found]})


async def issue(request: web.Request) -> web.Response:
    where = request.match_info
    return web.json_response(_shown_wanted(request.app[FILING].issue(where["registry"], where["request"])))


async def refuse(request: web.Request) -> web.Response:
    why, where = (await _body(Reason, request)).reason, request.match_info
    return web.json_response(_shown_wanted(request.app[FILING].refuse(where["registry"], where["request"], why)))


async def list_faults(request: web.Request) -> web.Response:
    standing = request.app[FAULTS].standing()
    return web.json_response(
        {name: {"kind": one.kind, "seconds": one.seconds, "times": one.times} for name, one in standing.items()}
    )


async def put_fault(request: web.Request) -> web.Response:
    service = request.match_info["service"]
    if service not in SERVICES:
        raise NotThere("Δεν υπάρχει τέτοια υπηρεσία.")
    new = await _body(NewFault, request)
    request.app[FAULTS].put(service, Fault(new.kind, new.seconds, new.times))
    return await list_faults(request)


async def clear_fault(request: web.Request) -> web.Response:
    request.app[FAULTS].clear(request.match_info["service"])
    return await list_faults(request)


async def clear_faults(request: web.Request) -> web.Response:
    request.app[FAULTS].clear_all()
    return await list_faults(request)


async def expire_tokens(request: web.Request) -> web.Response:
    request.app[TOKENS].expire_all()
    return web.json_response({"issued": request.app[TOKENS].issued})


async def list_events(request: web.Request) -> web.Response:
    """What became of the latest events; empty where none are posted."""
    log = request.app[POST].log if POST in request.app else ()
    return web.json_response(
        {
            "events": [
                {"id": one.change.id, "type": one.change.type, "result": one.result, "attempts": one.attempts}
                for one in log
            ]
        }
    )


def add_admin(app: web.Application) -> None:
    case = "/admin/cases/{reference}"
    app.add_routes(
        [
            web.get("/admin/cases", list_cases),
            web.post("/admin/cases", open_case),
            web.get(case, one_case),
            web.post(f"{case}/stage", move),
            web.post(f"{case}/documents", require),
            web.post(f"{case}/documents/{{code}}/accept", accept),
            web.post(f"{case}/documents/{{code}}/reject", reject),
            web.post(f"{case}/decision", decide),
            web.post(f"{case}/close", close),
            web.get(f"{case}/submissions", list_submissions),
            web.get("/admin/certificates", list_certificates),
            web.post("/admin/certificates/{registry}/{request}/issue", issue),
            web.post("/admin/certificates/{registry}/{request}/refuse", refuse),
            web.get("/admin/citizens/{afm}", citizen),
            web.put("/admin/citizens/{afm}", set_mobile),
            web.get("/admin/faults", list_faults),
            web.delete("/admin/faults", clear_faults),
            web.put("/admin/faults/{service}", put_fault),
            web.delete("/admin/faults/{service}", clear_fault),
            web.post("/admin/tokens/expire", expire_tokens),
            web.get("/admin/events", list_events),
        ]
    )
