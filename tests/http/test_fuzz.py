"""Anything at all, signed right, over real HTTP: never a 500, and nothing told is kept or logged in the clear."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.channels.registry import TOKENS
from tests.channels.signing import Expect, Webhook
from tests.channels.sms_webhooks import STATUS_PATH, received, report
from tests.channels.viber_webhooks import message, text
from tests.examples import examples
from tests.http.service import Answer, Service, counting

VIBER, SMS, STATUS = ("viber", "/webhooks/viber"), ("sms", "/webhooks/sms"), ("sms", f"{STATUS_PATH}?id=7")
TOLD = (  # what a person may say or be: a number, an ΑΦΜ, Greek, Greeklish, an address, a Viber id
    "+306912345678",
    "6912345678",
    "123456783",
    "μυστικό κανάρι",
    "mystiko kanari",
    "kanari@example.gr",
    "a2FuYXJpIGthbmFyaQ==",
)

told = st.sampled_from(TOLD)
words = st.text() | told | st.builds("{} {} {}".format, st.text(max_size=5), told, st.text(max_size=5))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text() | told, inner), max_leaves=10
)
events = st.sampled_from(
    ["message", "seen", "delivered", "failed", "subscribed", "unsubscribed", "conversation_started", "webhook"]
)
ids = st.integers(0) | st.integers(0, 2**64).map(str) | st.text() | st.none() | st.lists(st.integers())
person = st.fixed_dictionaries(
    {"id": told | anything}, optional={"name": words, "avatar": words, "language": anything, "country": anything}
)
callbacks = st.fixed_dictionaries(
    {"event": events | anything},
    optional={
        "timestamp": st.integers() | anything,
        "message_token": ids,
        "user_id": told | anything,
        "user": person | anything,
        "sender": person | anything,
        "message": st.fixed_dictionaries(
            {"type": st.sampled_from(["text", "picture", "contact", "location", "file"]) | anything},
            optional={"text": words | anything, "media": words, "contact": anything, "tracking_data": words},
        ),
        "desc": words,
        "chat_hostname": words,
    },
)
usual = st.builds(message, st.integers(0, 10**9), st.builds(text, words))
encodable = words.map(lambda value: value.encode(errors="replace").decode())
sids = st.tuples(st.just("MessageSid"), st.integers(0).map("SM{:032x}".format))
names = st.sampled_from(["From", "To", "Body", "NumMedia", "MessageStatus", "SmsStatus", "ErrorCode", "OptOutType"])
fields = st.lists(sids | st.tuples(names | encodable, encodable)).map(tuple)
messages = st.builds(received, st.integers(0, 2**64), encodable, From=told | encodable, City=encodable)
reports = st.builds(
    lambda number, status, code, why: report(number, status, ("ErrorCode", code), ("ErrorMessage", why)),
    st.integers(0, 2**64),
    st.sampled_from(["sent", "delivered", "failed", "undelivered", "read", "queued"]) | encodable,
    st.sampled_from(["30003", "21610"]) | encodable,
    encodable,
)
at_home = (
    st.tuples(st.just(VIBER), usual | callbacks)
    | st.tuples(st.just(SMS), messages | fields)
    | st.tuples(st.just(STATUS), reports | fields)
)
anywhere = st.tuples(st.sampled_from([VIBER, SMS, STATUS]), st.binary() | anything | callbacks | messages | reports)


class Hammer:
    """Posts from Hypothesis' thread to the server on the test's loop."""

    def __init__(self, service: Service) -> None:
        self._counter = service
        self._loop = asyncio.get_running_loop()
        self.statuses: set[int] = set()

    def post(self, entry: Webhook) -> Answer:
        asked: Future[Answer] = asyncio.run_coroutine_threadsafe(self._counter.post(entry), self._loop)
        answer = asked.result()
        self.statuses.add(answer.status)
        return answer


@pytest.mark.slow
async def test_whatever_is_signed_right_is_answered_and_nothing_told_is_kept_in_the_clear(database_url: str) -> None:
    async with counting(database_url) as service:
        hammer = Hammer(service)

        @settings(max_examples=examples(300), deadline=None)
        @example(posted=(VIBER, message(1, text(" ".join(TOLD)))))
        @example(posted=(SMS, received(1, " ".join(TOLD), From=TOLD[0])))
        @example(posted=(STATUS, report(1, "failed", ("ErrorMessage", " ".join(TOLD)))))
        @given(posted=at_home | anywhere)
        def anything_goes(posted: tuple[tuple[str, str], Any]) -> None:
            (channel, path), body = posted
            answer = hammer.post(Webhook("any", channel, body, Expect.NOTHING, path=path))
            assert answer.status in (200, 400, 403)  # 403: a form of more fields than are read
            assert not [secret for secret in (*TOLD, *TOKENS) if secret.encode() in answer.body]

        await asyncio.to_thread(anything_goes)
        dump, logged = await service.dump(), service.book.getvalue()
        kept = await service.kept()
    assert {200, 400} <= hammer.statuses
    assert min(kept) > 0
    assert b"viber" in dump  # it does show what is in the clear
    assert not [secret for secret in (*TOLD, *TOKENS) if secret.encode() in dump]
    assert not [secret for secret in (*TOLD, *TOKENS) if secret in logged]
    assert "webhook.unreadable" in logged
