"""``python -m tests.mutants``: a sample of mistakes, what noticed them, and what did not.

    --seed 1        which sample
    --count 200     how many mistakes
    --minutes 30    no new one is begun after that
    --room people   one room only

Ends with 1 where fewer than :data:`GOAL` of them were noticed, with 2 where the tests fail as it is.
"""

from __future__ import annotations

import argparse
import importlib
import os
import select
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from tests.mutants.child import run_tests
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.mutate import Mistake, mistakes

ROOT = Path(__file__).parents[2]
GOAL = 0.95
PATIENCE = 240.0  # seconds for the tests against one mistake: one that goes on for ever is noticed, and told as such
ENDS = {True: "SURVIVED", False: "noticed ", None: "no end  "}
LIBRARIES = (
    "hypothesis",
    "sqlalchemy.ext.asyncio",
    "aiosqlite",
    "asyncpg",
    "aiohttp",
    "msgspec",
    "alembic",
    "cryptography.hazmat.primitives.ciphers.aead",
    "pydantic",
    "structlog",
    "regex",
    "phonenumbers",
)
"""Loaded once, before the forks. Nothing of ours is: a module must be wrong from its import on."""


@dataclass(frozen=True, slots=True)
class Room:
    """Sources, by pattern, and the tests that ought to notice."""

    name: str
    sources: str
    tests: tuple[str, ...]


ROOMS = (
    Room("people", "casestore/people/*.py", ("tests/casestore/people",)),
    Room("queues", "casestore/queues/*.py", ("tests/casestore/queues",)),
    Room("outbox", "bot/messaging/outbox.py", ("tests/bot/messaging",)),
    Room("encoding", "bot/channels/sms/encoding.py", ("tests/channels/test_sms_encoding.py",)),
    Room(
        "viber",
        "bot/channels/viber/parse.py",
        ("tests/channels/test_viber_parse.py", "tests/channels/test_webhooks.py"),
    ),
    Room(
        "references",
        "nlu/references.py",
        ("tests/nlu/test_readings.py", "tests/nlu/test_references.py", "tests/nlu/test_entities.py"),
    ),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake in a file of a room."""

    room: Room
    source: Path
    mistake: Mistake

    def __str__(self) -> str:
        return f"{self.source.relative_to(ROOT)}:{self.mistake.line}  {self.mistake.what}:  {self.line}"

    @property
    def line(self) -> str:
        return self.source.read_text("utf-8").splitlines()[self.mistake.line - 1].strip()

    @property
    def named(self) -> tuple[str, str, str]:
        """As :data:`tests.mutants.equivalent.EQUIVALENT` names it."""
        return str(self.source.relative_to(ROOT)), self.line, self.mistake.what

    @property
    def tests(self) -> Sequence[str]:
        """The file's own tests first: they notice soonest."""
        own = sorted((ROOT / self.room.tests[0]).glob(f"test_{self.source.stem}*.py"))
        return (*(str(path.relative_to(ROOT)) for path in own), *self.room.tests)


def every(rooms: Sequence[Room]) -> Iterator[Mutant]:
    """All mistakes that can be made in these rooms."""
    for room in rooms:
        for source in sorted(ROOT.glob(room.sources)):
            yield from (Mutant(room, source, mistake) for mistake in mistakes(source.read_text("utf-8")))


def sample(rooms: Sequence[Room], count: int, seed: int) -> list[Mutant]:
    """So many mistakes, from all rooms alike by their number."""
    found = [mutant for mutant in every(rooms) if mutant.named not in EQUIVALENT]
    Random(seed).shuffle(found)
    return found[:count]


def ended(source: Path, mistake: Mistake | None, tests: Sequence[str]) -> bool | None:
    """Do the tests pass? ``None``: they never end."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os._exit(run_tests(ROOT, source, mistake, tests))
    ended = os.pidfd_open(child)
    in_time, _, _ = select.select([ended], [], [], PATIENCE)
    os.close(ended)
    if not in_time:
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return status == 0 if in_time else None


def sound(rooms: Sequence[Room]) -> bool:
    """Do the tests of each room pass where nothing is wrong? Else they notice everything."""
    failing = [room.name for room in rooms if not ended(next(ROOT.glob(room.sources)), None, room.tests)]
    if failing:
        sys.stdout.write(f"fails before anything is made wrong: {', '.join(failing)}\n")
    return not failing


def told(mutants: Sequence[Mutant], minutes: float) -> Iterator[tuple[Mutant, bool]]:
    """Each mistake and whether it was noticed, as long as there is time."""
    until = monotonic() + minutes * 60
    for number, mutant in enumerate(mutants, 1):
        if monotonic() > until:
            return
        passed = ended(mutant.source, mutant.mistake, mutant.tests)
        sys.stdout.write(f"{number:4}/{len(mutants)}  {ENDS[passed]}  {mutant}\n")
        sys.stdout.flush()
        yield mutant, not passed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--room", choices=[room.name for room in ROOMS])
    asked = parser.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    rooms = [room for room in ROOMS if asked.room in (None, room.name)]
    if not sound(rooms):
        return 2
    results = list(told(sample(rooms, asked.count, asked.seed), asked.minutes))
    made, seen = (Counter(m.room.name for m, s in results if s or whole) for whole in (True, False))
    sys.stdout.write("\n")
    for room in rooms:
        sys.stdout.write(f"{room.name:12} {seen[room.name]:4} of {made[room.name]:4} noticed\n")
    share = seen.total() / max(1, made.total())
    sys.stdout.write(f"{'all':12} {seen.total():4} of {made.total():4} noticed: {share:.3f} (goal {GOAL})\n\n")
    for mutant in (mutant for mutant, was in results if not was):
        sys.stdout.write(f"survived  {mutant}\n")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
