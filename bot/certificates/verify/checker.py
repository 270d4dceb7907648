"""Asks the records and, where they do not know a file's very bytes, the child that opens it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from bot.certificates.verify.facts import Facts, decode
from bot.certificates.verify.verdict import Result, Verdict, of_code, of_copy, of_file
from bot.limited.limits import MOST_BYTES
from bot.limited.process import Children
from bot.runtime import Clock
from bot.web.throttle import Throttle
from casestore.certificates.records import IssuedCertificates
from nlu.certificate_codes import read_code

CHILD = "bot.certificates.verify.child"
MOST_ANSWERED = 16_384  # bytes
WITHIN = 30.0  # seconds: its library takes one to load, on a busy machine several

log = structlog.get_logger(__name__)


class FileReader:
    """Files opened in children. ``published``: the certificates that are trusted, in PEM
    (:mod:`bot.certificates.trust`), read anew each time, since the demo's authority is made by another process.
    ``public_url``: where QRs of ours lead; empty: wherever they do."""

    def __init__(self, published: tuple[Path, ...], clock: Clock, public_url: str = "") -> None:
        self._published = published
        self._host = urlsplit(public_url).netloc.lower()
        self._clock = clock
        self._children = Children(CHILD, most_answered=MOST_ANSWERED, within=WITHIN)

    async def read(self, content: bytes) -> Facts | None:
        """``None``: it cannot be looked into. Raises :class:`OSError` where there are no certificates to trust."""
        if not content or len(content) > MOST_BYTES:
            return None
        pem = await asyncio.to_thread(self._trusted)
        told = {"published": pem, "now": self._clock().isoformat(), "host": self._host}
        begin = json.dumps(told).encode() + b"\n"
        answer, code = await self._children.ask("verify", [begin, content])
        try:
            return decode(answer)
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
        ):  # killed, at a limit or by us; or made to say something else
            log.warning("verify.child-failed", code=code)
            return None

    def _trusted(self) -> str:
        return "".join(path.read_text("ascii", "replace") for path in self._published)


class Codes:
    """What is on record of a code."""

    def __init__(self, issued: IssuedCertificates, clock: Clock) -> None:
        self._issued = issued
        self._clock = clock

    async def verdict(self, typed: str) -> Verdict:
        code = read_code(typed)
        return of_code(code, None if code is None else await self._issued.by_code(code), self._clock())


async def counted(codes: Codes, guesses: Throttle, typed: str, asker: str) -> Verdict | int:
    """What is on record, or in how many seconds to ask again. What its check symbols refuse is told at once and costs
    nothing: it gets nobody nearer to a right one. What is found costs nothing either."""
    if read_code(typed) is None:
        return await codes.verdict(typed)
    if wait := guesses.take(asker):  # taken before it is known: many ask at the same time
        return wait
    verdict = await codes.verdict(typed)
    if verdict.result is not Result.UNKNOWN:
        guesses.give_back(asker)
    return verdict


class Checker:
    """Verdicts, with what is on record."""

    def __init__(self, issued: IssuedCertificates, reader: FileReader, clock: Clock) -> None:
        self.codes = Codes(issued, clock)
        self._issued = issued
        self._reader = reader
        self._clock = clock

    async def copy(self, content: bytes) -> Verdict | None:
        """Of a file that is byte for byte what was issued; ``None`` for any other. Nothing is opened."""
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        record = await self._issued.by_digest(digest)
        return None if record is None else of_copy(record, self._clock())

    async def file(self, content: bytes) -> Verdict:
        """Of any file. Raises :class:`OSError` where there are no certificates to trust."""
        return await self.copy(content) or await self.opened(content)

    async def opened(self, content: bytes) -> Verdict:
        """Of a file that is no copy of what was issued. Raises :class:`OSError` likewise."""
        facts = await self._reader.read(content)
        record = await self._issued.by_code(facts.code) if facts is not None and facts.code else None
        return of_file(facts, record, self._clock())
