"""The supervisors' part put together. Called by the console's own ``build.py`` alone."""

from __future__ import annotations

from aiohttp import web

from bot.console.canned import Canned
from bot.console.desks import Desks
from bot.console.frame import Frame
from bot.console.guard import Guard
from bot.console.supervision.arrange_pages import ArrangePages
from bot.console.supervision.arranging import Arranging
from bot.console.supervision.board import Board
from bot.console.supervision.reports import Reports
from bot.console.supervision.routes import BoardPages, ReportPages
from bot.conversation.arranged import Arranged
from bot.conversation.hours import Hours
from bot.runtime import Clock
from bot.store import Store


def supervision_routes(
    store: Store,
    guard: Guard,
    frame: Frame,
    hours: Arranged[Hours],
    desks: Arranged[Desks],
    canned: Arranged[tuple[Canned, ...]],
    clock: Clock,
) -> list[web.RouteDef]:
    """For the web side."""
    board, reports = BoardPages(Board(store, hours, desks, clock), guard, frame), Reports(store, clock)
    arranging = Arranging(store, {one.kind: one for one in (desks, hours, canned)}, clock)
    pages = ArrangePages(store, arranging, guard, frame, clock)
    return [*board.routes(), *ReportPages(reports, guard, frame).routes(), *pages.routes()]
