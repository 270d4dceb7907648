"""Viber's REST bot API, as the service meets it. Each method returns the body of the HTTP 200."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.phone.journal import Accepted
from bot.phone.viber_network import HOST, User, ViberNetwork
from bot.phone.viber_rules import BODY_LIMIT, EVENT_TYPES, Code, check_message, client_objection, message_text

HOUR = timedelta(hours=1)


class ViberServer:
    """``hourly_limit``: messages to one person in an hour without a reply (Viber's is 100; ``None`` is no limit)."""

    def __init__(self, network: ViberNetwork, *, hourly_limit: int | None = None) -> None:
        self._network = network
        self._board = network.board
        self._limit = hourly_limit

    def send_message(self, token: str | None, raw: bytes) -> dict[str, Any]:
        """Take a message or say why not; what becomes of it follows in the background."""
        message = read_object(raw)
        code = self._examine(token, message)
        if code is not Code.OK or message is None:
            self._board.journal.refuse("viber", code)
            return refusal(code)
        return self._accept(message)

    async def set_webhook(self, token: str | None, raw: bytes) -> dict[str, Any]:
        """Takes effect only when the service answers 200 to the ``webhook`` event that is posted meanwhile."""
        request = read_object(raw)
        if request is None or not isinstance(request.get("url"), str):
            return refusal(Code.BAD_DATA if request is None else Code.MISSING_DATA)
        if not self._authorised(token, request):
            return refusal(Code.INVALID_AUTH_TOKEN)
        if not request["url"]:
            self._network.webhook = None
            return {"status": 0, "status_message": "ok"}
        return await self._try_webhook(request)

    def get_account_info(self, token: str | None, raw: bytes) -> dict[str, Any]:
        """Whose token this is, and where its webhook points."""
        if not self._authorised(token, read_object(raw) or {}):
            return refusal(Code.INVALID_AUTH_TOKEN)
        return {
            "status": 0,
            "status_message": "ok",
            "id": "pa:75346594275468546724",
            "chat_hostname": HOST,
            "name": self._board.account.viber_name,
            "uri": "citizencounter",
            "country": "GR",
            "webhook": self._network.webhook or "",
            "event_types": sorted(self._network.events),
            "subscribers_count": sum(user.subscribed for user in self._network.users.values()),
            "members": [],
        }

    def _authorised(self, token: str | None, request: Mapping[str, Any]) -> bool:
        """The token comes in the header or, from older libraries, in the body."""
        return (token or request.get("auth_token")) == self._board.account.viber_token

    def _examine(self, token: str | None, message: dict[str, Any] | None) -> Code:
        if message is None:
            return Code.BAD_DATA
        if not self._authorised(token, message):
            return Code.INVALID_AUTH_TOKEN
        if self._network.webhook is None:
            return Code.WEBHOOK_NOT_SET
        return check_message(message) or self._examine_receiver(message["receiver"])

    def _examine_receiver(self, receiver: object) -> Code:
        if not isinstance(receiver, str):
            return Code.BAD_DATA
        user = self._network.users.get(receiver)
        if user is None and not self._board.accept_strangers:
            known = self._board.screens.holder("viber", receiver) is not None
            return Code.RECEIVER_NOT_SUBSCRIBED if known else Code.RECEIVER_NOT_REGISTERED
        if user is not None and not user.subscribed:
            return Code.RECEIVER_NOT_SUBSCRIBED
        return Code.TOO_MANY_REQUESTS if self._over_limit(receiver) else Code.OK

    def _over_limit(self, receiver: str) -> bool:
        if self._limit is None:
            return False
        user, now = self._network.users.setdefault(receiver, User(subscribed=True)), self._board.clock()
        while user.unanswered and user.unanswered[0] <= now - HOUR:
            user.unanswered.popleft()
        if len(user.unanswered) >= self._limit:
            return True
        user.unanswered.append(now)
        return False

    def _accept(self, message: dict[str, Any]) -> dict[str, Any]:
        board, receiver, token = self._board, message["receiver"], self._board.ids.message_token()
        text = message.get("text") or ""
        board.journal.accept(Accepted("viber", receiver, text, str(token), board.clock(), message))
        if (user := self._network.users.get(receiver)) is not None:
            user.tracking_data = message.get("tracking_data")
        bubble = self._network.show(receiver, message, mine=False, status="sent", token=token)
        if board.receipts is not None:
            work = self._report(receiver, token, bubble.id if bubble else 0, client_objection(message))
            board.webhook_client.spawn(work)
        return {"status": 0, "status_message": "ok", "message_token": token, "chat_hostname": HOST, "billing_status": 1}

    async def _report(self, address: str, token: int, bubble_id: int, objection: str | None) -> None:
        """What becomes of an accepted message: delivered, seen, failed, or waiting for the handset."""
        board = self._board
        await board.webhook_client.sleep(board.receipts.delivered if board.receipts else 0)
        if objection is None and board.faults.delivery_fails("viber"):
            objection = "Failed on the device"
        if objection is not None:
            board.screens.mark("viber", address, bubble_id, status="failed")
            await self._network.receipt("failed", address, token, desc=objection)
        elif (user := self._network.users.get(address)) is not None and user.off:
            user.waiting.append((token, bubble_id))
        else:
            await self._network.deliver(address, token, bubble_id)

    async def _try_webhook(self, request: Mapping[str, Any]) -> dict[str, Any]:
        asked = request.get("event_types")
        events = [event for event in EVENT_TYPES if event in asked] if isinstance(asked, list) else list(EVENT_TYPES)
        answer = await self._network.call_at(request["url"], "webhook", "", {})
        if answer.status != 200:
            trouble = "no answer within 5000 ms" if answer.status is None else f"HttpResponse[HTTP/1.1 {answer.status}]"
            return {"status": int(Code.INVALID_URL), "status_message": f"Result[HttpRequest[POST]] {trouble}"}
        self._network.webhook, self._network.events = request["url"], frozenset(events)
        self._network.send_name = request.get("send_name") is True
        return {"status": 0, "status_message": "ok", "event_types": [*events, "message"]}


def refusal(code: int) -> dict[str, Any]:
    """Viber's answer to what it does not take."""
    return {"status": int(code), "status_message": message_text(code), "chat_hostname": HOST}


def read_object(raw: bytes) -> dict[str, Any] | None:
    """A JSON object within Viber's size limit, else ``None``."""
    if len(raw) > BODY_LIMIT:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):  # UnicodeDecodeError is one
        return None
    return value if isinstance(value, dict) else None
