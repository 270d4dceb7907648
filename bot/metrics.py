"""What is measured, for Prometheus. No label ever holds anything that a person sent."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

_ACK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_TURN = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Acks(Collector):
    """How fast webhooks were answered, counted on one thread: the library's histogram takes a lock for each of its
    parts, which for a webhook is as much as its signature costs."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts: dict[tuple[str, int], list[int]] = {}
        self._sums: dict[tuple[str, int], float] = {}

    def count(self, channel: str, status: int, seconds: float) -> None:
        """A webhook was answered."""
        key = channel, status
        counts = self._counts.get(key)
        if counts is None:
            counts = self._counts[key] = [0] * (len(self._bounds) + 1)
            self._sums[key] = 0.0
        counts[bisect_left(self._bounds, seconds)] += 1
        self._sums[key] += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        told = HistogramMetricFamily("counter_ack_seconds", "From request to answer", labels=["channel", "answer"])
        bounds = [*map(float, self._bounds), float("inf")]
        for (channel, status), counts in self._counts.items():
            buckets = [
                ("+Inf" if bound == float("inf") else str(bound), float(n))
                for bound, n in zip(bounds, accumulate(counts), strict=True)
            ]
            told.add_metric([channel, str(status)], buckets, self._sums[channel, status])
        yield told


class Metrics:
    """One per process, on a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        self.acks = Acks(_ACK)
        r.register(self.acks)
        self.forbidden = Counter(
            "counter_forbidden_webhooks", "Webhooks without a right signature", ["sender"], registry=r
        )
        self.turn = Histogram(
            "counter_turn_seconds", "A turn of the dialogue, without its commit", buckets=_TURN, registry=r
        )
        self.turns = Counter("counter_turns", "Turns by result", ["result"], registry=r)
        self.sends = Counter("counter_sends", "Sends by channel and result", ["channel", "result"], registry=r)
        self.send = Histogram("counter_send_seconds", "A send, as the provider answers", ["channel"], registry=r)
        self.parts = Counter("counter_sent_parts", "Parts that were accepted, as billed", ["channel"], registry=r)
        self.spent = Counter("counter_spent_euros", "Their price, where one is set", ["channel"], registry=r)
        self.parts_today = Gauge("counter_parts_today", "Parts of this day in Athens", ["channel"], registry=r)
        self.held = Counter(
            "counter_held_messages", "Messages kept without an answer", ["channel", "reason"], registry=r
        )
        self.doubts = Counter("counter_send_doubts", "Sends without a known result", ["channel", "settled"], registry=r)
        self.receipts = Counter("counter_receipts", "Receipts by channel and status", ["channel", "status"], registry=r)
        self.documents = Counter(
            "counter_document_steps", "Steps of documents by result", ["step", "result"], registry=r
        )
        self.malformed = Counter("counter_malformed_requests", "What came and is no HTTP", registry=r)
        self.certificates = Counter(
            "counter_certificate_steps", "Steps of certificates by result", ["step", "result"], registry=r
        )
        self.certificate_files = Counter(
            "counter_certificate_files", "Files of certificates by their links, by result", ["result"], registry=r
        )
        self.uploads = Counter("counter_uploads", "Files by the upload page, by result", ["result"], registry=r)
        self.let_go = Counter("counter_let_go_rows", "Rows whose time was over, by kind", ["kind"], registry=r)
        self.verified = Counter(
            "counter_verified", "Certificates that were asked about", ["result", "basis"], registry=r
        )
        self._of_queues(r)
        self._of_registries(r)
        self._of_watch(r)

    def _of_queues(self, r: CollectorRegistry) -> None:
        self.depth = Gauge("counter_queue_depth", "Open rows", ["queue", "channel", "priority"], registry=r)
        self.age = Gauge(
            "counter_queue_age_seconds", "Age of the oldest due row", ["queue", "channel", "priority"], registry=r
        )
        self.dead = Gauge("counter_dead_letters", "Messages given up, waiting for an operator", registry=r)

    def _of_registries(self, r: CollectorRegistry) -> None:
        self.feed = Counter("counter_feed_changes", "Changes read from a registry", ["registry", "result"], registry=r)
        self.events = Counter(
            "counter_registry_events", "Events of registries by result", ["registry", "result"], registry=r
        )
        self.dead_events = Gauge("counter_dead_registry_events", "Events given up, waiting for an operator", registry=r)
        self.reconciled = Counter(
            "counter_reconciled_cases", "Cases compared with a registry's", ["registry", "result"], registry=r
        )
        self.reconciled_at = Gauge(
            "counter_reconciled_timestamp_seconds", "When a comparison last came to its end", ["registry"], registry=r
        )

    def _of_watch(self, r: CollectorRegistry) -> None:
        self.overdue = Gauge("counter_overdue_rows", "Rows on their way beyond their time", ["state"], registry=r)
        self.ended = Counter("counter_ended_rows", "Rows that the watch had to end", ["state"], registry=r)
        self.expected = Gauge("counter_expected", "What was to be heard by now", ["what", "of"], registry=r)
        self.seen = Gauge("counter_seen", "What was heard of it", ["what", "of"], registry=r)
        self.silent = Gauge("counter_silent", "1 where nothing was heard that was to be", ["what", "of"], registry=r)
        self.waiting = Gauge("counter_waiting_for_person", "Conversations in the queue for an employee", registry=r)
        self.escalated = Gauge(
            "counter_waiting_too_long", "Of what is with people, answers that are overdue", registry=r
        )
        self.sitting = Gauge(
            "counter_sitting_cases", "Open cases that take longer than expected", ["registry"], registry=r
        )
