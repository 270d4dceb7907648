"""What came of talks: shares by kind, style and channel, what went wrong most, and what SMS answers cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from bot.talks.play import HeldTalk, HeldTurn

MOST_FREQUENT = 10


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many hold."""

    held: int
    all: int

    @property
    def value(self) -> float:
        return self.held / self.all if self.all else 1.0

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.held} of {self.all})"


def as_facts(talks: Sequence[HeldTalk]) -> Mapping[str, Any]:
    """The report as plain data, for ``--json``."""
    now = [held for held in talks if held.talk.later is None]
    return {
        "turns": turns_of(now).value,
        "talks": talks_of(now).value,
        "later_turns": turns_of([held for held in talks if held.talk.later is not None]).value,
        "by": {
            name: {key: {"turns": turns_of(part).value, "talks": talks_of(part).value} for key, part in parts.items()}
            for name, parts in _groups(now).items()
        },
        "faults": dict(Counter(_kind(fault) for turn in _turns(now) for fault in turn.faults).most_common()),
        "sms_parts": _parts(now),
        "failed": [
            {
                "talk": held.talk.name,
                "turn": number,
                "said": turn.said,
                "answer": turn.answer.whole,
                "faults": turn.faults,
            }
            for held in talks
            for number, turn in enumerate(held.turns, 1)
            if turn.faults
        ],
    }


def as_text(talks: Sequence[HeldTalk]) -> str:
    """The report to read."""
    return "\n".join(_lines(talks)) + "\n"


def _lines(talks: Sequence[HeldTalk]) -> Iterator[str]:
    now = [held for held in talks if held.talk.later is None]
    later = [held for held in talks if held.talk.later is not None]
    yield f"turns that hold   {turns_of(now)}"
    yield f"talks that hold   {talks_of(now)}"
    if later:
        yield f"needing what is to come: turns {turns_of(later)}, talks {talks_of(later)}"
    for name, parts in _groups(now).items():
        yield f"\nby {name}"
        for key, part in parts.items():
            yield f"  {key:<12} turns {turns_of(part)}   talks {talks_of(part)}"
    yield "\nwhat went wrong most"
    counted = Counter(_kind(fault) for turn in _turns(now) for fault in turn.faults)
    yield from (f"  {count:>4}  {fault}" for fault, count in counted.most_common(MOST_FREQUENT))
    parts_of_sms = _parts(now)
    yield f"\nSMS parts an answer: median {parts_of_sms['median']:g}, p90 {parts_of_sms['p90']:g}"


def failures(talks: Iterable[HeldTalk]) -> Iterator[str]:
    """Each turn that does not hold, with what was said, answered and expected."""
    for held in talks:
        for number, turn in enumerate(held.turns, 1):
            if turn.faults:
                yield f"\n{held.talk.name}, turn {number} ({held.talk.channel} {held.talk.who}): {turn.said}"
                yield from (f"    < {line}" for line in turn.answer.whole.splitlines())
                yield from (f"    ! {fault}" for fault in turn.faults)


def turns_of(talks: Iterable[HeldTalk]) -> Share:
    turns = list(_turns(talks))
    return Share(sum(not turn.faults for turn in turns), len(turns))


def talks_of(talks: Sequence[HeldTalk]) -> Share:
    return Share(sum(held.holds for held in talks), len(talks))


def _turns(talks: Iterable[HeldTalk]) -> Iterator[HeldTurn]:
    return (turn for held in talks for turn in held.turns)


def _groups(talks: Sequence[HeldTalk]) -> Mapping[str, Mapping[str, Sequence[HeldTalk]]]:
    kinds = sorted({kind for held in talks for kind in held.talk.kinds})
    return {
        "kind": {kind: [held for held in talks if kind in held.talk.kinds] for kind in kinds},
        "style": {
            style: [held for held in talks if held.talk.style == style]
            for style in sorted({held.talk.style for held in talks})
        },
        "channel": {
            channel: [held for held in talks if held.talk.channel == channel]
            for channel in sorted({held.talk.channel for held in talks})
        },
    }


def _kind(fault: str) -> str:
    """``must …`` and ``not …`` are one kind each."""
    return fault.split(" ")[0] if fault.startswith(("must ", "not <", "not (", "other ")) else fault


def _parts(talks: Iterable[HeldTalk]) -> Mapping[str, float]:
    parts = [turn.answer.parts for turn in _turns(talks) if turn.answer.parts]
    if len(parts) < 2:
        return {"median": float(sum(parts)), "p90": float(sum(parts))}
    return {"median": median(parts), "p90": quantiles(parts, n=10)[-1]}
