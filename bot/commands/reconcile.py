"""``reconcile``: compare our cases with a registry's, put ours right, and report."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping

from bot.app import build_recorder, http_session
from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.metrics import Metrics
from bot.registries.build import build_registries, comparer
from bot.registries.reconcile import RESULTS, Comparer, advance_run, begin, diff_page, take_page
from bot.registries.recorder import CaseRecorder
from bot.runtime import utc_now
from bot.settings import BadSettings
from bot.store import Store, open_store
from casestore.cases.reconciliations import LostRun, Phase, Run
from connectors.connect import CASE_REGISTRIES
from connectors.registry import CaseRegistry, RegistryError


def options(parser: argparse.ArgumentParser) -> None:
    names = [words.registry for words in CASE_REGISTRIES]
    parser.add_argument("registry", nargs="?", choices=names, help="this one alone; otherwise all")
    parser.add_argument("--dry-run", action="store_true", help="report what is found and change nothing")
    reopening = "also take what is refused otherwise: a closed case that moves, a decision taken back"
    parser.add_argument("--reopen", action="store_true", help=reopening)


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_reconcile(arguments))


async def _reconcile(arguments: argparse.Namespace) -> int:
    settings = start()
    async with open_store(settings) as store, http_session() as session:
        registries, _ = build_registries(settings, session, store)
        if not registries:
            raise BadSettings(f"the registries are off: {', '.join(settings.missing_for('registries'))}")
        wanted = [registry for registry in registries if arguments.registry in (None, registry.name)]
        recorder = build_recorder(settings, store, Metrics())
        failed = [
            await report(store, registry, recorder, dry=arguments.dry_run, reopening=arguments.reopen)
            for registry in wanted
        ]
    return 1 if any(failed) else 0


async def report(store: Store, registry: CaseRegistry, recorder: CaseRecorder, *, dry: bool, reopening: bool) -> bool:
    """Compare with one registry and write a line; whether something went wrong."""
    looking = comparer(store, registry, recorder, reopening=reopening)
    try:
        counts = await (_look_only(looking) if dry else _put_right(store, looking))
    except RegistryError as error:
        sys.stdout.write(f"{registry.name:18} stopped: {error.reason}; run it again and it goes on from there\n")
        return True
    except LostRun:
        sys.stdout.write(f"{registry.name:18} stopped: a worker is comparing at this moment\n")
        return True
    sys.stdout.write(f"{registry.name:18} {told(counts)}\n")
    return False


def told(counts: Mapping[str, int]) -> str:
    """The counts in words, in one order; what was not found is left out, but for what is the same."""
    return ", ".join(f"{counts.get(name, 0)} {name}" for name in RESULTS if counts.get(name) or name == RESULTS[0])


async def _put_right(store: Store, looking: Comparer) -> Mapping[str, int]:
    """Goes on with a run that was not finished, else begins one."""
    runs = store.reconciliations
    run = await runs.last(looking.name)
    if run is None or run.phase not in (Phase.LISTED, Phase.UNREPORTED):
        run = await begin(runs, looking.name, utc_now())
    while run.phase is not Phase.DONE:
        run = await take_page(looking, runs, run, utc_now())
    return run.counts


async def _look_only(looking: Comparer) -> Mapping[str, int]:
    now = utc_now()
    run, seen = Run(looking.name, Phase.LISTED, now), set[str]()
    while run.phase is not Phase.DONE:
        diff = await diff_page(looking, run, seen)
        seen |= set(diff.verdicts)
        run = advance_run(run, diff, Counter(diff.verdicts.values()), now)
    return run.counts
