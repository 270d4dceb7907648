"""What is measured, for Prometheus. No label ever holds anything that a person sent."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_ACK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_TURN = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """One per process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.ack = Histogram(
            "counter_ack_seconds", "From request to answer", ["channel", "answer"], buckets=_ACK, registry=r
        )
        self.turn = Histogram(
            "counter_turn_seconds", "A turn of the dialogue, without its commit", buckets=_TURN, registry=r
        )
        self.turns = Counter("counter_turns", "Turns by result", ["result"], registry=r)
        self.sends = Counter("counter_sends", "Sends by channel and result", ["channel", "result"], registry=r)
        self.send = Histogram("counter_send_seconds", "A send, as the provider answers", ["channel"], registry=r)
        self.doubts = Counter("counter_send_doubts", "Sends without a known result", ["channel", "settled"], registry=r)
        self.receipts = Counter("counter_receipts", "Receipts by channel and status", ["channel", "status"], registry=r)
        self.feed = Counter("counter_feed_changes", "Changes read from a registry", ["registry", "result"], registry=r)
        self.depth = Gauge("counter_queue_depth", "Open rows", ["queue", "channel", "priority"], registry=r)
        self.age = Gauge(
            "counter_queue_age_seconds", "Age of the oldest due row", ["queue", "channel", "priority"], registry=r
        )
        self._acks: dict[tuple[str, int], Histogram] = {}
        self.dead = Gauge("counter_dead_letters", "Messages given up, waiting for an operator", registry=r)

    def acked(self, channel: str, status: int, seconds: float) -> None:
        """A webhook was answered. The children are kept: looking them up costs more than counting."""
        child = self._acks.get((channel, status))
        if child is None:
            child = self._acks[channel, status] = self.ack.labels(channel, str(status))
        child.observe(seconds)
