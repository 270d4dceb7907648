"""The service's own log set-up, written into a test's hands and taken down again after it."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import structlog

from bot import logs


class Logbook(StringIO):
    """What was logged since the set-up."""

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@contextmanager
def logging_to_book(*, secrets: Iterable[str] = ()) -> Iterator[Logbook]:
    """Set up the logs as the commands do; afterwards everything is as it was before."""
    root, book = logging.getLogger(), Logbook()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning)
    logs.set_up(secrets=secrets, stream=book)
    try:
        yield book
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)
        sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = hooks
