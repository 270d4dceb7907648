"""The trained model for tests: the one in use if it is fresh, else one trained here and kept while it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
IN_USE = ROOT / "models/counter.tar.gz"
KEPT = ROOT / "models/tests"
INPUTS = ("dialogues/domain/*.yml", "dialogues/rules/*.yml", "dialogues/stories/*.yml", "nlu/**/*.yml", "nlu/*.py")


def inputs() -> list[Path]:
    """Every file that training reads, or that decides how."""
    return [ROOT / "config.yml", *sorted(path for pattern in INPUTS for path in ROOT.glob(pattern))]


def trained_model() -> Path:
    """An archive trained from the files as they are."""
    if IN_USE.exists() and all(path.stat().st_mtime < IN_USE.stat().st_mtime for path in inputs()):
        return IN_USE
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs())).hexdigest()[:16]
    kept = KEPT / f"{digest}.tar.gz"
    if not kept.exists():
        from dialogues.engine.train import train

        train(out=kept)
        for old in set(KEPT.glob("*.tar.gz")) - {kept}:
            old.unlink(missing_ok=True)
    return kept
