"""Logging: structlog to stderr, one JSON object a line, and nothing personal in it.

What may be logged are event names, kinds, counts, ids of our own rows and codes of providers. Three nets lie below:

* an exception is logged by its type, its database's error code and the places it passed, never by its text;
* of what a library says, only a sentence that stands as a literal in its own code is kept, with its numbers;
* every value of every line passes :func:`scrub` last, whoever logged it.
"""

from __future__ import annotations

import logging
import math
import re
import sys
import threading
import warnings
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any

import structlog

MASK = "[masked]"
LARGEST_NUMBER = 99_999  # a one-time code has six digits
_GREEK = re.compile(  # a sentence of a citizen has no place in a log, nor has one that was escaped
    r"[\u0370-\u03ff\u1f00-\u1fff]|\\u(?:03|1f)[0-9a-f]{2}|\\xc[ef]\\x|%c[ef]%", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"[^\s@]+@[^\s@]+"  # e-mail
    r"|\+?\d[\d\s().-]{6,}\d"  # telephone, ΑΦΜ, ΑΜΚΑ, ΚΑΕΚ
    r"|\d{6,}"
)
_OWN_NUMBERS = frozenset({"inbox_id", "outbox_id", "conversation_id", "port", "pid"})
_OWN_ROOMS = frozenset({"bot", "casestore", "connectors", "dialogues", "nlu"})
_KEPT_OF_STRANGERS = frozenset({"level", "logger", "event", "exc_info", "positional_args"})
_NOISY = ("alembic", "twilio", "viber", "aiohttp.access", "rasa", "asyncio", "aiosqlite", "sqlalchemy", "matplotlib")
_Event = MutableMapping[str, Any]


def scrub(value: Any, secrets: Iterable[str] = ()) -> Any:
    """``value`` with everything masked that looks personal or holds one of ``secrets``; small numbers stay numbers."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if math.isfinite(value) and abs(value) <= LARGEST_NUMBER else MASK
    if isinstance(value, dict):
        return {str(scrub(key, secrets)): scrub(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item, secrets) for item in value]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    for secret in secrets:
        text = text.replace(secret, MASK)
    return MASK if _GREEK.search(text) else _PERSONAL.sub(MASK, text)


class Scrubber:
    """The structlog processor that does it. ``secrets`` are masked wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {secret for secret in secrets if len(secret) > 3}
        self._secrets = tuple(sorted(known, key=len, reverse=True))  # one may be the beginning of another

    def __call__(self, _logger: Any, _name: str, event: _Event) -> _Event:
        for key, value in event.items():
            ours = key == "timestamp" or (key in _OWN_NUMBERS and isinstance(value, int))
            event[key] = value if ours else scrub(value, self._secrets)
        return event


def set_up(*, secrets: Iterable[str] = (), level: int = logging.INFO, stream: Any = None) -> None:
    """Send our own lines, every library's, and what Python itself has to say through the nets, to ``stream``."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _strangers,
        _where,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [
        _said_by_strangers,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        Scrubber(secrets),
        structlog.processors.JSONRenderer(),
    ]
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=last, use_get_message=False, pass_foreign_args=True
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    _catch_strays()


class _Handler(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the base class names it)
        """A line that cannot be written is lost: the base class would print its arguments as they are."""
        sys.stderr.write(f'{{"event": "log.line-lost", "level": "error", "logger": "{record.name[:40]}"}}\n')


def _where(_logger: Any, _name: str, event: _Event) -> _Event:
    """Replace an exception by its type and the places it passed: its text may hold what a citizen wrote."""
    found = event.pop("exc_info", None)
    if not found:
        return event
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if error is not None:
        event["error"] = type(error).__name__
        event["at"] = _places(error.__traceback__)
        if code := _database_code(error):
            event["code"] = code
    return event


def _places(step: TracebackType | None) -> str:
    places = []
    while step is not None:
        places.append(f"{step.tb_frame.f_globals.get('__name__', '?')}:{step.tb_lineno}")
        step = step.tb_next
    return " > ".join(places[-6:])


def _database_code(error: BaseException) -> str | None:
    """``SQLITE_FULL``, ``57P01``: what tells an operator a full disk from a locked table."""
    chain = (getattr(error, "orig", None), error.__cause__, error)
    codes = (getattr(one, name, None) for one in chain for name in ("sqlite_errorname", "sqlstate"))
    return next((code for code in codes if isinstance(code, str)), None)


def _is_ours(event: _Event) -> bool:
    return str(event.get("logger")).split(".")[0] in _OWN_ROOMS


def _strangers(_logger: Any, _name: str, event: _Event) -> _Event:
    """Drop the fields of a library's line: what stands in them came from anywhere."""
    if _is_ours(event):
        return event
    return {name: value for name, value in event.items() if name in _KEPT_OF_STRANGERS or name.startswith("_")}


def _said_by_strangers(_logger: Any, _name: str, event: _Event) -> _Event:
    """Keep a library's words when they are a literal of its code; else tell the place where they were said."""
    arguments = event.pop("positional_args", ())
    if not _is_ours(event):
        record: logging.LogRecord = event["_record"]
        said = str(event["event"])
        event["event"] = _filled(said, arguments) if _is_literal(record, said) else f"{record.module}:{record.lineno}"
    return event


def _is_literal(record: logging.LogRecord, said: str) -> bool:
    """Do these words stand in the code of the function that logs them? That function is still on the stack."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        if (frame.f_code.co_filename, frame.f_lineno) == (record.pathname, record.lineno):
            return said in frame.f_code.co_consts
    return False


def _filled(template: str, arguments: Any) -> str:
    """The template with its numbers filled in and everything else masked."""
    if not isinstance(arguments, tuple) or not arguments:
        return template
    safe = tuple(value if isinstance(value, int | float) else MASK for value in arguments)
    try:
        return template % safe
    except (TypeError, ValueError):
        return template


def _catch_strays() -> None:
    """Uncaught exceptions and warnings: Python would print their texts."""
    log = structlog.get_logger(__name__)

    def uncaught(_kind: Any, error: BaseException | None, _trace: Any) -> None:
        log.critical("uncaught", exc_info=error)

    def warned(*told: Any, **_: Any) -> None:
        category, filename, lineno = told[1:4]
        log.warning("warned", kind=category.__name__, at=f"{'/'.join(filename.split('/')[-2:])}:{lineno}")

    sys.excepthook = uncaught
    sys.unraisablehook = lambda found: uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    threading.excepthook = lambda found: uncaught(found.exc_type, found.exc_value, found.exc_traceback)
    warnings.showwarning = warned
