"""What is known of a backup, beside it as ``FILE.json``: a damaged or a wrong one is known before it is used."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

_BLOCK = 1 << 20  # bytes


class BackupRefused(Exception):
    """It is not to be done so: the command, the settings, or what is there already are wrong. Nothing was changed."""


class BackupFailed(Exception):
    """It could not be done: a damaged file, a program that failed. What was there before is as it was."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """``kind``: sqlite or postgresql. ``revision``: of the schema. ``at``: when it was begun, ISO 8601. ``key_ring``:
    the fingerprint of the index key, which says nothing about it. ``size`` in bytes. ``sha256``: of the file."""

    kind: str
    revision: str
    at: str
    key_ring: str
    size: int
    sha256: str


def manifest_path(file: Path) -> Path:
    """Where the manifest of this backup is."""
    return file.with_name(f"{file.name}.json")


def hash_of(file: Path) -> str:
    """SHA-256 of a file, read piece by piece."""
    hashed = sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            hashed.update(block)
    return hashed.hexdigest()


def refuse_taken(file: Path) -> None:
    """Raises :class:`BackupRefused` where a backup would write over something, or has nowhere to be."""
    for path in (file, manifest_path(file)):
        if path.exists():
            raise BackupRefused(f"{path} is there already, and is not written over")
    if not file.parent.is_dir():
        raise BackupRefused(f"{file.parent} is no folder")


def publish(part: Path, file: Path, kind: str, revision: str, key_ring: str, at: datetime) -> Manifest:
    """Give the finished copy its name, after its manifest. Two at once: the second finds the name taken."""
    part.chmod(0o600)
    manifest = Manifest(kind, revision, at.isoformat(timespec="seconds"), key_ring, part.stat().st_size, hash_of(part))
    noted = part.with_name(f"{part.name}.json")
    noted.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    noted.chmod(0o600)
    try:
        for made, name in ((noted, manifest_path(file)), (part, file)):
            sync(made)
            name.hardlink_to(made)
    except FileExistsError:
        raise BackupRefused(f"{file} or its manifest is there already, and is not written over") from None
    except OSError as error:
        raise BackupFailed(f"{file} cannot be written ({error.strerror})") from None
    finally:
        noted.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    sync(file.parent)
    return manifest


def read_manifest(file: Path) -> Manifest:
    """The manifest of a backup whose file is as it was written. Raises :class:`BackupFailed`."""
    path = manifest_path(file)
    try:
        manifest = Manifest(**json.loads(path.read_text(encoding="utf-8")))
        datetime.fromisoformat(manifest.at)
    except FileNotFoundError:
        raise BackupFailed(f"{path} is missing: without it nobody can say what {file} is") from None
    except (OSError, ValueError, TypeError):
        raise BackupFailed(f"{path} is no manifest of a backup") from None
    try:
        whole = file.stat().st_size == manifest.size and hash_of(file) == manifest.sha256
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read ({error.strerror})") from None
    if not whole:
        raise BackupFailed(f"{file} is damaged: it is not what its manifest says")
    return manifest


def sync(path: Path) -> None:
    """Have a file, or a folder's names, on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
