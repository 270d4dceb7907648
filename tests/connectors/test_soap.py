"""SOAP on the wire: what is sent, what may come back, and XML that means harm."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import xmltree
from connectors.audit import AuditEntry, CallCause
from connectors.sandbox.books import BOOKS
from connectors.soapxml import Schemas, SoapXml, envelope, message, namespace_of, open_envelope, security, value_of
from connectors.wire import Answer, BadStatus, Declined, Malformed, ServiceCall
from tests.connectors.sandbox import NOW, Sandbox

ASK = ServiceCall("getCases", {"afm": "123456783"}, subject="123456783", safe=True, lists=frozenset({"cases"}))
ENTRY = AuditEntry(
    "call-1", NOW, "permits", "getCases", "our-agency", CallCause("ΑΔ-2026-000123", "agent-3", "192.0.2.7")
)
SOAP = SoapXml("our-name")


def test_a_request_as_the_centre_wants_it() -> None:
    """Written out whole: this is the agreement. A widely used SOAP client sends the same, element for element."""
    request = SoapXml("our-name", bus="esbpilot").write("kedeProgressService", ASK, ENTRY, "<secret>")
    assert request.path == "/esbpilot/kedeProgressService"
    assert request.headers == {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '"getCases"'}
    wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
    profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
    assert request.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<soapenv:Header><wsse:Security soapenv:mustUnderstand="1" xmlns:wsse="{wsse}"><wsse:UsernameToken>'
        f'<wsse:Username>our-name</wsse:Username><wsse:Password Type="{profile}#PasswordText">&lt;secret&gt;'
        "</wsse:Password></wsse:UsernameToken></wsse:Security></soapenv:Header>"
        "<soapenv:Body><ked:getCasesRequest"
        ' xmlns:ked="http://gsis.ggps.interoperability/KedeProgressInterface">'
        "<auditRecord><auditTransactionId>call-1</auditTransactionId>"
        "<auditTransactionDate>2026-11-22T10:00:00.000+00:00</auditTransactionDate>"
        "<auditUnit>our-agency</auditUnit><auditProtocol>ΑΔ-2026-000123</auditProtocol>"
        "<auditUserId>agent-3</auditUserId><auditUserIp>192.0.2.7</auditUserIp></auditRecord>"
        "<getCasesInputRecord><afm>123456783</afm></getCasesInputRecord>"
        "</ked:getCasesRequest></soapenv:Body></soapenv:Envelope>"
    )
    assert "secret" not in repr(request)


def test_inner_elements_are_qualified_where_the_schema_says_so() -> None:
    schemas = Schemas({"kepService": "urn:kep"}, frozenset({"kepService"}))
    body = SoapXml("our-name", schemas=schemas).write("kepService", ASK, ENTRY, "x").body.decode()
    assert 'xmlns:ked="urn:kep"' in body
    assert "<ked:getCasesInputRecord><ked:afm>123456783</ked:afm></ked:getCasesInputRecord>" in body


def response(inner: str, name: str = "getCasesResponse") -> bytes:
    return envelope(f'<q:{name} xmlns:q="urn:any">{inner}</q:{name}>')


OUTPUT = "<getCasesOutputRecord><cases><item><afm>1</afm></item></cases></getCasesOutputRecord>"


@pytest.mark.parametrize(
    ("inner", "output"),
    [
        (OUTPUT, {"cases": [{"afm": "1"}]}),
        ("<getCasesOutputRecord><cases/></getCasesOutputRecord>", {"cases": []}),
        ("<getCasesOutputRecord><cases>\n  </cases></getCasesOutputRecord>", {"cases": []}),
        ('<getCasesOutputRecord><cases xsi:nil="true"/></getCasesOutputRecord>', {"cases": None}),
        ("<getCasesOutputRecord><more>true</more></getCasesOutputRecord>", {"more": "true"}),
        ('<n:getCasesOutputRecord xmlns:n="urn:n"><n:a><![CDATA[<&>]]></n:a></n:getCasesOutputRecord>', {"a": "<&>"}),
    ],
)
def test_an_answer_is_read(inner: str, output: dict[str, Any]) -> None:
    body = response(f"{inner}<callSequenceId> 7 </callSequenceId><errorRecord/>")
    assert SOAP.read(ASK, 200, body) == Answer(output, "7")


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<getCasesOutputRecord/>",
        "<getCasesOutputRecord>text</getCasesOutputRecord>",
        "<getCasesOutputRecord><a/>text<b/></getCasesOutputRecord>",
        "<getCasesOutputRecord><a/><a/></getCasesOutputRecord>",
        "<getCasesOutputRecord><cases>text</cases></getCasesOutputRecord>",
        '<getCasesOutputRecord xsi:nil="true"/>',
    ],
)
def test_an_answer_that_is_not_as_agreed(inner: str) -> None:
    with pytest.raises(Malformed):
        SOAP.read(ASK, 200, response(inner))


def test_another_operations_answer_is_refused() -> None:
    with pytest.raises(Malformed):
        SOAP.read(ASK, 200, response(OUTPUT, "getCaseResponse"))


def test_an_error_record_gives_its_code_and_nothing_else() -> None:
    said = "<errorCode>GEN_001</errorCode><errorDescr>Ο ΑΦΜ 123456783 δεν βρέθηκε</errorDescr>"
    with pytest.raises(Declined) as caught:
        SOAP.read(ASK, 200, response(f'<getCasesOutputRecord xsi:nil="true"/><errorRecord>{said}</errorRecord>'))
    assert caught.value.code == "GEN_001"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("soapenv:Server", BadStatus(500)),
        ("soapenv:Server.Busy", BadStatus(500)),
        ("wsse:FailedAuthentication", BadStatus(401)),
        ("wsse:InvalidSecurity", BadStatus(401)),
        ("soapenv:Client", Declined("Client")),
        ("ΑΦΜ 123456783", Declined("unnamed")),
        ("", Declined("unnamed")),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_faults(code: str, error: Exception, status: int) -> None:
    fault = f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>123456783</faultstring></soapenv:Fault>"
    with pytest.raises(type(error)) as caught:
        SOAP.read(ASK, status, envelope(fault))
    assert str(caught.value) == str(error)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, b"<html>down", BadStatus(500)),
        (500, response(OUTPUT), BadStatus(500)),
        (503, b"", BadStatus(503)),
        (404, b"", BadStatus(404)),
        (200, b"", Malformed("xml")),
        (200, b"<a/>", Malformed("xml")),
        (200, envelope(""), Malformed("xml")),
    ],
)
def test_what_is_no_answer(status: int, body: bytes, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        SOAP.read(ASK, status, body)
    assert str(caught.value) == str(error)


LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS,
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<!DOCTYPE a><a/>",
        b"<a>&undefined;</a>",
        b"<a>" * 100_000,
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b"<b/>" * 200_000 + b"</a>",
        b"<a><b></a></b>",
        b"<a/><a/>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"\xff\xfe<",
        b"",
    ],
)
def test_hostile_xml_is_refused(document: bytes) -> None:
    with pytest.raises(xmltree.BadXml):
        xmltree.read(document)


@pytest.mark.slow
def test_text_between_children_costs_what_text_in_one_piece_costs() -> None:
    """Put together piece by piece, it would take a hundred times as long."""

    def seconds(content: bytes) -> float:
        start = process_time()
        assert len(xmltree.read(b"<a>" + content + b"</a>").text) == 6_000_000
        return process_time() - start

    between, behind = (b"<b/>" + b"x" * 100) * 60_000, b"<b/>" * 60_000 + b"x" * 6_000_000
    once = min(seconds(behind) for _ in range(3))
    assert min(seconds(between) for _ in range(3)) < 8 * once


def test_greek_in_an_old_encoding_is_read() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-7"?><a name="Μαρία"/>'
    assert xmltree.read(text.encode("iso8859_7")).attributes == {"name": "Μαρία"}


PIECES = st.sampled_from([OUTPUT.encode(), response(OUTPUT), b"<soapenv:Body>", b"</", b"&#0;", b"<![CDATA[", b"]]>"])


@settings(deadline=None)
@given(st.integers(200, 599), st.binary() | st.lists(PIECES | st.binary(max_size=5)).map(b"".join))
def test_any_bytes_are_an_answer_or_one_of_three_errors(status: int, body: bytes) -> None:
    outcome = result_of(status, body)
    if isinstance(outcome, Answer):
        assert isinstance(outcome.output, dict)
    else:
        assert outcome.__context__ is None or outcome.__suppress_context__  # what the parser says holds the body


def result_of(status: int, body: bytes) -> Answer | Malformed | Declined | BadStatus:
    try:
        return SOAP.read(ASK, status, body)
    except (Malformed, Declined, BadStatus) as error:
        return error


NAMES = st.sampled_from(["afm", "title", "note", "more"])
TEXT = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: bool(text.strip()))
VALUES = st.recursive(
    st.none() | TEXT, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=5
)
RECORDS = st.dictionaries(NAMES, VALUES, min_size=1) | st.builds(
    lambda items: {"cases": items}, st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=2), max_size=3)
)


@settings(deadline=None)
@given(RECORDS, st.booleans())
def test_what_is_written_is_read_again(record: dict[str, Any], qualified: bool) -> None:
    document = envelope(message("getCasesRequest", record, "urn:x", qualified=qualified))
    assert value_of(open_envelope(xmltree.read(document)), frozenset({"cases"})) == carried(record)


def carried(value: Any) -> Any:
    """What XML 1.0 can carry of it."""
    if isinstance(value, dict):
        return {key: carried(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [carried(inner) for inner in value]
    return value if value is None else "".join(c if allowed(c) else "\ufffd" for c in value)


def allowed(character: str) -> bool:
    code = ord(character)
    return character in "\t\n\r" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def test_numbers_and_truth() -> None:
    assert "<more>true</more><limit>500</limit><none xsi" in message(
        "x", {"more": True, "limit": 500, "none": None}, ""
    )


# What the sandbox refuses

SERVICE = BOOKS["permits"].service
QUESTION = {"auditRecord": {"auditUnit": "x"}, "getCasesInputRecord": {"afm": "1"}}


PAIR = ("citizen-counter", "sandbox-only")


def asked(name: str = "getCasesRequest", namespace: str = namespace_of(SERVICE), pair: tuple[str, str] = PAIR) -> bytes:
    return envelope(message(name, QUESTION, namespace), security(*pair))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (asked(pair=("citizen-counter", "wrong")), "wsse:FailedAuthentication"),
        (envelope(message("getCasesRequest", QUESTION, namespace_of(SERVICE))), "wsse:InvalidSecurity"),
        (asked().replace(b"#PasswordText", b"#PasswordDigest"), "wsse:InvalidSecurity"),
        (asked("burnAllRequest"), "soapenv:Client"),
        (asked(namespace="urn:other"), "soapenv:Client"),
        (b"<a/>", "soapenv:Client"),
        (LAUGHS, "soapenv:Client"),
    ],
)
async def test_the_sandbox_answers_with_a_fault(sandbox: Sandbox, body: bytes, code: str) -> None:
    async with sandbox.session.post(f"{sandbox.url}/esb/{SERVICE}", data=body) as answer:
        assert (answer.status, answer.content_type) == (500, "text/xml")
        fault = open_envelope(xmltree.read(await answer.read()))
    found = fault.child("faultcode")
    assert found is not None
    assert found.text == code


async def test_the_sandbox_answers_a_wrong_question_with_an_error_record(sandbox: Sandbox) -> None:
    async with sandbox.session.post(f"{sandbox.url}/esb/{SERVICE}", data=asked()) as answer:
        assert answer.status == 200
        with pytest.raises(Declined) as caught:
            SOAP.read(ASK, 200, await answer.read())
    assert caught.value.code == "AUDIT_RECORD"
