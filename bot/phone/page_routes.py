"""The page that looks like a phone: its files, what it shows as a stream of events, and what a person does on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.phone.media import LIMIT, Shelf, recognise
from bot.phone.people import Person
from bot.phone.phone import Phone
from bot.phone.viber_handsets import ATHENS

PAGE = Path(__file__).parent / "page"
FILES = {
    "phone.css": "text/css",
    "phone.js": "text/javascript",
    "words.js": "text/javascript",
    "state.js": "text/javascript",
    "side.js": "text/javascript",
    "segments.js": "text/javascript",
    "bubbles.js": "text/javascript",
    "sample.jpg": "image/jpeg",
    "icon.svg": "image/svg+xml",
}
KEEP_ALIVE = 15.0
TEXT_LIMITS = {"viber": 7000, "sms": 1600}
STICKER = 40100

Work = Coroutine[Any, Any, object]
Act = Callable[[Person, Mapping[str, Any], str], Work]


class PageRoutes:
    """Every action answers 202 at once: the bubble's tick tells the rest."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._people = {person.key: person for person in phone.screens.people}
        self._shelf = Shelf(lambda: secrets.token_urlsafe(12))
        self._files = {name: (PAGE / name).read_bytes() for name in FILES}
        self._index = (PAGE / "index.html").read_text("utf-8")
        self._acts = _acts(phone)

    def routes(self) -> list[web.RouteDef]:
        """All of the page's."""
        return [
            web.get("/", self.index),
            web.get("/static/{name}", self.file),
            web.get("/phone/facts", self.facts),
            web.get("/phone/stream", self.stream),
            web.post("/phone/{key}/{channel:viber|sms|both}/{action}", self.act),
            web.put("/phone/{key}/upload/{name}", self.upload),
            web.get("/media/{id}/{name}", self.medium),
        ]

    async def index(self, _request: web.Request) -> web.StreamResponse:
        """The page."""
        bases = {self._phone.addresses.counter_url.rstrip("/"), self._phone.addresses.public_url.rstrip("/")}
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors 'none'; img-src 'self' {' '.join(sorted(bases))}"
        )
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
        return web.Response(text=self._index, content_type="text/html", headers=headers)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A script, the style sheet, the sample picture."""
        name = request.match_info["name"]
        if name not in FILES:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=self._files[name], content_type=FILES[name], charset="utf-8", headers=headers)

    async def facts(self, _request: web.Request) -> web.StreamResponse:
        """Who holds a phone, and whom they write to."""
        account, addresses = self._phone.account, self._phone.addresses
        return web.json_response(
            {
                "people": [asdict(person) for person in self._people.values()],
                "service": account.viber_name,
                "number": account.sms_number,
                "public_url": addresses.public_url.rstrip("/"),
                "counter_url": addresses.counter_url.rstrip("/"),
            }
        )

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: a snapshot, then every change."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        queue = self._phone.screens.look()
        try:
            with contextlib.suppress(ConnectionResetError):  # the page was closed
                await _pour(queue, response)
        finally:
            self._phone.screens.look_away(queue)
        return response

    async def act(self, request: web.Request) -> web.StreamResponse:
        """A person does something. 404 for an unknown person, action or button; 400 for a body that cannot be used."""
        person = self._person(request)
        act = self._acts.get(f"{request.match_info['channel']}/{request.match_info['action']}")
        if act is None:
            raise web.HTTPNotFound
        body = await _json_object(request)
        try:
            work = act(person, body, _own(request))
        except LookupError as missing:
            raise web.HTTPNotFound from missing
        except (TypeError, ValueError, OverflowError) as unusable:
            raise web.HTTPBadRequest from unusable
        self._phone.webhook_client.spawn(work)
        return web.json_response({}, status=202)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A picture or a PDF, sent on Viber. 415 for anything else, 413 above the limit, 411 without a length."""
        person = self._person(request)
        content = await _bounded(request)
        medium = recognise(request.match_info["name"], content)
        if medium is None:
            raise web.HTTPUnsupportedMediaType
        name = "picture" if medium.viber_type == "picture" else "paper.pdf"
        url = f"{_own(request)}/media/{self._shelf.put(medium)}/{name}"
        message = {"type": medium.viber_type, "media": url, "file_name": medium.name, "size": len(content)}
        self._phone.webhook_client.spawn(self._phone.viber.say(person.viber_id, message))
        return web.json_response({}, status=202)

    async def medium(self, request: web.Request) -> web.StreamResponse:
        """What a person has sent, for the service to fetch and the page to show."""
        medium = self._shelf.get(request.match_info["id"])
        if medium is None:
            raise web.HTTPNotFound
        return web.Response(body=medium.content, content_type=medium.content_type)

    def _person(self, request: web.Request) -> Person:
        person = self._people.get(request.match_info["key"])
        if person is None:
            raise web.HTTPNotFound
        return person


