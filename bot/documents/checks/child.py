"""The child's whole life: limits first, then the file from its standard input, a verdict to its standard output.

child inspect   one file
child join      several, each as ``media type, length, newline, bytes``
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bot.documents.checks.verdict import MOST_BYTES, Checked, Refusal, Refused, RefusedFile, encode

MEMORY = 1 << 30  # bytes of address space
CPU = 10  # seconds
OPEN_FILES = 64


def limit() -> None:
    """Nothing that a file makes a decoder do goes beyond these. No file can be written, and no core is left."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def inspect(given: bytes) -> Checked:
    """Raises :class:`RefusedFile`."""
    from bot.documents.checks.kinds import kind_of

    if not given:
        raise RefusedFile(Refusal.EMPTY)
    kind = kind_of(given)
    if kind is None:
        raise RefusedFile(Refusal.TYPE)
    if kind == "PDF":
        from bot.documents.checks.pdf import check_pdf

        return check_pdf(given)
    from bot.documents.checks.pictures import check_picture

    return check_picture(given, kind)


def join(given: bytes) -> Checked:
    """Raises :class:`RefusedFile`."""
    from bot.documents.checks.join import joined

    return joined(list(_files(given)))


def _files(given: bytes) -> Iterator[tuple[str, bytes]]:
    while given:
        head, _, rest = given.partition(b"\n")
        media_type, length = head.decode("ascii").split()
        yield media_type, rest[: int(length)]
        given = rest[int(length) :]


WORK: Mapping[str, Callable[[bytes], Checked]] = MappingProxyType({"inspect": inspect, "join": join})
_MOST = {"inspect": MOST_BYTES, "join": 16 * MOST_BYTES}


def main() -> int:
    """0 with a verdict, whatever it is; anything else: the child did not come to one."""
    limit()
    work = sys.argv[1]
    given = sys.stdin.buffer.read(_MOST[work] + 1)
    try:
        verdict: Checked | Refused = Refused(Refusal.TOO_LARGE) if len(given) > _MOST[work] else WORK[work](given)
    except RefusedFile as refused:
        verdict = Refused(refused.reason)
    except (MemoryError, RecursionError):
        verdict = Refused(Refusal.TOO_COMPLEX)
    sys.stdout.buffer.write(encode(verdict))
    sys.stdout.buffer.flush()
    return 0
