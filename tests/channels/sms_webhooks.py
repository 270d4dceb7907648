"""What arrives at the two SMS webhooks."""

from __future__ import annotations

from typing import Any

from tests.channels.signing import Expect, Signing, Webhook

_INBOUND = Expect.INBOUND
_RECEIPT = Expect.RECEIPT
_NOTHING = Expect.NOTHING
_BAD = Expect.BAD
_FORBIDDEN = Expect.FORBIDDEN
STATUS_PATH = "/webhooks/sms/status"
ACCOUNT = "AC00000000000000000000000000000001"


def sid(number: int) -> str:
    return f"SM{number:032x}"


def received(number: int, body: str, *more: tuple[str, str], without: tuple[str, ...] = (), **changed: str) -> Any:
    """A message as Twilio posts it, blank fields and repeated ids with it."""
    fields = {
        "ToCountry": "GR",
        "ToState": "",
        "SmsMessageSid": sid(number),
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid(number),
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "GR",
        "To": "+306900000000",
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid(number),
        "AccountSid": ACCOUNT,
        "From": "+306900000001",
        "ApiVersion": "2010-04-01",
        **changed,
    }
    return (*((key, value) for key, value in fields.items() if key not in without), *more)


def report(number: int, status: str, *more: tuple[str, str]) -> Any:
    return (
        ("SmsSid", sid(number)),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", "+306900000001"),
        ("MessageSid", sid(number)),
        ("AccountSid", ACCOUNT),
        ("From", "+306900000000"),
        ("ApiVersion", "2010-04-01"),
        *more,
    )


def sms(name: str, body: Any, expect: Expect, signing: Signing = Signing.RIGHT) -> Webhook:
    return Webhook(name, "sms", body, expect, signing=signing)


def callback(name: str, body: Any, expect: Expect, query: str = "?id=7") -> Webhook:
    return Webhook(name, "sms", body, expect, path=STATUS_PATH + query)


