"""The clerk's page: the cases of a registry, and one case to work on. Plain forms: it needs no JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from aiohttp import web

from connectors.references import canonical
from connectors.sandbox.admin import reference_in
from connectors.sandbox.books import BOOKS
from connectors.sandbox.model import Case, Document, NotAllowed, NotThere
from connectors.sandbox.render import FOLDER, page
from connectors.sandbox.services import FILING, STATE
from connectors.sandbox.state import State

_ROWS = 25

Form = Mapping[str, Any]


# The list


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to. ``show`` is ``all``, ``open``, ``waiting`` or ``closed``."""

    registry: str
    show: str
    search: str
    page: int


def _filter(request: web.Request) -> Filter:
    query = request.query
    page, registry = query.get("page", "1"), query.get("registry", "permits")
    return Filter(
        registry=registry if registry in BOOKS else "permits",
        show=query.get("show", "all"),
        search=query.get("q", "").strip(),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


_SHOWN: Mapping[str, Callable[[Case], bool]] = {
    "all": lambda _: True,
    "open": lambda case: not case.closed,
    "waiting": lambda case: not case.closed and case.waits,
    "closed": lambda case: case.closed,
}


def _matching(state: State, wanted: Filter) -> Iterator[Case]:
    if not wanted.search:
        found = state.newest(wanted.registry)
    elif one := state.find(canonical(wanted.search)):
        found = iter((one,))
    else:
        found = iter(state.cases_of(wanted.search))
    return filter(_SHOWN.get(wanted.show, _SHOWN["all"]), found)


async def list_page(request: web.Request) -> web.Response:
    """``?registry=&show=&q=&page=``; a search by reference or ΑΦΜ looks in all registries."""
    state, wanted = request.app[STATE], _filter(request)
    start = (wanted.page - 1) * _ROWS
    rows = list(islice(_matching(state, wanted), start, start + _ROWS + 1))
    counts = {registry: state.count(registry) for registry in BOOKS}
    return page(
        request,
        "cases.html",
        wanted=wanted,
        cases=rows[:_ROWS],
        more=len(rows) > _ROWS,
        counts=counts,
        people=state.citizens,
    )


# One case

_DONE: Mapping[str, str] = {
    "stage": "Το στάδιο της υπόθεσης άλλαξε.",
    "missing": "Το δικαιολογητικό ζητήθηκε από τον πολίτη.",
    "accept": "Το δικαιολογητικό έγινε δεκτό.",
    "reject": "Το δικαιολογητικό απορρίφθηκε.",
    "decide": "Η απόφαση καταχωρίστηκε.",
    "close": "Η υπόθεση έκλεισε.",
    "open": "Η υπόθεση άνοιξε.",
}


def _case_page(request: web.Request, case: Case, problem: str = "") -> web.Response:
    return page(
        request,
        "case.html",
        status=409 if problem else 200,
        case=case,
        citizen=request.app[STATE].citizen(case.afm),
        done=_DONE.get(request.query.get("done", ""), ""),
        problem=problem,
        steps=_steps(case),
        handed=request.app[FILING].of_case(case.reference),
    )


def _steps(case: Case) -> list[tuple[str, str]]:
    """(word, ``past``/``now``/``next``) for each stage."""
    stages = case.kind.stages
    place = stages.index(case.now_at)
    return [
        (stage.word, "past" if index < place else "now" if index == place else "next")
        for index, stage in enumerate(stages)
    ]


async def case_page(request: web.Request) -> web.Response:
    return _case_page(request, request.app[STATE].case(reference_in(request)))


def _stage(state: State, reference: str, form: Form) -> object:
    return state.move(reference, str(form.get("stage", "")), _line(form, "note"))


def _missing(state: State, reference: str, form: Form) -> object:
    code, title = str(form.get("code", "")), _line(form, "title")
    wanted = Document(code or title, title, "missing", _line(form, "reason"), _day(form))
    return state.require(reference, [wanted] if wanted.code else [])


def _accept(state: State, reference: str, form: Form) -> object:
    return state.accept(reference, str(form.get("code", "")))


def _reject(state: State, reference: str, form: Form) -> object:
    return state.reject(reference, str(form.get("code", "")), _line(form, "reason"))


def _decide(state: State, reference: str, form: Form) -> object:
    return state.decide(reference, str(form.get("outcome", "")), _line(form, "note"))


def _close(state: State, reference: str, _: Form) -> object:
    return state.close(reference)


_ACTS: Mapping[str, Callable[[State, str, Form], object]] = {
    "stage": _stage,
    "missing": _missing,
    "accept": _accept,
    "reject": _reject,
    "decide": _decide,
    "close": _close,
}


def _line(form: Form, name: str) -> str:
    return " ".join(str(form.get(name, "")).split())[:500]


def _day(form: Form) -> date | None:
    text = str(form.get("deadline", ""))
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007  a day has no time zone
    except ValueError:
        raise NotAllowed("Η προθεσμία δεν είναι ημερομηνία.") from None


async def act(request: web.Request) -> web.StreamResponse:
    """``POST /clerk/cases/<reference>/<act>``, then back to the case."""
    state, reference, name = request.app[STATE], reference_in(request), request.match_info["act"]
    if name not in _ACTS:
        raise NotThere("Δεν υπάρχει τέτοια ενέργεια.")
    case = state.case(reference)
    try:
        _ACTS[name](state, reference, await request.post())
    except NotAllowed as problem:
        return _case_page(request, case, str(problem))
    raise web.HTTPSeeOther(f"/clerk/cases/{reference}?done={name}")


# A new case


async def new_page(request: web.Request) -> web.Response:
    return _new_page(request, {}, "")


def _new_page(request: web.Request, form: Form, problem: str) -> web.Response:
    filled = {name: _line(form, name) for name in ("procedure", "afm", "title")}
    return page(request, "new.html", status=409 if problem else 200, problem=problem, filled=filled)


async def open_case(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    registry, _, procedure = str(form.get("procedure", "")).partition("/")
    try:
        case = request.app[STATE].open(registry, _line(form, "afm"), procedure, _line(form, "title"))
    except NotThere as problem:
        return _new_page(request, form, str(problem))
    raise web.HTTPSeeOther(f"/clerk/cases/{case.reference}?done=open")


async def home(_: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/clerk/")


@web.middleware
async def with_lost_page(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
    """A page for what is not there: below ``/clerk``, and for a browser wherever it went."""
    try:
        response: web.StreamResponse = await handler(request)
    except NotThere as error:
        if not request.path.startswith("/clerk/"):
            raise
        return page(request, "lost.html", status=404, problem=str(error))
    except web.HTTPNotFound:
        if "text/html" not in request.headers.get("Accept", ""):
            raise
        return page(request, "lost.html", status=404, problem="Δεν υπάρχει τέτοια σελίδα.")
    return response


def add_clerk(app: web.Application) -> None:
    app.add_routes(
        [
            web.get("/", home),
            web.get("/clerk/", list_page),
            web.get("/clerk/new", new_page),
            web.post("/clerk/new", open_case),
            web.get("/clerk/cases/{reference}", case_page),
            web.post("/clerk/cases/{reference}/{act}", act),
            web.static("/clerk/static", FOLDER / "static"),
        ]
    )
