"""Who may ask how often: by address, and all together. Kept in memory, for so many addresses and no more, and none for
longer than it counts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

from bot.runtime import Clock

MOST_ADDRESSES = 20_000
_EVERYBODY = ""
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` at once, then ``per_minute``."""

    burst: int
    per_minute: float


class Throttle:
    """A bucket for each address and, where there is a rate for all ``together``, one for all: it is full at first, each
    costs one, and it fills up with time. Of whoever's is full nothing is kept."""

    def __init__(self, each: Rate, together: Rate | None, clock: Clock) -> None:
        self._each = each
        self._together = together
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._all: tuple[float, datetime] = (float(together.burst if together else 0), clock())

    @property
    def addresses(self) -> frozenset[str]:
        """Those of which something is kept."""
        return frozenset(self._buckets)

    def take(self, address: str) -> int:
        """Take one for this address: 0, or in how many seconds it may try again, and then none was taken."""
        now = self._clock()
        self._forget(now)
        own, common = self._left(address, now), self._common(now)
        lacking = _lacking(common, self._together) if self._together else 0
        if wait := max(_lacking(own, self._each), lacking):
            return wait
        self._put(address, own - 1, common - 1, now)
        return 0

    def give_back(self, address: str) -> None:
        """It was taken for nothing."""
        now = self._clock()
        self._put(address, self._left(address, now) + 1, self._common(now) + 1, now)

    def _put(self, address: str, own: float, common: float, now: datetime) -> None:
        self._buckets[address] = (own, now)
        self._buckets.move_to_end(address)
        if own >= self._each.burst or len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=own >= self._each.burst)
        self._all = (common, now)

    def _forget(self, now: datetime) -> None:
        """The oldest come first."""
        full = timedelta(minutes=self._each.burst / self._each.per_minute)
        while self._buckets and now - next(iter(self._buckets.values()))[1] >= full:
            self._buckets.popitem(last=False)

    def _common(self, now: datetime) -> float:
        return _filled(self._all, self._together, now) if self._together else 0.0

    def _left(self, address: str, now: datetime) -> float:
        known = self._buckets.get(address)
        return float(self._each.burst) if known is None else _filled(known, self._each, now)


def _filled(bucket: tuple[float, datetime], rate: Rate, now: datetime) -> float:
    left, at = bucket
    return min(float(rate.burst), left + max(0.0, (now - at).total_seconds()) * rate.per_minute / 60)


def _lacking(left: float, rate: Rate) -> int:
    return 0 if left >= 1 else int((1 - left) * 60 / rate.per_minute) + 1


def address_of(request: web.Request, proxies: Collection[Network]) -> str:
    """Whoever sent this (:func:`counted`). Of several such headers the last counts: a proxy may add its own line to
    what it was sent."""
    return counted(request.remote or "", ",".join(request.headers.getall("X-Forwarded-For", [])), proxies)


def counted(peer: str, forwarded: str, proxies: Collection[Network]) -> str:
    """A proxy of ours says for whom it asks; nobody else is believed. Of IPv6 the network: a house has as many
    addresses as it likes. Empty, which all share: no address."""
    if _within(peer, proxies):
        peer = forwarded.rpartition(",")[2].strip() or peer
    try:
        found = ip_address(peer)
    except ValueError:
        return _EVERYBODY
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))
    return str(found)


def _within(peer: str, proxies: Collection[Network]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in proxies)
