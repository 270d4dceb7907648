"""What ``doctor`` says of what the watch looks at: rows beyond their time, silent providers and registries, cases that
sit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.commands.finding import Finding
from bot.settings import Settings
from bot.store import Store
from bot.watch.build import listening
from bot.watch.expected import FEEDS, Silence
from casestore.watch.states import Ending, MovingState
from connectors.connect import VOCABULARIES

_LATELY = timedelta(days=7)


async def watch_findings(settings: Settings, store: Store, now: datetime) -> list[Finding]:
    """One line that all is well, or one for each that is not; and the cases that take long, which is no fault here."""
    registries = [] if settings.missing_for("registries") else list(VOCABULARIES)
    heard = await listening(settings, store, registries).silences(now)
    found = [
        *(_rows(state, rows) for state, rows in await store.watch.beyond(now) if rows),
        *(_silence(one) for one in heard if one.silent),
        *_failed(await store.certificate_requests.failures(now - _LATELY)),
    ]
    found = found or [Finding("watch", "ok", "nothing is beyond its time, nobody is silent")]
    return [*found, *_sitting(await store.timed_facts.sitting())]


def _failed(reasons: Mapping[str, int]) -> Iterator[Finding]:
    """Certificates that a citizen was promised and did not get."""
    for reason, count in sorted(reasons.items()):
        yield Finding("certificates failed", "wrong", f"{count} in the last 7 days: {reason}; see the log")


def _rows(state: MovingState, rows: int) -> Finding:
    hours = state.most.total_seconds() / 3600
    by_person = state.ending is Ending.BY_PERSON
    why = f"{rows} for more than {hours:.0f} h, which end by {state.by}" + (": a person has to look" * by_person)
    return Finding(f"late {state.name}", "warn" if by_person else "wrong", why)


def _silence(one: Silence) -> Finding:
    if one.what == FEEDS:
        return Finding(f"feed of {one.of}", "wrong", f"not read to its end for {one.seen} s")
    return Finding(f"{one.what} of {one.of}", "wrong", f"none came, {one.expected} were to be expected")


def _sitting(cases: dict[str, int]) -> Iterator[Finding]:
    for registry, count in sorted(cases.items()):
        yield Finding(
            f"sitting cases, {registry}", "warn", f"{count} take longer than expected; their citizens are told"
        )
