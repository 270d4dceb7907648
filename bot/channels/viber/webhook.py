"""Where Viber calls us: asked and told over its REST API.

https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from viberbot.api.event_type import EventType

from bot.channels.client import Answered, exchange, json_object, refusal
from bot.channels.port import Remedy, SendError
from bot.channels.viber.channel import ViberChannel
from bot.channels.viber.codes import OK, refused
from bot.channels.viber.send import status_of

PATH = ViberChannel.paths[0]

ALWAYS = frozenset({"message", "webhook"})
"""Events that come whether or not they were asked for."""
EVENTS = (
    EventType.DELIVERED,
    EventType.SEEN,
    EventType.FAILED,
    EventType.SUBSCRIBED,
    EventType.UNSUBSCRIBED,
    EventType.CONVERSATION_STARTED,
)
"""What is asked for: all that the service has a use for."""
_DEADLINE = 30.0  # seconds: Viber calls the address before it answers


@dataclass(frozen=True, slots=True)
class Registered:
    """What Viber has of an account: its name, where it calls (empty: nowhere), and which events it tells."""

    name: str
    url: str
    events: frozenset[str]

    def faults(self, public_url: str) -> list[str]:
        """What of it is not as it must be for a service at this base, each as a line."""
        wanted = public_url + PATH
        wrong = [] if self.url == wanted else [f"Viber calls {self.url or 'nowhere'}, and not {wanted}"]
        missing = sorted(set(EVENTS) - self.events) if self.url else []
        return wrong + ([f"Viber does not tell: {', '.join(missing)}"] if missing else [])


class Registration:
    """Of one account, by its token. All raise :class:`SendError`, ``http:...`` or Viber's code."""

    def __init__(self, token: str, session: aiohttp.ClientSession, api_url: str) -> None:
        self._headers = {"X-Viber-Auth-Token": token}
        self._session = session
        self._api_url = api_url

    async def show(self) -> Registered:
        told = await self._call("get_account_info", {})
        events = told.get("event_types")
        known = frozenset(map(str, events)) if isinstance(events, list) else frozenset()
        return Registered(str(told.get("name", "")), str(told.get("webhook", "")), known | ALWAYS)

    async def set(self, public_url: str) -> None:
        """Viber calls the address meanwhile and takes it only if that is answered with 200. Names and photos of
        citizens are not asked for."""
        told = {"url": public_url + PATH, "event_types": EVENTS, "send_name": False, "send_photo": False}
        await self._call("set_webhook", told)

    async def _call(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answered = await exchange(
            self._session,
            "POST",
            f"{self._api_url}/{method}",
            headers=self._headers,
            deadline=_DEADLINE,
            data=json.dumps(body).encode(),
        )
        return _told(answered)


def _told(answered: Answered) -> dict[str, Any]:
    if not answered.ok:
        raise refusal(answered)
    status, told = status_of(answered), json_object(answered.body)
    if status is None or told is None:
        raise SendError(Remedy.UNKNOWN, "http:unreadable")
    if status != OK:
        raise refused(status)
    return told
