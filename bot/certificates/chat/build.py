"""Checking in a chat, put together from the service's parts. Called by the composition root alone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.backoff import RetryPolicy
from bot.certificates.chat.checking import CheckEffects, CheckFileStep
from bot.certificates.chat.looking import ChatChecker
from bot.certificates.verify.build import FILES, checker
from bot.channels.facts import SPOKEN
from bot.channels.port import Channel
from bot.metrics import Metrics
from bot.runtime import Clock, Runtime
from bot.settings import Settings
from bot.store import Store
from bot.tasks import TasksJob
from bot.web.throttle import Throttle
from bot.worker import Job
from casestore.certificates.checks import CheckStep
from dialogues.responses import phrases


def chat_checker(settings: Settings, store: Store, clock: Clock) -> ChatChecker:
    """One for a worker: what it counts is counted together."""
    return ChatChecker(checker=checker(settings, store, clock), files=Throttle(*FILES, clock), phrases=phrases(SPOKEN))


def check_effects(store: Store) -> CheckEffects:
    """For a worker."""
    return CheckEffects(store.certificate_checks)


def checks_job(
    *,
    store: Store,
    channels: Sequence[Channel],
    checker: ChatChecker,
    metrics: Metrics,
    runtime: Runtime,
    policy: RetryPolicy,
) -> Job:
    """For a worker."""
    step = CheckFileStep(
        store=store,
        channels={channel.name: channel for channel in channels},
        checker=checker,
        phrases=phrases(SPOKEN),
        metrics=metrics,
        clock=runtime.clock,
    )
    return TasksJob(
        name="checks",
        database=store.database,
        tasks=store.certificate_checks,
        find=store.conversations.chat,
        steps={CheckStep.CHECK: step},
        again={CheckStep.CHECK: policy.document_again},
        most={CheckStep.CHECK: None},
        counter=metrics.certificates,
        runtime=runtime,
        lease=policy.send_lease,
    )
