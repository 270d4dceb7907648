"""Viber's and Twilio's APIs over HTTP, with whatever trouble is in force."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

from bot.phone.faults import ChannelName, Refusal, Verdict
from bot.phone.phone import Phone
from bot.phone.sms_messages import API_VERSION
from bot.phone.twilio_server import Reply, error
from bot.phone.viber_server import refusal as viber_refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TWILIO_CODES = {429: 20429, 401: 20003, 404: 20404}
TOKEN_HEADER = "X-Viber-Auth-Token"  # noqa: S105 - the name of a header


def provider_routes(phone: Phone) -> list[web.RouteDef]:
    """What the service's senders call: ``/pa/...`` for Viber, ``/2010-04-01/...`` for Twilio."""
    messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
    return [
        web.post("/pa/send_message", with_faults(phone, "viber", _send_message(phone))),
        web.post("/pa/set_webhook", _set_webhook(phone)),
        web.post("/pa/get_account_info", _get_account_info(phone)),
        web.post(f"{messages}.json", with_faults(phone, "sms", _create(phone))),
        web.get(f"{messages}.json", _list(phone)),
        web.get(f"{messages}/{{sid}}.json", _fetch(phone)),
    ]


def with_faults(phone: Phone, channel: ChannelName, accept: Handler) -> Handler:
    """A send under the faults in force: wait, refuse or lose; else accept, then hold or lose the answer."""

    async def handler(request: web.Request) -> web.StreamResponse:
        await request.read()
        verdict = phone.faults.next(channel)
        if verdict.wait:
            await phone.webhook_client.sleep(verdict.wait)
        if verdict.lose_request:
            return _hang_up(request)
        if verdict.refusal is not None:
            return _refuse(phone, channel, verdict.refusal)
        return await _answer(phone, request, verdict, accept)

    return handler


async def _answer(phone: Phone, request: web.Request, verdict: Verdict, accept: Handler) -> web.StreamResponse:
    response = await accept(request)
    if verdict.hold:
        await phone.webhook_client.sleep(verdict.hold)
    return _hang_up(request) if verdict.lose_answer else response


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()  # goes nowhere: the connection is closed


def _refuse(phone: Phone, channel: ChannelName, refusal: Refusal) -> web.Response:
    wait = {} if refusal.retry_after is None else {"Retry-After": f"{refusal.retry_after:g}"}
    if channel == "sms":
        status, body = error(refusal.code or TWILIO_CODES.get(refusal.http, 20500), refusal.http)
        phone.journal.refuse("sms", body["code"])
        return web.json_response(body, status=status, headers=wait)
    if refusal.code is not None:
        phone.journal.refuse("viber", refusal.code)
        return web.json_response(viber_refusal(refusal.code), headers=wait)
    phone.journal.refuse("viber", refusal.http)
    return web.Response(status=refusal.http, text="unavailable", headers=wait)


def _send_message(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response(
            phone.viber_server.send_message(request.headers.get(TOKEN_HEADER), await request.read())
        )

    return handler


def _set_webhook(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        answer = await phone.viber_server.set_webhook(request.headers.get(TOKEN_HEADER), await request.read())
        return web.json_response(answer)

    return handler


def _get_account_info(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        token = request.headers.get(TOKEN_HEADER)
        return web.json_response(phone.viber_server.get_account_info(token, await request.read()))

    return handler


def _create(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raw = (await request.read()).decode("utf-8", "replace")
        form = dict(parse_qsl(raw, keep_blank_values=True))
        return _json(phone.twilio_server.create(*_access(request), form))

    return handler


def _list(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return _json(phone.twilio_server.list_messages(*_access(request), request.query))

    return handler


def _fetch(phone: Phone) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return _json(phone.twilio_server.fetch(*_access(request), request.match_info["sid"]))

    return handler


def _access(request: web.Request) -> tuple[str | None, str]:
    return request.headers.get("Authorization"), request.match_info["account"]


def _json(reply: Reply) -> web.Response:
    status, body = reply
    return web.json_response(body, status=status)