SMS = (
    sms("text", received(100, "που βρισκεται η αιτηση μου"), _INBOUND),
    sms("empty text", received(101, ""), _INBOUND),
    sms("no text", received(102, "", without=("Body",)), _INBOUND),
    sms("plus, ampersand and equals", received(103, "1+1=2 & ό,τι %41"), _INBOUND),
    sms("a NUL in the text", received(104, "α\x00β"), _INBOUND),
    sms("a field nobody announced", received(105, "α", ("NewField", "x")), _INBOUND),
    sms("the same field twice", received(106, "α", ("Tag", "b"), ("Tag", "a"), ("Tag", "b")), _INBOUND),
    sms("through a messaging service", received(107, "α", MessagingServiceSid="MG1"), _INBOUND),
    sms("a picture", received(108, "", ("MediaContentType0", "image/jpeg"), NumMedia="1"), _INBOUND),
    sms("media nobody can count", received(109, "α", NumMedia="πολλά"), _INBOUND),
    sms("a billion media", received(110, "α", NumMedia="1000000000"), _INBOUND),
    sms("STOP", received(111, "STOP", OptOutType="STOP"), _INBOUND),
    sms("ΣΤΟΠ", received(112, " στοπ. "), _INBOUND),
    sms("a national number", received(113, "α", From="690 000 0001"), _INBOUND),
    sms("a number whose plus became a blank", received(114, "α", From=" 306900000001"), _INBOUND),
    sms("a name as sender", received(115, "α", From="gov.gr"), _NOTHING),
    sms("a short code as sender", received(116, "α", From="54160"), _NOTHING),
    sms("garbage as sender", received(117, "α", From="+++"), _NOTHING),
    sms("another channel's sender", received(118, "α", From="whatsapp:+306900000001"), _NOTHING),
    sms("our own number as sender", received(119, "α", From="+306900000000"), _NOTHING),
    sms("no sender", received(120, "α", without=("From",)), _BAD),
    sms("a blank sender", received(121, "α", From=""), _BAD),
    sms("no id", received(122, "α", without=("MessageSid", "SmsSid", "SmsMessageSid")), _BAD),
    sms("the old name of the id alone", received(123, "α", without=("MessageSid",)), _INBOUND),
    sms("an id that is none", received(124, "α", MessageSid="<script>"), _BAD),
    sms("a status at the wrong door", report(125, "delivered"), _NOTHING),
    sms("nothing", b"", _BAD),
    sms("blanks", b"   ", _BAD),
    sms("ampersands", b"&&&=&=", _BAD),
    sms("a thousand fields", b"&".join(b"a%d=1" % n for n in range(1000)), _FORBIDDEN),
    sms("percent signs", b"%=%zz&%ff=%fe", _BAD),
    sms("not UTF-8", f"From=%FF%FE&MessageSid={sid(126)}&AccountSid={ACCOUNT}".encode(), _NOTHING),
    sms("HELP that Twilio has answered", received(127, "HELP", OptOutType="HELP"), _NOTHING),
    sms("another account", received(128, "α", AccountSid="AC00000000000000000000000000000002"), _BAD),
    sms("a name that is none", received(129, "α", ("From+306900000009", "x")), _BAD),
    sms("an id with more behind it", received(140, "α", MessageSid=f"{sid(140)}NumMedia0"), _BAD),
    sms("JSON as a form", b'{"From":"+306900000001"}', _BAD),
    sms("JSON with its digest", b'{"From":"+306900000001"}', _BAD, Signing.BODY_DIGEST),
    sms("JSON with another digest", b'{"From":"+306900000001"}', _FORBIDDEN, Signing.WRONG_BODY_DIGEST),
    sms("unsigned", received(130, "α"), _FORBIDDEN, Signing.MISSING),
    sms("signed with nothing", received(131, "α"), _FORBIDDEN, Signing.EMPTY),
    sms("signed wrong", received(132, "α"), _FORBIDDEN, Signing.WRONG),
    sms("signed in Greek", received(133, "α"), _FORBIDDEN, Signing.NOT_ASCII),
    sms("signed by another", received(134, "α"), _FORBIDDEN, Signing.OTHER_TOKEN),
    sms("altered", received(135, "α"), _FORBIDDEN, Signing.ALTERED),
    sms("signed over the URL with its port", received(136, "α"), _INBOUND, Signing.WITH_PORT),
    sms("signed over http", received(137, "α"), _FORBIDDEN, Signing.PLAIN_HTTP),
    Webhook("a query on the way in", "sms", received(138, "α"), _INBOUND, path="/webhooks/sms?from=el&b="),
    Webhook("a blank digest", "sms", received(139, "α"), _FORBIDDEN, path="/webhooks/sms?bodySHA256="),
    callback("queued", report(150, "queued"), _NOTHING),
    callback("accepted", report(151, "accepted"), _NOTHING),
    callback("sending", report(152, "sending"), _NOTHING),
    callback("scheduled", report(153, "scheduled"), _NOTHING),
    callback("sent", report(154, "sent"), _RECEIPT),
    callback("delivered", report(155, "delivered", ("RawDlrDoneDate", "2611230859")), _RECEIPT),
    callback("read", report(156, "read"), _RECEIPT),
    callback("undelivered", report(157, "undelivered", ("ErrorCode", "30003")), _RECEIPT),
    callback("failed", report(158, "failed", ("ErrorCode", "30005"), ("ErrorMessage", "x")), _RECEIPT),
    callback("failed without a code", report(159, "failed"), _RECEIPT),
    callback("failed with nonsense for a code", report(160, "failed", ("ErrorCode", "²²²²²")), _RECEIPT),
    callback("canceled", report(161, "canceled"), _RECEIPT),
    callback("partly delivered", report(162, "partially_delivered"), _NOTHING),
    callback("a status nobody knows", report(163, "teleported"), _NOTHING),
    callback("no status", (("MessageSid", sid(164)), ("AccountSid", ACCOUNT)), _NOTHING),
    callback("nothing at all", b"", _BAD),
    callback("a status of nothing", (("MessageStatus", "sent"),), _BAD),
    callback("no row", report(165, "delivered"), _RECEIPT, query=""),
    callback("a row that is none", report(166, "delivered"), _RECEIPT, query="?id=%C2%B2"),
    callback("a row beyond counting", report(167, "delivered"), _RECEIPT, query="?id=" + "9" * 40),
    Webhook("unsigned status", "sms", report(168, "sent"), _FORBIDDEN, STATUS_PATH + "?id=7", Signing.MISSING),
)
