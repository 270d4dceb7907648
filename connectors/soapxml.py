"""The SOAP dialect of the interoperability centre: SOAP 1.1 over HTTPS with a WS-Security UsernameToken.

``POST <base>/esb/<service>``. The body holds ``<operation>Request`` with ``auditRecord`` and
``<operation>InputRecord``; the answer's holds ``<operation>Response`` with the same members as in JSON. The password
travels as PasswordText inside TLS, as the centre's published clients send it.

XML knows neither lists nor ``null``. A list is an element that holds one ``item`` for each, so that an empty list and
a missing one stay apart; ``null`` is ``xsi:nil``. Which elements are lists, the question says (``ServiceCall.lists``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors import xmltree
from connectors.audit import AuditEntry
from connectors.envelope import audit_record, clean_code, declined
from connectors.wire import Answer, BadStatus, Declined, Malformed, ServiceCall, WireRequest
from connectors.xmltree import Node

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
PASSWORD_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105  a type's name
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# SOAP 1.1, 4.4.1, and WSS SOAP Message Security 1.1, 12: what a fault's code says of its cause.
_FAULTS: Mapping[str, int] = {
    "Server": 500,
    "FailedAuthentication": 401,
    "FailedCheck": 401,
    "InvalidSecurity": 401,
    "InvalidSecurityToken": 401,
    "SecurityTokenUnavailable": 401,
    "UnsupportedSecurityToken": 401,
}


def namespace_of(service: str) -> str:
    """A service's namespace, after the one that is public (``kedeProgressService``: ``…/KedeProgressInterface``)."""
    stem = service.removesuffix("Service")
    return f"http://gsis.ggps.interoperability/{stem[:1].upper()}{stem[1:]}Interface"


@dataclass(frozen=True, slots=True)
class Schemas:
    """What services' WSDLs say, by service: the namespace, where it is not after the usual pattern, and which of them
    qualify inner elements too (``elementFormDefault``)."""

    namespaces: Mapping[str, str] = field(default_factory=dict)
    qualified: frozenset[str] = frozenset()

    def namespace(self, service: str) -> str:
        return self.namespaces.get(service) or namespace_of(service)


class SoapXml:
    """``username`` goes with the password that the line's credentials give. ``bus`` is ``esb``, or ``esbpilot``."""

    def __init__(self, username: str, *, bus: str = "esb", schemas: Schemas | None = None) -> None:
        self._username = username
        self._bus = bus
        self._schemas = schemas or Schemas()

    def write(self, service: str, call: ServiceCall, audit: AuditEntry, secret: str) -> WireRequest:
        record = {"auditRecord": audit_record(audit), f"{call.operation}InputRecord": call.input}
        namespace, qualified = self._schemas.namespace(service), service in self._schemas.qualified
        body = message(f"{call.operation}Request", record, namespace, qualified=qualified)
        return WireRequest(
            path=f"/{self._bus}/{service}",
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{call.operation}"'},
            body=envelope(body, security(self._username, secret)),
        )

    def read(self, call: ServiceCall, status: int, body: bytes) -> Answer:
        answer = _answer(call, status, body)
        error = answer.child("errorRecord")
        if error is not None and (refusal := declined(value_of(error, frozenset()))):
            raise refusal
        output = answer.child(f"{call.operation}OutputRecord")
        record = value_of(output, call.lists) if output is not None else None
        if not isinstance(record, dict):
            raise Malformed("output record")
        sequence = answer.child("callSequenceId")
        return Answer(record, sequence.text.strip()[:64] if sequence is not None else "")


def _answer(call: ServiceCall, status: int, body: bytes) -> Node:
    """``<operation>Response``. A fault is told by its code, whatever the status; SOAP 1.1 sends it with 500."""
    if status not in (200, 500):
        raise BadStatus(status)
    try:
        content = open_envelope(xmltree.read(body))
    except xmltree.BadXml:
        raise (Malformed("xml") if status == 200 else BadStatus(status)) from None
    if content.name == "Fault" and content.namespace == ENVELOPE:
        raise _fault(content)
    if status != 200:
        raise BadStatus(status)
    if content.name != f"{call.operation}Response":
        raise Malformed("response element")
    return content


def _fault(fault: Node) -> Exception:
    code = fault.child("faultcode")
    local = (code.text if code is not None else "").strip().rpartition(":")[2].partition(".")[0]
    status = _FAULTS.get(local)
    return BadStatus(status) if status else Declined(clean_code(local))


# The envelope: the sandbox reads and writes with the same functions


def envelope(body: str, header: str = "") -> bytes:
    head = f"<soapenv:Header>{header}</soapenv:Header>" if header else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:xsi="{XSI}">'
        f"{head}<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    ).encode()


def open_envelope(root: Node) -> Node:
    """The one element in the body. Raises :class:`connectors.xmltree.BadXml` where there is none."""
    body = root.child("Body", ENVELOPE) if (root.name, root.namespace) == ("Envelope", ENVELOPE) else None
    if body is None or not body.children:
        raise xmltree.BadXml("no envelope")
    return body.children[0]


def message(name: str, record: Mapping[str, Any], namespace: str, *, qualified: bool = False) -> str:
    """``record`` as the element ``name`` of ``namespace``."""
    inner = "".join(_element(key, value, "ked:" if qualified else "") for key, value in record.items())
    return f'<ked:{name} xmlns:ked="{xmltree.text(namespace)}">{inner}</ked:{name}>'


def security(username: str, password: str) -> str:
    return (
        f'<wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="{WSSE}"><wsse:UsernameToken>'
        f"<wsse:Username>{xmltree.text(username)}</wsse:Username>"
        f'<wsse:Password Type="{PASSWORD_TEXT}">{xmltree.text(password)}</wsse:Password>'
        "</wsse:UsernameToken></wsse:Security>"
    )


def _element(name: str, value: Any, prefix: str) -> str:
    tag = f"{prefix}{name}"
    if value is None:
        return f'<{tag} xsi:nil="true"/>'
    return f"<{tag}>{_content(value, prefix)}</{tag}>"


def _content(value: Any, prefix: str) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(key, inner, prefix) for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(_element("item", inner, prefix) for inner in value)
    return xmltree.text(str(value).lower() if isinstance(value, bool) else str(value))


def value_of(node: Node, lists: frozenset[str]) -> Any:
    """What an element says: ``None``, a list (if it is one of ``lists``), a dict by name, or its text.

    Raises :class:`Malformed` for two elements of one name, and for text among elements.
    """
    if node.attributes.get("nil") in ("true", "1"):
        return None
    if (node.children or node.name in lists) and node.text.strip():
        raise Malformed("text among elements")
    if node.name in lists:
        return [value_of(child, lists) for child in node.children]
    if not node.children:
        return node.text
    if len({child.name for child in node.children}) < len(node.children):
        raise Malformed("an element twice")
    return {child.name: value_of(child, lists) for child in node.children}
