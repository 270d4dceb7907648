"""Board and reports: pages, JSON and CSV, for whoever oversees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.console.api import ROOT
from bot.console.frame import Frame
from bot.console.guard import HEADERS, Guard, Handler, Signed, answer, refusal
from bot.console.rendering import load_words
from bot.console.supervision.board import Board
from bot.console.supervision.charts import HEIGHT, LEFT, RIGHT, TIMES, WIDTH, Chart, chart
from bot.console.supervision.export import as_csv
from bot.console.supervision.reports import Report, Reports
from bot.web.pages import language_of
from casestore.reports.lists import MOST
from casestore.reports.periods import BadPeriod
from casestore.staff.model import Right, Session

_LONGEST = 128  # characters of what a list is asked for
_SIZE = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": RIGHT}


def overseeing(guard: Guard, frame: Frame, handler: Signed, *, active: bool = True) -> Handler:
    """A page for whoever oversees; to others it is not there."""

    async def allowed(request: web.Request, session: Session) -> web.StreamResponse:
        if not session.member.may(Right.OVERSEE):
            return frame.lost("not_yours_to_see", request, session, 403, await frame.around(session))
        return await handler(request, session)

    return guard.page(allowed, active=active)


class BoardPages:
    """The board, its part that an open page reads again, and the list behind each number."""

    def __init__(self, board: Board, guard: Guard, frame: Frame) -> None:
        self._board = board
        self._guard = guard
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        guard, frame = self._guard, self._frame
        return [
            web.get("/console/board", overseeing(guard, frame, self._page)),
            web.get("/console/board/{list}", overseeing(guard, frame, self._list)),
            web.get("/console/part/board", overseeing(guard, frame, self._part, active=False)),
            web.get(f"{ROOT}/board", guard.api(self._read, Right.OVERSEE, active=False)),
            web.get(f"{ROOT}/board/{{list}}", guard.api(self._rows, Right.OVERSEE)),
        ]

    async def _page(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._frame.page("board", request, session, board=await self._board.now(), view="board")

    async def _part(self, request: web.Request, session: Session) -> web.StreamResponse:
        return await self._frame.page("_board", request, session, board=await self._board.now(), view="board")

    async def _read(self, _request: web.Request, _session: Session) -> web.Response:
        return answer(await self._board.now())

    async def _list(self, request: web.Request, session: Session) -> web.StreamResponse:
        found = await self._found(request)
        if found is None:
            return self._frame.lost("no_list", request, session, 404, await self._frame.around(session))
        return await self._frame.page("listed", request, session, **found, view="board")

    async def _rows(self, request: web.Request, _session: Session) -> web.Response:
        found = await self._found(request)
        return refusal(404, "list") if found is None else answer(found)

    async def _found(self, request: web.Request) -> dict[str, Any] | None:
        name, query = request.match_info["list"], request.query
        key, before = _asked(query.get("key")), _asked(query.get("before")) or ""
        try:
            rows = await self._board.rows(name, key, before)
            count = await self._board.count(name, key)
        except (KeyError, ValueError):
            return None
        following = rows[-1]["cursor"] if len(rows) == MOST else None
        return {"list": name, "key": key, "count": count, "items": rows, "next": following}


class ReportPages:
    """The charts with their tables, each table as CSV and as JSON."""

    def __init__(self, reports: Reports, guard: Guard, frame: Frame) -> None:
        self._reports = reports
        self._guard = guard
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        guard, frame = self._guard, self._frame
        return [
            web.get("/console/reports", overseeing(guard, frame, self._page)),
            web.get("/console/reports/{name}.csv", overseeing(guard, frame, self._csv)),
            web.get(f"{ROOT}/reports/{{name}}", guard.api(self._json, Right.OVERSEE)),
        ]

    async def _page(self, request: web.Request, session: Session) -> web.StreamResponse:
        trouble = ""
        try:
            period = self._reports.period(request.query)
        except BadPeriod:
            trouble, period = "bad_period", self._reports.period({})
        shown = [await self._reports.read(name, period) for name in self._reports.names]
        drawn = [(report, drawing(report)) for report in shown]
        status = 422 if trouble else 200
        values = {"period": period, "reports": drawn, "size": _SIZE, "trouble": trouble, "view": "reports"}
        values |= {"quick": self._reports.quick(), "today": self._reports.period({}).last}
        language = language_of(request)
        values |= {"heading": lambda column: heading_of(column, language), "short": short, "long": long}
        return await self._frame.page("reports", request, session, status, **values)

    async def _csv(self, request: web.Request, session: Session) -> web.StreamResponse:
        report = await self._report(request)
        if report is None:
            return self._frame.lost("no_list", request, session, 404, await self._frame.around(session))
        language, period = language_of(request), report.period
        heading = [heading_of(code, language) for code in (f"by_{period.unit}", *report.columns)]
        text = as_csv(heading, [(name, *values) for name, values in report.rows], language)
        file = f"{report.name}-{period.first}-{period.last}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{file}"'}
        return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)

    async def _json(self, request: web.Request, _session: Session) -> web.Response:
        report = await self._report(request)
        return refusal(404, "report") if report is None else answer(report.shape())

    async def _report(self, request: web.Request) -> Report | None:
        try:
            return await self._reports.read(request.match_info["name"], self._reports.period(request.query))
        except (KeyError, BadPeriod):
            return None


def heading_of(column: str, language: str) -> str:
    """A column's name; of a cause that has none in our words its code."""
    words = load_words()
    named = words.get(f"column_{column}") or words.get(f"reason_{column}")
    return named[language] if named else column


def long(name: str) -> str:
    """A day or an hour in full: ``23/11/2026 14:00``."""
    moment = datetime.fromisoformat(name)
    return f"{moment:%-d/%-m/%Y %H:%M}" if "T" in name else f"{moment:%-d/%-m/%Y}"


def short(name: str) -> str:
    """Likewise under a chart: an hour alone, but for the first of a day."""
    moment = datetime.fromisoformat(name)
    return f"{moment:%H:%M}" if moment.hour else f"{moment:%-d/%-m}"


def drawing(report: Report) -> Chart:
    """How a report is drawn: a share up to a hundred, lengths as the middle with a mark for nine of ten, counts as
    bars on one another."""
    if "bot_percent" in report.columns:
        return chart([report.of("bot_percent")], most=100)
    if "median_minutes" in report.columns:
        return chart([report.of("median_minutes")], [report.of("most_minutes")], steps=TIMES)
    every: Sequence[str] = report.columns
    return chart([report.of(column) for column in every])


def _asked(written: str | None) -> str | None:
    return None if written is None else written.replace("\x00", "").encode("utf-8", "replace").decode()[:_LONGEST]
