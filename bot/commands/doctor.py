"""``doctor``: what is on, what is off and why, what is stuck. Exit code 1 when something needs an operator."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.app import http_session
from bot.commands.doctor_watch import watch_findings
from bot.commands.finding import Finding
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.registries.build import probe_registries
from bot.runtime import utc_now
from bot.settings import EVENT_SECRETS, PARTS, Settings
from bot.store import NotMigrated, Store, open_store
from casestore.broadcasts.model import Broadcast, BroadcastState
from casestore.database import StoreDown
from casestore.migrate import WrongKeyRing

DOWN: tuple[type[Exception], ...] = (DBAPIError, *StoreDown)  # a wrong password and a wrong name among them
STUCK = 300.0  # seconds that a due row may wait before somebody should look


def options(_parser: argparse.ArgumentParser) -> None:
    """It has none: it looks at what the environment's settings say."""


def run(_arguments: argparse.Namespace) -> int:
    return run_loop(_doctor())


async def _doctor() -> int:
    settings = start()
    findings = [*_parts(settings), *_model(settings), *await _database(settings)]
    for finding in findings:
        sys.stdout.write(f"{finding.state:6} {finding.what:28} {finding.why}\n")
    return 1 if any(finding.state == "wrong" for finding in findings) else 0


def _parts(settings: Settings) -> Iterator[Finding]:
    for part in PARTS:
        missing = settings.missing_for(part)
        yield Finding(
            part, "off" if missing else "ok", f"not set: {', '.join(missing)}" if missing else "credentials set"
        )
    yield from _common_secret(settings)
    yield _seal(settings)
    if settings.notices_quiet == "off":
        yield Finding("quiet hours", "warn", "NOTICES_QUIET=off: citizens are told of their cases at night")
    if settings.public_url.startswith("http://") and "127.0.0.1" not in settings.public_url:
        yield Finding("public url", "wrong", "PUBLIC_URL: providers call https only")


def _seal(settings: Settings) -> Finding:
    if settings.is_sample:
        why = (
            "SEAL_KEY is not set: certificates are sealed by the demo's authority, which proves nothing to anybody else"
        )
        return Finding("seal", "warn", why)
    return Finding("seal", "ok", "" if settings.qr_key else "QR_KEY is not set: a certificate's QR is a link alone")


def _common_secret(settings: Settings) -> Iterator[Finding]:
    """Whoever can sign for one registry signs for all that have no secret of their own."""
    shared = sorted(EVENT_SECRETS.keys() - settings.own_event_secrets().keys())
    if settings.event_secrets() and len(shared) > 1:
        why = f"REGISTRY_EVENTS_SECRET signs for several ({', '.join(shared)}): REGISTRY_EVENTS_SECRET_<NAME> for each"
        yield Finding("secret of events", "warn", why)


def _model(settings: Settings) -> Iterator[Finding]:
    there = Path(settings.model_path).is_file()
    yield Finding("dialogue model", "ok" if there else "wrong", "" if there else "missing: run `python -m bot train`")


async def _database(settings: Settings) -> list[Finding]:
    """The database and all that can be asked only through it: one that is away hides none of the other findings."""
    try:
        async with open_store(settings) as store:
            fits = Finding("database", "ok", f"{store.database.url.get_backend_name()}, schema and key ring fit")
            watch = await watch_findings(settings, store, utc_now())
            return [fits, *await _queues(store), *watch, *await _registries(settings, store)]
    except (NotMigrated, WrongKeyRing) as error:
        return [Finding("database", "wrong", str(error))]
    except DOWN as error:
        code = getattr(getattr(error, "orig", None), "sqlstate", None) or type(error).__name__
        return [Finding("database", "wrong", f"cannot be used ({code}): see DATABASE_URL")]


async def _queues(store: Store) -> list[Finding]:
    now = utc_now()
    waiting, dead, oldest = await store.inbox.depth()
    age = (now - oldest).total_seconds() if oldest else 0.0
    found = [Finding("inbox", "wrong" if age > STUCK else "ok", f"{waiting} waiting, the oldest for {age:.0f} s")]
    found.append(
        Finding("dead letters", "wrong" if dead else "ok", f"{dead} given up: see docs/operation.md" if dead else "")
    )
    found += await _events(store, now)
    found += [_mass_notice(one) for one in await store.broadcasts.live()]
    for channel, priority, count, due in await store.results.depth():
        late = max(0.0, (now - due).total_seconds()) if due else 0.0
        why = f"{count} waiting, the oldest due for {late:.0f} s"
        found.append(Finding(f"outbox {channel}, priority {priority}", "wrong" if late > STUCK else "ok", why))
    return found


def _mass_notice(broadcast: Broadcast) -> Finding:
    paused = broadcast.state is BroadcastState.PAUSED
    why = f"paused ({broadcast.reason}): see `python -m bot broadcast status {broadcast.id}`" if paused else "running"
    return Finding(f"mass notice {broadcast.id}", "warn" if paused else "ok", why)


async def _events(store: Store, now: datetime) -> list[Finding]:
    queue = store.registry_events
    waiting, dead, oldest = await queue.depth()
    age = (now - oldest).total_seconds() if oldest else 0.0
    why = f"{waiting} waiting, the oldest for {age:.0f} s" + (
        f"; {dead} given up: see docs/operation.md" if dead else ""
    )
    found = [Finding("events of registries", "wrong" if dead or age > STUCK else "ok", why)]
    parked = [f"{count} {type_}" for type_, count in (await queue.parked()).items()]
    return (
        [*found, Finding("parked events", "ok", f"nobody applies these yet: {', '.join(parked)}")] if parked else found
    )


async def _registries(settings: Settings, store: Store) -> list[Finding]:
    async with http_session() as session:
        results = await probe_registries(settings, session, store)
    return [Finding(f"registry {name}", "wrong" if why else "ok", why) for name, why in results.items()]
