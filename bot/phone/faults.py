"""Trouble on demand: slow answers, refusals, lost answers, odd receipts. Data, drawn with a seeded generator."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from pydantic import ConfigDict

ChannelName = Literal["viber", "sms"]
CHANNELS: tuple[ChannelName, ...] = ("viber", "sms")

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Seconds before the request is looked at. ``spread`` is the half width (uniform) or sigma (lognormal)."""

    __pydantic_config__ = _STRICT  # a misspelt key in the admin's JSON is an error, not a fault that never comes

    kind: Literal["fixed", "uniform", "exponential", "lognormal"] = "fixed"
    seconds: float = 0.0
    spread: float = 0.0

    def draw(self, rng: Random) -> float:
        """One latency in seconds, never negative; ``seconds`` is the fixed value, mean, mean or median."""
        match self.kind:
            case "fixed":
                return self.seconds
            case "uniform":
                return max(0.0, rng.uniform(self.seconds - self.spread, self.seconds + self.spread))
            case "exponential":
                return rng.expovariate(1 / self.seconds) if self.seconds else 0.0
            case "lognormal":
                return rng.lognormvariate(math.log(self.seconds), self.spread) if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Not accepted. ``http`` is the answer's status; ``code`` the provider's own (Viber answers those with HTTP 200).

    ``share`` is the probability from 0 to 1; ``retry_after`` (seconds) becomes the Retry-After header.
    """

    __pydantic_config__ = _STRICT

    share: float = 1.0
    http: int = 503
    code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFaults:
    """Probabilities: a receipt posted twice, a message's receipts in random order, one lost, a delivery that fails."""

    __pydantic_config__ = _STRICT

    duplicated: float = 0.0
    disordered: float = 0.0
    lost: float = 0.0
    failed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How one provider misbehaves. All shares are probabilities from 0 to 1, drawn for each send anew.

    ``lose_request`` closes the connection before anything is recorded, ``lose_answer`` after the message was
    accepted; ``late`` accepts at once and answers ``late_by`` seconds afterwards.
    """

    __pydantic_config__ = _STRICT

    latency: Latency = field(default_factory=Latency)
    refusals: tuple[Refusal, ...] = ()
    lose_request: float = 0.0
    lose_answer: float = 0.0
    late: float = 0.0
    late_by: float = 0.0
    receipts: ReceiptFaults = field(default_factory=ReceiptFaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What happens to one send: wait (seconds), then refuse, lose or accept; hold the answer for ``hold`` seconds."""

    __pydantic_config__ = _STRICT

    wait: float = 0.0
    refusal: Refusal | None = None
    lose_request: bool = False
    lose_answer: bool = False
    hold: float = 0.0


WELL = Faults()
CLEAR = Verdict()


class FaultPlan:
    """What is in force for each channel: first what was scripted, one verdict a send, then what was set."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._set: dict[ChannelName, Faults] = dict.fromkeys(CHANNELS, WELL)
        self._scripted: dict[ChannelName, deque[Verdict]] = {channel: deque() for channel in CHANNELS}

    def set(self, channel: ChannelName, faults: Faults) -> None:
        """From the next send on."""
        self._set[channel] = faults

    def script(self, channel: ChannelName, verdicts: Iterable[Verdict]) -> None:
        """The next sends, one verdict each, ahead of what is set."""
        self._scripted[channel].extend(verdicts)

    def clear(self) -> None:
        """All is well again; scripted verdicts are forgotten."""
        for channel in CHANNELS:
            self._set[channel] = WELL
            self._scripted[channel].clear()

    def in_force(self) -> dict[ChannelName, Faults]:
        """What is set, by channel."""
        return dict(self._set)

    def next(self, channel: ChannelName) -> Verdict:
        """Decide the send that has just come in."""
        if self._scripted[channel]:
            return self._scripted[channel].popleft()
        faults = self._set[channel]
        return CLEAR if faults is WELL else self._draw(faults)

    def delivery_fails(self, channel: ChannelName) -> bool:
        """Shall this accepted message never arrive?"""
        return self._hits(self._set[channel].receipts.failed)

    def receipts(self, channel: ChannelName, events: Iterable[str]) -> list[str]:
        """The receipts that are posted in place of ``events``: some lost, some twice, in another order."""
        faults = self._set[channel].receipts
        kept = [event for event in events if not self._hits(faults.lost)]
        posted = [event for event in kept for _ in range(2 if self._hits(faults.duplicated) else 1)]
        if self._hits(faults.disordered):
            self._rng.shuffle(posted)
        return posted

    def _hits(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def _draw(self, faults: Faults) -> Verdict:
        return Verdict(
            wait=faults.latency.draw(self._rng),
            refusal=next((refusal for refusal in faults.refusals if self._hits(refusal.share)), None),
            lose_request=self._hits(faults.lose_request),
            lose_answer=self._hits(faults.lose_answer),
            hold=faults.late_by if self._hits(faults.late) else 0.0,
        )
