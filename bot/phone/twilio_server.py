"""Twilio's Messages API, as the service meets it. Each method returns (HTTP status, body)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.phone.gsm import measure
from bot.phone.journal import Accepted
from bot.phone.sms_messages import API_VERSION, ERRORS, Filters, SmsMessage
from bot.phone.sms_network import SmsNetwork

Reply = tuple[int, dict[str, Any]]

BODY_LIMIT = 1600
PAGE_SIZE, PAGE_LIMIT = 50, 1000
E164 = re.compile(r"\+[1-9]\d{7,14}\Z", re.ASCII)


class TwilioServer:
    """``authorization`` is the HTTP header; ``account_sid`` what stands in the path."""

    def __init__(self, network: SmsNetwork) -> None:
        self._network = network
        self._board = network.board
        account = self._board.account
        self._credentials = f"{account.twilio_sid}:{account.twilio_token}".encode()

    def create(self, authorization: str | None, account_sid: str, form: Mapping[str, str]) -> Reply:
        """Take a message (201), or say why not; what becomes of it follows in the background."""
        code = self._refuse_access(authorization, account_sid) or self._examine(form)
        if code:
            self._board.journal.refuse("sms", code)
            return error(code)
        return 201, self._accept(form).as_json(account_sid)

    def fetch(self, authorization: str | None, account_sid: str, sid: str) -> Reply:
        """One message."""
        if code := self._refuse_access(authorization, account_sid):
            return error(code)
        message = self._network.store.get(sid)
        return (200, message.as_json(account_sid)) if message else error(20404)

    def list_messages(self, authorization: str | None, account_sid: str, query: Mapping[str, str]) -> Reply:
        """Messages newest first, by ``To``, ``From``, ``DateSent>`` (at or after) and ``DateSent<`` (at or before)."""
        if code := self._refuse_access(authorization, account_sid):
            return error(code)
        try:
            filters = _filters(query)
            size = min(max(int(query.get("PageSize", PAGE_SIZE)), 1), PAGE_LIMIT)
            page = max(int(query.get("Page", 0)), 0)
        except ValueError:
            return error(20404)
        found = list(self._network.store.newest_first(filters))
        return 200, self._page(account_sid, query, found, page, size)

    def _refuse_access(self, authorization: str | None, account_sid: str) -> int:
        scheme, _, encoded = (authorization or "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            given = b""
        if given != self._credentials:
            return 20003
        return 0 if account_sid == self._board.account.twilio_sid else 20404

    def _examine(self, form: Mapping[str, str]) -> int:
        to, sender, service = form.get("To"), form.get("From"), form.get("MessagingServiceSid")
        account, callback = self._board.account, form.get("StatusCallback")
        checks = (
            (not to, 21604),
            (not sender and not service, 21603),
            (not form.get("Body") and not form.get("MediaUrl"), 21602),
            (not E164.match(to or ""), 21211),
            (to == sender, 21266),
            (bool(sender) and sender != account.sms_number, 21606),
            (bool(service) and service != account.sms_service, 21701),
            (len(form.get("Body", "")) > BODY_LIMIT, 21617),
            (bool(callback) and urlsplit(callback or "").scheme not in ("http", "https"), 21609),
            (to in self._network.stopped, 21610),
        )
        return next((code for objection, code in checks if objection), 0)

    def _accept(self, form: Mapping[str, str]) -> SmsMessage:
        board, body, service = self._board, form.get("Body", ""), form.get("MessagingServiceSid") or None
        message = SmsMessage(
            sid=board.ids.sid("SM"),
            to=form["To"],
            sender=form.get("From") or None,
            body=body,
            status="accepted" if service else "queued",
            created=board.clock(),
            parts=measure(body).parts,
            service=service,
            callback=form.get("StatusCallback") or None,
        )
        board.journal.accept(Accepted("sms", message.to, body, message.sid, message.created, dict(form)))
        if board.journal.record:
            self._network.store.add(message)
        bubble = self._network.show(message.to, body, mine=False, status=message.status, provider_id=message.sid)
        if board.receipts is not None:
            board.webhook_client.spawn(self._network.report(message, bubble.id if bubble else 0))
        return message

    def _page(
        self, account_sid: str, query: Mapping[str, str], found: list[SmsMessage], page: int, size: int
    ) -> dict[str, Any]:
        shown = found[page * size : (page + 1) * size]

        def uri(number: int) -> str:
            asked = {name: value for name, value in query.items() if name not in ("Page", "PageSize")}
            path = f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"
            return f"{path}?{urlencode({**asked, 'PageSize': size, 'Page': number})}"

        return {
            "messages": [message.as_json(account_sid) for message in shown],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": max(page * size + len(shown) - 1, 0),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
            "previous_page_uri": uri(page - 1) if page else None,
        }


def error(code: int, http: int | None = None) -> Reply:
    """Twilio's answer to what it does not take. An unlisted code is a 400."""
    status, message = ERRORS.get(code, (400, "Bad request"))
    body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    return http or status, {**body, "status": http or status}


def _filters(query: Mapping[str, str]) -> Filters:
    """``DateSent`` alone is that day in UTC. ``ValueError`` when a date cannot be read."""
    since, until = query.get("DateSent>"), query.get("DateSent<")
    if day := query.get("DateSent"):
        since = until = day[:10]
    return Filters(query.get("To"), query.get("From"), _moment(since, time.min), _moment(until, time.max))


def _moment(text: str | None, of_day: time) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if len(text) == len("2026-01-31"):
        moment = datetime.combine(moment, of_day)
    return moment.replace(tzinfo=moment.tzinfo or UTC)
