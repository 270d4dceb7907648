"""SMS by Twilio as a channel. https://www.twilio.com/docs/messaging"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from bot.channels import client, media
from bot.channels.port import (
    Attachment,
    FetchError,
    Outbound,
    OutboundFile,
    Parsed,
    Part,
    Remedy,
    SendError,
    Sent,
    WebhookRequest,
)
from bot.channels.sms import parse, send
from bot.channels.sms.compose import compose
from bot.channels.sms.destinations import is_destination
from dialogues.turn import Reply

DEFAULT_RATE = 10.0  # what a sender with a name gets through; more waits in Twilio's own queue
PAGE_SIZE = 200
MOST_PAGES = 5
API_PATH = "/2010-04-01/"
MEDIA_DOMAIN = "twiliocdn.com"
MEDIA_BUCKET = URL("https://s3-external-1.amazonaws.com/media.twiliocdn.com/")
INBOUND_PATH = "/webhooks/sms"
STATUS_PATH = "/webhooks/sms/status"


class SmsChannel:
    """Sends as ``sender`` (a number or a name) or through ``messaging_service_sid``: exactly one of them.

    ``public_url`` is the base that Twilio calls back; ``rate`` is in sends a second, ``deadline`` in seconds for one
    send, ``fetch_deadline`` for one file. Raises :class:`ValueError` for settings that cannot work.
    """

    name = parse.NAME
    paths = (INBOUND_PATH, STATUS_PATH)

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        session: aiohttp.ClientSession,
        *,
        public_url: str,
        sender: str | None = None,
        messaging_service_sid: str | None = None,
        api_url: str = "https://api.twilio.com",
        rate: float = DEFAULT_RATE,
        destinations: frozenset[str] | None = None,
        deadline: float = 10.0,
        fetch_deadline: float = media.FETCH_SECONDS,
    ) -> None:
        """``destinations``: the countries to which it sends (:mod:`bot.channels.sms.destinations`); ``None``: all."""
        if not (account_sid.isascii() and account_sid.isalnum() and auth_token):
            raise ValueError("SMS needs the account's sid and its token")
        self.rate = rate
        self._destinations = destinations
        self._validator = RequestValidator(auth_token)
        self._session = session
        self._number = sender
        self._sender = _sender(sender, messaging_service_sid)
        self._callback = public_url.rstrip("/") + STATUS_PATH
        self._api = api_url.rstrip("/")
        self._own = URL(api_url)
        self._messages = f"{self._api}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._account = account_sid
        self._headers = {
            "Authorization": aiohttp.encode_basic_auth(account_sid, auth_token),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._deadline = deadline
        self._fetch_deadline = fetch_deadline

    def verify(self, request: WebhookRequest) -> bool:
        """Twilio's HMAC-SHA1 over the URL it called and every field of the form, blank ones too.

        With ``bodySHA256`` in the query, the URL alone is signed and the body is held to that digest.
        """
        signature = request.headers.get("x-twilio-signature")
        if not signature:
            return False
        digest = client.query(request.url).get("bodySHA256")
        if digest is not None and not _same(digest, hashlib.sha256(request.body).hexdigest()):
            return False
        try:
            fields = parse.form(request.body) if digest is None else {}
            usual = self._validator.compute_signature(request.url, fields)
            # The validator signs twice, with and without the port: needed where a proxy adds or drops it.
            return _same(signature, usual) or bool(self._validator.validate(request.url, fields, signature))
        except ValueError:  # a form of thousands of fields, a URL that is none or that no UTF-8 can hold
            return False

    def parse(self, request: WebhookRequest) -> Parsed:
        body, now = request.body, request.received_at
        if request.path == STATUS_PATH:
            return parse.status(body, client.query(request.url).get("id", ""), now, account=self._account)
        return parse.inbound(body, now, self._number, self._own, account=self._account)

    def compose(self, reply: Reply, file: OutboundFile | None = None) -> tuple[Part, ...]:
        return compose(reply, file)

    async def send(self, message: Outbound) -> Sent:
        """Twilio has no idempotency key: what may have arrived is ``UNKNOWN``, and never repeated here."""
        if self._destinations is not None and not is_destination(message.address, self._destinations):
            raise SendError(Remedy.NEVER, "sms:destination")
        body = send.encoded(message, self._sender, self._callback)
        answered = await client.exchange(
            self._session, "POST", self._messages, headers=self._headers, data=body, deadline=self._deadline
        )
        return send.outcome(answered)

    async def find(self, message: Outbound, since: datetime, known: frozenset[str]) -> Sent | None:
        """Look through what went to this number, newest first, back to the second of ``since``.

        ``since`` must allow for two clocks that differ, and ``known`` must reach back as far: else an older message of
        the same words is taken for this one. The list is not narrowed by ``DateSent``: a message that still waits in
        Twilio's queue has none. Every error raised is ``UNKNOWN``: not finding out is no permission to send again.
        """
        earliest = since.replace(microsecond=0)  # Twilio's dates have no fractions
        url = URL(self._messages).with_query({"To": message.address, "PageSize": str(PAGE_SIZE)})
        found: Sent | None = None
        for _ in range(MOST_PAGES):
            page, following = await self._page(url)
            found = send.accepted(page, message, earliest, known) or found
            if following is None or (page and send.created(page[-1]) < earliest):
                return found
            url = following
        if found is None:
            raise SendError(Remedy.UNKNOWN, "twilio:list-too-long")
        return found

    async def fetch(self, attachment: Attachment, limit_bytes: int) -> bytes:
        """The API answers with a redirect to where the file lies; our credentials go to the API alone."""
        url = media.url_of(attachment)
        if not (media.same_server(url, self._own) and url.path.startswith(API_PATH)):
            raise FetchError(Remedy.NEVER, "media:host")
        return await media.download(
            self._session,
            url,
            headers={"Authorization": self._headers["Authorization"]},
            limit_bytes=limit_bytes,
            deadline=self._fetch_deadline,
            allowed=lambda url: media.same_server(url, self._own) or _keeps_media(url),
        )

    async def _page(self, url: URL) -> tuple[list[object], URL | None]:
        try:
            answered = await client.exchange(self._session, "GET", url, headers=self._headers, deadline=self._deadline)
        except SendError as error:
            raise SendError(Remedy.UNKNOWN, error.code) from error
        if not answered.ok:
            raise SendError(Remedy.UNKNOWN, f"http:{answered.status}", retry_after=answered.retry_after)
        payload = client.json_object(answered.body) or {}
        page, following = payload.get("messages"), payload.get("next_page_uri")
        if not isinstance(page, list):
            raise send.unreadable()
        return page, self._following(following)

    def _following(self, uri: object) -> URL | None:
        """The next page, on the same host and nowhere else: the request carries our credentials."""
        if not isinstance(uri, str) or not uri.startswith(API_PATH):
            return None
        return URL(self._api + uri, encoded=True)


def _sender(sender: str | None, service: str | None) -> Mapping[str, str]:
    if bool(sender) == bool(service):
        raise ValueError("SMS needs either a sender or a messaging service, and not both")
    return MappingProxyType({"From": sender} if sender else {"MessagingServiceSid": service or ""})


def _keeps_media(url: URL) -> bool:
    """Is this where Twilio keeps what people send?"""
    in_bucket = media.same_server(url, MEDIA_BUCKET) and url.path.startswith(MEDIA_BUCKET.path)
    return media.under(url, MEDIA_DOMAIN) or in_bucket


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
