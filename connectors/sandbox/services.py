"""The sandbox's side of the interoperability envelope, in JSON and in SOAP: the same operations behind both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from aiohttp import web

from connectors import xmltree
from connectors.sandbox.faults import told
from connectors.sandbox.filing import Filing
from connectors.sandbox.model import NotAllowed, NotThere
from connectors.sandbox.operations import LISTS, BadInput, Office, Operation, refused, services
from connectors.sandbox.state import State
from connectors.sandbox.tokens import TOKENS, no_token
from connectors.soapxml import ENVELOPE, PASSWORD_TEXT, WSSE, envelope, message, namespace_of, open_envelope, value_of
from connectors.wire import Malformed
from connectors.xmltree import Node

STATE = web.AppKey("state", State)
FILING = web.AppKey("filing", Filing)

_AUDIT_FIELDS = ("auditTransactionId", "auditTransactionDate", "auditUnit", "auditProtocol", "auditUserId")
_REFUSALS = (BadInput, NotThere, NotAllowed)

Handler = Callable[[web.Request], Awaitable[web.Response]]


def add_services(app: web.Application) -> None:
    """``POST /esb/<service>RestService/<operation>`` and ``POST /esb/<service>``, for every service.

    The app holds ``STATE``, ``FILING`` and ``TOKENS``.
    """
    sequence = count(1)
    for service, operations in services().items():
        for name, operation in operations.items():
            app.router.add_post(f"/esb/{service}RestService/{name}", _rest(name, operation, sequence))
        app.router.add_post(f"/esb/{service}", _soap(service, operations, sequence))


def _answer(request: web.Request, name: str, operation: Operation, body: Any, number: int) -> dict[str, Any]:
    """The response's members, for either dialect."""
    office = Office(request.app[STATE], request.app[FILING])
    output, error = None, None
    try:
        output = told(request, operation(office, _input(name, body)))
    except _REFUSALS as problem:
        bad = refused(problem)
        error = {"errorCode": bad.code, "errorDescr": str(bad)} if bad else None
    return {
        f"{name}OutputRecord": output,
        "callSequenceId": number,
        "callSequenceDate": office.state.now().isoformat(timespec="milliseconds"),
        "errorRecord": error,
    }


def _input(name: str, body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadInput("INPUT_FORM", "envelope")
    audit = body.get("auditRecord")
    if not isinstance(audit, dict) or not all(audit.get(part) for part in _AUDIT_FIELDS):
        raise BadInput("AUDIT_RECORD", "auditRecord")
    record = body.get(f"{name}InputRecord")
    if not isinstance(record, dict):
        raise BadInput("INPUT_RECORD", f"{name}InputRecord")
    return record


# JSON


def _rest(name: str, operation: Operation, sequence: count[int]) -> Handler:
    async def endpoint(request: web.Request) -> web.Response:
        if not request.app[TOKENS].good(request):
            return no_token()
        return web.json_response(_answer(request, name, operation, await _json(request), next(sequence)))

    return endpoint


async def _json(request: web.Request) -> Any:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return None


# SOAP 1.1


class Fault(Exception):
    """``code`` with its prefix, as it stands in ``faultcode``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def _soap(service: str, operations: Mapping[str, Operation], sequence: count[int]) -> Handler:
    namespace = namespace_of(service)

    async def endpoint(request: web.Request) -> web.Response:
        try:
            name, body = _opened(request, await request.read(), namespace)
            if name not in operations:
                raise Fault("soapenv:Client", "operation")
        except Fault as fault:
            return _xml(_fault(fault), 500)
        answer = _answer(request, name, operations[name], body, next(sequence))
        return _xml(envelope(message(f"{name}Response", answer, namespace)), 200)

    return endpoint


def _opened(request: web.Request, document: bytes, namespace: str) -> tuple[str, Any]:
    """The operation's name and the request's members. Raises :class:`Fault`."""
    try:
        root = xmltree.read(document)
        content = open_envelope(root)
        body = value_of(content, LISTS)
    except (xmltree.BadXml, Malformed):
        raise Fault("soapenv:Client", "xml") from None
    _authenticate(request, root)
    if content.namespace != namespace or not content.name.endswith("Request"):
        raise Fault("soapenv:Client", "namespace")
    return content.name.removesuffix("Request"), body


def _authenticate(request: web.Request, root: Node) -> None:
    """WS-Security UsernameToken, PasswordText."""
    header = root.child("Header", ENVELOPE)
    security = header.child("Security", WSSE) if header else None
    token = security.child("UsernameToken", WSSE) if security else None
    name = token.child("Username", WSSE) if token else None
    password = token.child("Password", WSSE) if token else None
    if name is None or password is None or password.attributes.get("Type") != PASSWORD_TEXT:
        raise Fault("wsse:InvalidSecurity", "UsernameToken")
    if not request.app[TOKENS].is_pair(name.text, password.text):
        raise Fault("wsse:FailedAuthentication", "credentials")


def _fault(fault: Fault) -> bytes:
    return envelope(
        f'<soapenv:Fault xmlns:wsse="{WSSE}"><faultcode>{fault.code}</faultcode>'
        f"<faultstring>{xmltree.text(str(fault))}</faultstring></soapenv:Fault>"
    )


def _xml(document: bytes, status: int) -> web.Response:
    return web.Response(body=document, status=status, content_type="text/xml", charset="utf-8")
