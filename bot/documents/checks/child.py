"""The child's whole life: limits first, then the file from its standard input, a verdict to its standard output.

child inspect   one file
child join      several, each as ``media type, length, newline, bytes``
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bot.documents.checks.verdict import Checked, Refusal, Refused, RefusedFile, encode
from bot.limited.limits import MOST_BYTES, limit


def inspect(given: bytes) -> Checked:
    """Raises :class:`RefusedFile`."""
    from bot.limited.kinds import kind_of

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
