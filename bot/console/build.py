"""The console put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from aiohttp import web

from bot.channels.facts import SPOKEN
from bot.console.actions import AgentActions
from bot.console.api import Api
from bot.console.canned import arranged_canned
from bot.console.certificates import CertificateDesk, Revokes
from bot.console.citizen import CitizenView
from bot.console.desks import arranged_desks
from bot.console.frame import Frame
from bot.console.guard import Guard
from bot.console.hub import Hub
from bot.console.job import TakeoverJob
from bot.console.pages import ConsolePages
from bot.console.passwords import Passwords
from bot.console.reading import Reading
from bot.console.rendering import Rendering
from bot.console.signing_in import SigningIn
from bot.console.speaking import Speaking
from bot.console.stream import Streams
from bot.console.supervision.build import supervision_routes
from bot.conversation.arranged import arranged_hours
from bot.conversation.effects import Wording
from bot.metrics import Metrics
from bot.runtime import Clock
from bot.settings import Settings
from bot.store import Store
from dialogues.catalogue import load_catalogue
from dialogues.responses import phrases


@dataclass(frozen=True, slots=True)
class Console:
    """The routes of the web side, and the hub that ends their streams when it stops."""

    routes: list[web.RouteDef]
    hub: Hub


def console(settings: Settings, store: Store, clock: Clock, revokes: Revokes) -> Console:
    """For the web side. ``revokes`` takes certificates back."""
    hours, desks, canned = arranged_hours(settings.staff_hours), arranged_desks(), arranged_canned()
    guard = Guard(store, clock, url=settings.public_url, arranged=(hours, desks, canned))
    desk = AgentActions(store, Speaking(store, phrases(SPOKEN)), desks, clock)
    reading = Reading(store, desk, CitizenView(store, load_catalogue()), hours, canned, clock)
    hub, rendering = Hub(store, clock), Rendering(desks, clock)
    frame = Frame(store, reading, guard, rendering)
    api = Api(store=store, desk=desk, reading=reading, guard=guard, settings=settings, clock=clock)
    streams = Streams(store=store, hub=hub, reading=reading, guard=guard, clock=clock)
    pages = ConsolePages(
        store=store,
        desk=desk,
        reading=reading,
        guard=guard,
        signing_in=SigningIn(store, Passwords(), clock, demo=settings.staff_demo == "on"),
        rendering=rendering,
        frame=frame,
        proxies=[ip_network(one) for one in settings.proxy_networks()],
        clock=clock,
    )
    supervision = supervision_routes(store, guard, frame, hours, desks, canned, clock)
    certificates = CertificateDesk(revokes=revokes, guard=guard, frame=frame).routes()
    return Console([*pages.routes(), *supervision, *certificates, *api.routes(), *streams.routes()], hub)


def takeover_job(settings: Settings, store: Store, wording: Wording, metrics: Metrics, clock: Clock) -> TakeoverJob:
    """For a worker."""
    hours = arranged_hours(settings.staff_hours)
    return TakeoverJob(store=store, speaking=Speaking(store, wording), hours=hours, metrics=metrics, clock=clock)