def _own(request: web.Request) -> str:
    """Where the service fetches what was sent: it knows this server by its number, whatever the page was opened by."""
    origin = request.url.origin()
    return str(origin.with_host("127.0.0.1") if origin.host == "localhost" else origin)


async def _pour(queue: asyncio.Queue[dict[str, Any] | None], response: web.StreamResponse) -> None:
    while True:
        try:
            change = await asyncio.wait_for(queue.get(), KEEP_ALIVE)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if change is None:
            return
        await response.write(b"data: " + json.dumps(change).encode() + b"\n\n")


async def _bounded(request: web.Request) -> bytes:
    length = request.content_length
    if length is None:
        raise web.HTTPLengthRequired
    if length > LIMIT:
        raise web.HTTPRequestEntityTooLarge(LIMIT, length)
    return await request.content.read(-1)


async def _json_object(request: web.Request) -> Mapping[str, Any]:
    # a page of another origin cannot send this content type without being asked first, and nobody answers it
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as unreadable:
        raise web.HTTPBadRequest from unreadable
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def _text(body: Mapping[str, Any], channel: str) -> str:
    text = body.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > TEXT_LIMITS[channel]:
        raise ValueError("text")
    return text


def _acts(phone: Phone) -> dict[str, Act]:
    """What a person can do, by channel and action."""
    viber = phone.viber

    def tap(person: Person, body: Mapping[str, Any], _origin: str) -> Work:
        return viber.tap(person.viber_id, viber.button(person.viber_id, int(body["bubble"]), int(body["button"])))

    def picture(person: Person, _body: Mapping[str, Any], origin: str) -> Work:
        url = f"{origin}/static/sample.jpg"
        message = {"type": "picture", "media": url, "thumbnail": url, "file_name": "sample.jpg"}
        return viber.say(person.viber_id, message)

    def contact(person: Person, _body: Mapping[str, Any], _origin: str) -> Work:
        card = {"name": person.name, "phone_number": person.number}
        return viber.say(person.viber_id, {"type": "contact", "contact": card})

    return {
        "viber/open": lambda person, _body, _origin: viber.open(person.viber_id),
        "viber/subscribe": lambda person, _body, _origin: viber.subscribe(person.viber_id),
        "viber/unsubscribe": lambda person, _body, _origin: viber.unsubscribe(person.viber_id),
        "viber/look": lambda person, _body, _origin: viber.look(person.viber_id),
        "viber/write": lambda person, body, _origin: viber.write(person.viber_id, _text(body, "viber")),
        "viber/tap": tap,
        "viber/picture": picture,
        "viber/contact": contact,
        "viber/location": lambda person, _body, _origin: viber.say(
            person.viber_id, {"type": "location", "location": ATHENS}
        ),
        "viber/sticker": lambda person, _body, _origin: viber.say(
            person.viber_id, {"type": "sticker", "sticker_id": STICKER}
        ),
        "sms/write": lambda person, body, _origin: phone.sms.write(person.number, _text(body, "sms")),
        "both/switch": lambda person, body, _origin: phone.switch(person, off=body["off"] is True),
    }
