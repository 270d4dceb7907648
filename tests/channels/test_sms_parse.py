"""Twilio's webhooks, field by field."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from bot.channels.port import Attachment, BadWebhook, Inbound, InboundKind, Parsed, Receipt, Remedy, Status
from bot.channels.sms import SmsChannel, parse
from bot.channels.sms.number import e164
from bot.channels.sms.repair import repaired
from tests.channels.sms_webhooks import ACCOUNT, received, report, sid
from tests.clock import FakeClock

NOW = FakeClock().now
MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def inbound(body: str, *more: tuple[str, str], **changed: Any) -> Inbound:
    (found,) = parse.inbound(
        urlencode(received(1, body, *more, **changed)).encode(), NOW, None, account=ACCOUNT
    ).inbound
    return found


def status(name: str, *more: tuple[str, str], row: str = "7") -> Parsed:
    return parse.status(urlencode(report(2, name, *more)).encode(), row, NOW, account=ACCOUNT)


def test_a_message_as_captured() -> None:
    found = inbound("που βρισκεται η αιτηση μου;")
    assert (found.external_id, found.kind, found.address) == (sid(1), InboundKind.MESSAGE, "+306900000001")
    assert (found.text, found.attachments, found.at) == ("που βρισκεται η αιτηση μου;", (), NOW)


def test_the_answer_is_an_empty_twiml() -> None:
    answer = parse.inbound(urlencode(received(1, "α")).encode(), NOW, None, account=ACCOUNT).answer
    assert (answer.content_type, answer.body) == ("text/xml", '<?xml version="1.0" encoding="UTF-8"?><Response/>')


def test_attachments_are_told_by_their_kinds() -> None:
    types = ("image/png", "video/mp4", "audio/amr", "text/vcard", "text/x-vcard; charset=utf-8", "application/pdf", "")
    media = tuple((f"MediaContentType{number}", kind) for number, kind in enumerate(types))
    found = inbound("", *media, NumMedia=f"{len(types)}")
    assert found.kinds == ("picture", "video", "audio", "contact", "contact", "file", "file")
    assert len(inbound("", NumMedia="999").attachments) == 10


def test_an_attachment_tells_where_it_is_kept_and_what_it_is() -> None:
    media = (("MediaUrl0", MEDIA), ("MediaContentType0", "Application/PDF; x=y"), ("MediaUrl1", "http://10.0.0.1/"))
    found = inbound("", *media, NumMedia="2")
    assert found.attachments == (Attachment("file", MEDIA, media_type="application/pdf"), Attachment("file"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sent", {"status": Status.SENT}),
        ("delivered", {"status": Status.DELIVERED}),
        ("read", {"status": Status.SEEN}),
        ("undelivered", {"status": Status.FAILED, "error": "twilio:30003", "remedy": Remedy.RETRY}),
        ("failed", {"status": Status.FAILED, "error": "twilio:30003", "remedy": Remedy.RETRY}),
        ("canceled", {"status": Status.FAILED, "error": "twilio:30003", "remedy": Remedy.RETRY}),
    ],
)
def test_a_status_is_a_receipt_for_our_own_row(name: str, expected: dict[str, Any]) -> None:
    receipt = Receipt("sms", sid(2), at=NOW, message_id=7, address="+306900000001", **expected)
    assert status(name, ("ErrorCode", "30003")).receipts == (receipt,)


@pytest.mark.parametrize(
    ("code", "error", "remedy"),
    [
        ("21610", "twilio:21610", Remedy.STOP_CONTACT),
        ("30018", "twilio:30018", Remedy.PAGE_OPERATOR),
        ("39999", "twilio:39999", Remedy.NEVER),
        ("+30690", "twilio:unknown", Remedy.NEVER),
        ("²²²²²", "twilio:unknown", Remedy.NEVER),
        ("", "twilio:unknown", Remedy.NEVER),
    ],
)
def test_a_failure_says_why_in_few_labels(code: str, error: str, remedy: Remedy) -> None:
    (receipt,) = status("failed", ("ErrorCode", code)).receipts
    assert (receipt.error, receipt.remedy) == (error, remedy)


@pytest.mark.parametrize("row", ["", "²", "-7", "7;8", "9" * 19])
def test_without_a_row_of_ours_the_providers_id_must_do(row: str) -> None:
    (receipt,) = status("sent", row=row).receipts
    assert (receipt.message_id, receipt.provider_id) == (None, sid(2))


@pytest.mark.parametrize("name", ["queued", "accepted", "sending", "scheduled", "receiving", "teleported", ""])
def test_a_status_from_before_the_sending_is_of_no_interest(name: str) -> None:
    assert status(name) == Parsed()


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+306900000001", "+306900000001"),
        ("00306900000001", "+306900000001"),
        ("306900000001", "+306900000001"),
        (" 306900000001", "+306900000001"),
        ("6900000001", "+306900000001"),
        ("690 000-0001", "+306900000001"),
        ("+44 (7700) 900123", "+447700900123"),
        ("gov.gr", None),
        ("54160", None),
        ("", None),
        ("+", None),
        ("+0690000000", None),
        ("+" + "9" * 20, None),
        ("whatsapp:+306900000001", None),
        ("６９００００００01", None),
    ],
)
def test_numbers_have_one_form(raw: str, number: str | None) -> None:
    assert e164(raw) == number


@given(st.text() | st.text("+0123456789 ()-."))
def test_a_number_is_e164_or_none(raw: str) -> None:
    number = e164(raw)
    assert number is None or (number[0] == "+" and number[1:].isdigit() and len(number) <= 16)
    assert number is None or e164(number) == number


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("STOP", InboundKind.UNSUBSCRIBED),
        ("stop", InboundKind.UNSUBSCRIBED),
        ("ΣΤΟΠ", InboundKind.UNSUBSCRIBED),
        (" στοπ! ", InboundKind.UNSUBSCRIBED),
        ("ΣTOΠ", InboundKind.UNSUBSCRIBED),  # with Latin T and O
        ("SΤΟΡ", InboundKind.UNSUBSCRIBED),  # with Greek Τ, Ο and Ρ
        ("διακοπή", InboundKind.UNSUBSCRIBED),
        ("όχι  μηνύματα", InboundKind.UNSUBSCRIBED),
        ("start", InboundKind.SUBSCRIBED),
        ("Έναρξη", InboundKind.SUBSCRIBED),
        ("stop στα μηνύματα", InboundKind.MESSAGE),
        ("σταμάτα", InboundKind.MESSAGE),
        ("Stop. Thank you", InboundKind.UNSUBSCRIBED),
        ("στοπ, ευχαριστώ!", InboundKind.UNSUBSCRIBED),
        ("stop παρακαλώ", InboundKind.UNSUBSCRIBED),
        ("ευχαριστώ", InboundKind.MESSAGE),
        ("thank you, stop the permit?", InboundKind.MESSAGE),
        ("πότε σταματά το επίδομα;", InboundKind.MESSAGE),
        ("STOP 3", InboundKind.MESSAGE),
        ("yes", InboundKind.MESSAGE),
        ("cancel", InboundKind.MESSAGE),
        ("help", InboundKind.MESSAGE),
        ("", InboundKind.MESSAGE),
    ],
)
def test_one_word_alone_stops_or_starts(word: str, kind: InboundKind) -> None:
    assert (inbound(word).kind, inbound(word).text) == (kind, word)


def test_what_twilio_found_is_believed() -> None:
    assert inbound("φτάνει", ("OptOutType", "STOP")).kind is InboundKind.UNSUBSCRIBED
    assert inbound("yes", ("OptOutType", "START")).kind is InboundKind.SUBSCRIBED


@pytest.mark.parametrize(("text", "found"), [("HELP", "HELP"), ("βοήθεια", "Help"), ("info", "help")])
def test_what_twilio_answered_itself_is_not_answered_again(text: str, found: str) -> None:
    body = urlencode(received(1, text, OptOutType=found)).encode()
    assert parse.inbound(body, NOW, None, account=ACCOUNT) == Parsed(answer=parse.TWIML)
    assert inbound("HELP").kind is InboundKind.MESSAGE


TOKEN, URL_SIGNED = "a token", "https://bot.example/webhooks/sms"


def signed(fields: dict[str, str]) -> str:
    """As Twilio signs: the URL, then names and values by name, with nothing between them."""
    return str(RequestValidator(TOKEN).compute_signature(URL_SIGNED, fields))


def recut(fields: dict[str, str], changed: dict[str, str], *gone: str) -> dict[str, str]:
    """The same signed characters in other fields."""
    other = {name: value for name, value in fields.items() if name not in gone} | changed
    assert signed(other) == signed(fields)
    return other


OWN = {name: value for name, value in received(7, "ΣΤΟΠFrom+306900000009", From="+306900000001") if value}
CUTS = [
    recut(
        OWN,
        {"Body": "ΣΤΟΠ", "From": "+306900000009From" + OWN["From"] + "FromCountryGR"},
        "FromCountry",
    ),
    recut(OWN, {"ApiVersion": "2010-04-01Body" + OWN["Body"], "AccountSid": ACCOUNT}, "Body"),
    recut(OWN, {"MessageSid": f"{sid(7)}NumMedia0"}, "NumMedia"),
    recut(OWN, {"AccountSid": f"{ACCOUNT}ApiVersion2010-04-01"}, "ApiVersion"),
    recut(OWN, {"Body": "ΣΤΟΠ", "From+306900000009": f"From{OWN['From']}"}, "From"),
]


@pytest.mark.parametrize("fields", CUTS)
def test_a_signed_form_cut_anew_is_nobody_elses_message(fields: dict[str, str]) -> None:
    """Names and values are signed with nothing between them: one signature fits many forms."""
    try:
        found = parse.inbound(urlencode(fields).encode(), NOW, None, account=ACCOUNT).inbound
    except BadWebhook:
        return
    assert [(one.external_id, one.address) for one in found] in ([], [(sid(7), OWN["From"])])


LONG = "Η αίτησή μου για άδεια οικοδομής έχει καθυστερήσει πάρα πολύ"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("maria.p¡example.gr", "maria.p@example.gr"),
        ("γράψτε μου: μαρία¡παράδειγμα.ελ", "γράψτε μου: μαρία@παράδειγμα.ελ"),
        ("¡Hola!", "¡Hola!"),
        ("α ¡ β", "α ¡ β"),
        (base64.b64encode(LONG.encode()).decode(), LONG),
        (base64.b64encode((LONG + "\nκαι").encode()).decode(), LONG + "\nκαι"),
        (base64.b64encode(bytes(range(48))).decode(), base64.b64encode(bytes(range(48))).decode()),
        ("a" * 64, "a" * 64),
        (base64.b64encode("σύντομο".encode()).decode(), base64.b64encode("σύντομο".encode()).decode()),
        ("α\x00\ud83d", "α\ufffd\ufffd"),
    ],
)
def test_what_carriers_do_to_a_text_is_undone(typed: str, text: str) -> None:
    assert repaired(typed) == text


@given(st.text("αβγάέ ,.;", min_size=45, max_size=500))
def test_greek_comes_back_from_base64(text: str) -> None:
    wrapped = base64.b64encode(text.encode()).decode()
    assert repaired(wrapped) == text


def test_a_form_of_a_thousand_fields_is_not_read() -> None:
    with pytest.raises(BadWebhook):
        parse.status(b"a=1&" * 1000, "7", NOW, account=ACCOUNT)


def test_a_bad_field_is_named_and_its_value_is_not_repeated() -> None:
    with pytest.raises(BadWebhook) as caught:
        inbound("α", MessageSid="<script>")
    assert str(caught.value) == "MessageSid"


@pytest.mark.parametrize(
    "changed",
    [
        {"sender": None},
        {"messaging_service_sid": "MG1"},
        {"sender": ""},
        {"account_sid": "AC1/../x"},
        {"account_sid": ""},
        {"auth_token": ""},
    ],
)
async def test_settings_that_cannot_work_stop_the_start(changed: dict[str, Any]) -> None:
    given = {"account_sid": "AC1", "auth_token": "t", "sender": "+30", "public_url": ""}
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ValueError, match="SMS"):
            SmsChannel(session=session, **{**given, **changed})
