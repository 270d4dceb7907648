"""The console put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from aiohttp import web

from bot.channels.facts import CHANNELS, SPOKEN
from bot.console.actions import AgentActions
from bot.console.api import Api
from bot.console.calls.asking import AskingForCalls
from bot.console.calls.desk import CallDesk
from bot.console.calls.following import FollowingUp
from bot.console.calls.job import CallsJob
from bot.console.calls.pages import CallPages
from bot.console.calls.view import CallView
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
from bot.runtime import Clock, Runtime
from bot.settings import Settings
from bot.store import Store
from connectors.registry import ContactRegistry
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
    citizens = CitizenView(store, load_catalogue())
    reading = Reading(store, desk, citizens, hours, canned, clock)
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
    call_desk = CallDesk(store, AskingForCalls(store, phrases(SPOKEN), hours), hours, clock)
    calls = CallPages(
        store=store,
        desk=call_desk,
        following=FollowingUp(store, [name for name, facts in CHANNELS.items() if not facts.missing(settings)], clock),
        view=CallView(store, call_desk, citizens, hours, clock),
        reading=reading,
        guard=guard,
        frame=frame,
    )
    return Console(
        [*pages.routes(), *supervision, *certificates, *calls.routes(), *api.routes(), *streams.routes()], hub
    )


def takeover_job(settings: Settings, store: Store, wording: Wording, metrics: Metrics, clock: Clock) -> TakeoverJob:
    """For a worker."""
    hours = arranged_hours(settings.staff_hours)
    return TakeoverJob(store=store, speaking=Speaking(store, wording), hours=hours, metrics=metrics, clock=clock)


def asking_for_calls(settings: Settings, store: Store, wording: Wording) -> AskingForCalls:
    """For a worker: call-backs that citizens ask for in the chat."""
    return AskingForCalls(store, wording, arranged_hours(settings.staff_hours))


def calls_job(
    settings: Settings,
    store: Store,
    contacts: ContactRegistry | None,
    wording: Wording,
    runtime: Runtime,
    *,
    sms_on: bool,
) -> CallsJob:
    """For a worker."""
    return CallsJob(
        store=store,
        contacts=contacts,
        asking=asking_for_calls(settings, store, wording),
        wording=wording,
        hours=arranged_hours(settings.staff_hours),
        new_code=runtime.new_code,
        sms_on=sms_on,
        clock=runtime.clock,
    )
