"""Logging: structlog to stderr, one JSON object a line, and nothing personal in it.

What may be logged are event names, kinds, counts, ids of our own rows and codes of providers. As a second net
every value passes :func:`scrub`: secrets, telephone numbers, long digit runs, e-mail addresses and Greek are masked,
because a sentence of a citizen has no place in a log.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

MASK = "[masked]"
_PERSONAL = re.compile(
    r"[^\s@]+@[^\s@]+"  # e-mail
    r"|\+?\d[\d\s().-]{6,}\d"  # telephone, ΑΦΜ, ΑΜΚΑ, ΚΑΕΚ, one-time codes beside others
    r"|\d{6,}"
    r"|[\u0370-\u03ff\u1f00-\u1fff][^\"]*"  # Greek, to the end of the value
)
_OURS = frozenset({"timestamp", "level", "event", "logger", "inbox_id", "outbox_id", "conversation_id", "port", "pid"})


def scrub(value: Any, secrets: Iterable[str] = ()) -> Any:
    """``value`` with everything masked that looks personal or is one of ``secrets``; numbers stay numbers."""
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, dict):
        return {scrub(str(key), secrets): scrub(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item, secrets) for item in value]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    for secret in secrets:
        text = text.replace(secret, MASK)
    return _PERSONAL.sub(MASK, text)


class Scrubber:
    """The structlog processor that does it. ``secrets`` are masked wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) > 3)

    def __call__(self, _logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key in event.keys() - _OURS:
            event[key] = scrub(event[key], self._secrets)
        for key in ("event", "logger"):
            if key in event:
                event[key] = scrub(event[key], self._secrets)
        return event


def set_up(*, secrets: Iterable[str] = (), level: int = logging.INFO, stream: Any = None) -> None:
    """Send our own and every library's log lines through the scrubber. Exceptions are logged by type and place only."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where,
        Scrubber(secrets),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("twilio", "viber", "aiohttp.access", "rasa", "asyncio", "aiosqlite", "alembic", "sqlalchemy", "matplotlib"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))


def _where(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the places it passed: its text may hold what a citizen wrote."""
    found = event.pop("exc_info", None)
    if not found:
        return event
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if error is not None:
        event["error"] = type(error).__name__
        event["at"] = _places(error)
    return event


def _places(error: BaseException) -> str:
    places, step = [], error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_globals.get('__name__', '?')}:{step.tb_lineno}")
        step = step.tb_next
    return " > ".join(places[-6:])
