"""``restore FILE --erasures-from URL|self|none``: put a backup back, and what has happened since it with it.

All is put together beside the database and takes its place at once. Killed before that, nothing has changed but for
what lies beside, which the next run replaces.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.commands.running import run as run_loop
from bot.commands.running import start
from bot.runtime import utc_now
from bot.settings import Settings
from bot.store import Store, open_store
from casestore.backups.after import AfterRestore, Done
from casestore.backups.manifest import BackupRefused, Manifest, read_manifest
from casestore.backups.place import DatabasePlace, address, place_of, refuse_other_kind
from casestore.backups.since import NOTHING_KNOWN, Since, read_since
from casestore.migrate import WrongKeyRing, knows_revision
from casestore.vault import Vault

_WHENCE = (
    "the database that is being replaced, to read from it who was erased and who was told what since the backup: its "
    "address as in DATABASE_URL; self: the one at DATABASE_URL; none: it cannot be read"
)


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="as `backup` made it, with FILE.json beside it")
    parser.add_argument("--erasures-from", required=True, metavar="URL|self|none", help=_WHENCE)
    parser.add_argument("--replace", action="store_true", help="put it in the place of a database that is not empty")


def run(arguments: argparse.Namespace) -> int:
    return run_loop(_restore(start(), arguments.file, arguments.erasures_from, replace=arguments.replace))


async def _restore(settings: Settings, file: Path, whence: str, *, replace: bool) -> int:
    manifest, url, now = read_manifest(file), address(settings.database_url), utc_now()
    fingerprint = Vault(settings.secrets()).index_fingerprint
    refuse_other_kind(manifest.kind, url)
    _refuse_foreign(manifest, fingerprint)
    place = place_of(url, settings.pg_dump)
    await _refuse_taken(place, replace=replace)
    since = await _since(settings, whence, fingerprint)
    beside = await place.put_beside(file)
    there = settings.model_copy(update={"database_url": beside.render_as_string(hide_password=False)})
    async with open_store(there, migrating=True) as store:
        done = await _after(store).settle(since, manifest.at, now)
    kept = await place.take_its_place(now)
    sys.stdout.write(_report(manifest, done, kept))
    sys.stdout.write(_to_do(settings, manifest, done, kept, whence))
    return 0


def _refuse_foreign(manifest: Manifest, fingerprint: str) -> None:
    if manifest.key_ring != fingerprint:
        raise WrongKeyRing("SECRET_KEY: its last (oldest) secret is not the one this backup was made with")
    if not knows_revision(manifest.revision):
        raise BackupRefused(f"the backup has schema {manifest.revision}, which this version does not know: use a newer")


async def _refuse_taken(place: DatabasePlace, *, replace: bool) -> None:
    if not replace and not await place.is_empty():
        raise BackupRefused("the database is not empty: --replace puts the backup in its place and keeps it beside")
    await place.refuse_in_use()


async def _since(settings: Settings, whence: str, fingerprint: str) -> Since:
    if whence == "none":
        return NOTHING_KNOWN
    return await read_since(settings.database_url if whence == "self" else whence, fingerprint)


def _after(store: Store) -> AfterRestore:
    return AfterRestore(store.database, store.erasure, store.broadcasts, store.audits)


def _report(manifest: Manifest, done: Done, kept: str | None) -> str:
    lines = [
        f"restored: the backup of {manifest.at}",
        f"{done.sends:>10}  messages that waited to be sent, ended",
        f"{done.messages:>10}  messages that waited for an answer, ended",
        f"{done.notices:>10}  notices that were not told, ended",
        f"{done.told:>10}  news and reminders told since, carried over",
        f"{done.erased:>10}  erasures since, done again",
        f"{done.paused:>10}  mass notices paused",
        f"{done.sessions:>10}  employees signed out",
        f"{done.leases:>10}  leases cleared",
    ]
    return "".join(f"{line}\n" for line in [*lines, *([f"the database before: {kept}"] if kept else [])])


def _to_do(settings: Settings, manifest: Manifest, done: Done, kept: str | None, whence: str) -> str:
    steps = [f"what employees, revocations and mass notices did since {manifest.at} is undone: look, and do it again"]
    if whence == "none":
        steps.insert(0, "erasures since the backup are undone, and news since is told again: nobody has read them")
    if done.unlinked:
        steps.append(f"{done.unlinked} erasures reached citizens whom the backup does not know at that chat: look")
    if settings.files_url is not None:
        steps.append("FILES_URL is no part of it: put its content of the same time back before `work` starts")
    if done.paused:
        steps.append("python -m bot broadcast status; resume or stop each")
    steps += ["python -m bot retain", "start `serve` and `work`; python -m bot doctor", "python -m bot reconcile"]
    if kept:
        steps.append(f"delete {kept} once it is not needed: those erased before may still be in it")
    return "still to do:\n" + "".join(f"  - {step}\n" for step in steps)
