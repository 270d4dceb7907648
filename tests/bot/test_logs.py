"""The three nets below every log line."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import sqlite3
import string
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from bot.logs import LARGEST_NUMBER, MASK, Scrubber, scrub
from tests.logbook import Logbook, logging_to_book

SECRET = "a-token-that-is-secret"
LATIN = "pou einai i aitisi mou"  # Greeklish: no pattern knows it for a citizen's words
STRANGERS = ("aiohttp.server", "sqlalchemy.pool", "twilio.http_client", "viber.bot.api", "asyncio", "rasa.core")


@pytest.fixture
def book() -> Iterator[Logbook]:
    with logging_to_book(secrets=[SECRET]) as book:
        yield book


# --- the pattern net


@pytest.mark.parametrize(
    "personal",
    [
        "+306900000001",
        "6900000001",
        "690 000 0001",
        "(0030) 690-000.0001",
        "123456783",
        "01010112345",
        "κωδικός",
        "Ἀθῆναι",
        "my name is Παπαδόπουλος, really",
        'he said "γεια" and hello',
        "maria@example.gr",
        "482913",
        "κωδικός".encode(),
        123456783,
        482913,
        -306900000001,
        306900000001.0,
        repr("κωδικός".encode()),
        ascii("κωδικός"),
        quote("κωδικός"),
        SECRET,
        f"https://example.gr/?token={SECRET}&x=1",
    ],
)
def test_what_is_personal_is_masked(personal: Any) -> None:
    text = personal.decode() if isinstance(personal, bytes) else str(personal)
    for value in (personal, [personal], {"of": personal}, {personal: 1}, ("a", {"b": [personal]})):
        masked = json.dumps(scrub(value, [SECRET]), ensure_ascii=False)
        assert MASK in masked
        assert text not in masked
        assert SECRET not in masked


@pytest.mark.parametrize(
    "harmless",
    [
        "webhook.not-stored",
        "viber:6",
        "twilio:21610",
        "http:503",
        "timeout",
        "SQLITE_FULL",
        3,
        0.25,
        None,
        True,
        "8080",
    ],
)
def test_what_an_operator_needs_is_kept(harmless: Any) -> None:
    assert scrub(harmless, [SECRET]) == harmless


def test_of_two_secrets_the_longer_is_masked_first() -> None:
    event = Scrubber(["abcd", "abcdefgh"])(None, "info", {"event": "x", "found": "abcdefgh abcd"})
    assert event["found"] == f"{MASK} {MASK}"


def test_our_row_numbers_are_kept_when_they_are_numbers() -> None:
    event = Scrubber()(None, "info", {"inbox_id": 1_234_567, "outbox_id": "+306900000001", "afm": 123456783})
    assert event == {"inbox_id": 1_234_567, "outbox_id": MASK, "afm": MASK}


digits = st.text("0123456789", min_size=6, max_size=40)
greek = st.text("αβγδεζηθικλμνξοπρστυφχψως άέήίόύώΐ", min_size=1).filter(str.strip)
email = st.emails()
around = st.text(string.ascii_letters + " .,:;-_/", max_size=20)


@given(before=around, personal=digits | greek | email | st.just(SECRET), after=around)
def test_wherever_it_stands_it_is_masked(before: str, personal: str, after: str) -> None:
    masked = scrub(f"{before} {personal.strip()} {after}", [SECRET])
    assert personal.strip() not in masked
    assert MASK in masked


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(value=values)
def test_whatever_is_logged_becomes_a_line_and_masking_twice_changes_nothing(value: Any) -> None:
    masked = scrub(value, [SECRET])
    assert json.loads(json.dumps(masked)) == masked
    assert scrub(masked, [SECRET]) == masked


@given(number=st.integers(-(10**12), 10**12))
def test_numbers_beyond_five_digits_are_nobodys_business(number: int) -> None:
    assert scrub(number) == (number if abs(number) <= LARGEST_NUMBER else MASK)


# --- exceptions


def test_an_exception_is_told_by_type_and_place_and_never_by_its_text(book: Logbook) -> None:
    log = structlog.get_logger("bot.somewhere")
    try:
        raise KeyError(f"{LATIN} +306900000001 {SECRET}")
    except KeyError as error:
        for told in (True, error, (type(error), error, error.__traceback__)):
            log.warning("it.failed", exc_info=told)
    for line in book.lines:
        assert (line["event"], line["error"]) == ("it.failed", "KeyError")
        assert line["at"].startswith("tests.bot.test_logs:")
    assert LATIN not in book.getvalue()


def test_a_database_error_is_told_by_its_code(book: Logbook) -> None:
    with sqlite3.connect(":memory:") as connection, pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("SELECT * FROM nowhere")
    connection.close()
    structlog.get_logger("bot.somewhere").error(
        "store.down", exc_info=OperationalError(LATIN, {"text": LATIN}, caught.value)
    )
    assert book.lines[0]["code"] == "SQLITE_ERROR"
    assert LATIN not in book.getvalue()


def test_without_an_exception_there_is_nothing_to_tell(book: Logbook) -> None:
    structlog.get_logger("bot.somewhere").error("it.failed", exc_info=True)
    assert book.lines[0]["event"] == "it.failed"
    assert "error" not in book.lines[0]


# --- libraries


@pytest.mark.parametrize("name", STRANGERS)
def test_of_a_library_only_its_own_words_and_numbers_are_kept(book: Logbook, name: str) -> None:
    library = logging.getLogger(name)
    library.error("Error handling request from %s after %.1f s", LATIN, 2.5)
    library.error("Could not handle %(what)s", {"what": LATIN})
    library.error(f"Received {LATIN}")
    library.error("Received " + "{}".format(LATIN))  # noqa: UP032 (as libraries do it)
    library.error(LATIN.join(["", ""]), extra={"told": LATIN}, stack_info=True)
    library.error(ValueError(LATIN))
    assert LATIN not in book.getvalue()
    said = book.events
    assert said[:2] == [f"Error handling request from {MASK} after 2.5 s", "Could not handle %(what)s"]
    assert all(event.startswith("test_logs:") for event in said[2:])
    assert {line["logger"] for line in book.lines} == {name}


def test_a_librarys_own_mistake_is_not_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_book() as book:  # here, so that no other handler trips over it
        logging.getLogger("aiohttp.server").error("Could not handle %d", LATIN)
    assert book.events == ["Could not handle %d"]
    assert capsys.readouterr().err == ""


def test_a_librarys_structured_line_loses_its_fields(book: Logbook) -> None:
    structlog.get_logger("some.library").error("processor.failed", text=LATIN, error=LATIN, at=LATIN)
    (line,) = book.lines
    assert set(line) == {"event", "level", "logger", "timestamp"}
    assert line["event"] == "processor.failed"


def test_a_librarys_exception_is_told_like_ours(book: Logbook) -> None:
    try:
        raise RuntimeError(LATIN)
    except RuntimeError:
        logging.getLogger("aiohttp.server").exception("Error handling request")
    (line,) = book.lines
    assert (line["event"], line["error"]) == ("Error handling request", "RuntimeError")
    assert LATIN not in book.getvalue()


async def test_a_task_that_nobody_asked_keeps_its_secret(book: Logbook) -> None:
    async def fails() -> None:
        raise ValueError(LATIN)

    task = asyncio.create_task(fails())
    await asyncio.wait([task])
    del task
    gc.collect()
    assert [line["error"] for line in book.lines] == ["ValueError"]
    assert LATIN not in book.getvalue()


def test_a_library_below_warning_is_not_heard(book: Logbook) -> None:
    for name in ("sqlalchemy.engine.Engine", "twilio.http_client", "viber.bot.api", "aiohttp.access", "asyncio"):
        logging.getLogger(name).info("a statement and its parameters")
    assert book.lines == []


def test_a_line_that_cannot_be_written_is_not_told_in_full(book: Logbook, capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("aiohttp.server")
    book.close()
    log.error("Error handling %s", LATIN)
    said = capsys.readouterr().err
    assert json.loads(said)["event"] == "log.line-lost"
    assert LATIN not in said


def test_half_a_surrogate_pair_is_written_like_anything_else(book: Logbook) -> None:
    structlog.get_logger("bot.somewhere").error("odd", value="\ud83d")
    assert book.lines[0]["value"] == "\ud83d"


# --- what Python itself would print


def test_an_uncaught_exception_is_a_log_line(book: Logbook, capsys: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError(LATIN)
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=_Falls.__del__, args=(None,))
    thread.start()
    thread.join()
    falls = _Falls()
    del falls
    assert [(line["event"], line["error"], line["level"]) for line in book.lines] == [
        ("uncaught", "RuntimeError", "critical")
    ] * 3
    assert LATIN not in book.getvalue() + "".join(capsys.readouterr())


class _Falls:
    def __del__(self) -> None:
        raise RuntimeError(LATIN)


def test_a_warning_is_told_by_kind_and_place(book: Logbook) -> None:
    warnings.showwarning(UserWarning(LATIN), UserWarning, "/somewhere/pydantic/main.py", 12)
    (line,) = book.lines
    assert (line["kind"], line["at"]) == ("UserWarning", "pydantic/main.py:12")
    assert LATIN not in book.getvalue()
