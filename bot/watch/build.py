"""The watch put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from bot.metrics import Metrics
from bot.runtime import Clock
from bot.settings import Settings
from bot.store import Store
from bot.watch.expected import Listening, load_expected
from bot.watch.job import WatchJob


def listening(settings: Settings, store: Store, registries: Collection[str]) -> Listening:
    """Who is expected to be heard of."""
    return Listening(store, load_expected(), registries, timedelta(seconds=settings.feed_seconds))


def watch_job(
    settings: Settings, store: Store, registries: Collection[str], metrics: Metrics, clock: Clock
) -> WatchJob:
    """For a worker."""
    return WatchJob(store=store, listening=listening(settings, store, registries), metrics=metrics, clock=clock)
