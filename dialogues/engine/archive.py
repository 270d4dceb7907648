"""A look into a model's archive before it is loaded: loading imports whatever modules its metadata names."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OURS = ("rasa.", "nlu.", "dialogues.")
"""Where a component may come from: Rasa, or this project."""


class ForeignComponent(Exception):
    """The archive names code from elsewhere: it was not trained here, and is not loaded."""


def check_components(path: Path) -> None:
    """Raises :class:`ForeignComponent`; for what is no archive at all, the loader says so."""
    if strange := sorted(name for name in _components(path) if not name.startswith(OURS)):
        raise ForeignComponent(f"{path.name} names components that are not ours: {', '.join(strange)}")


def _components(path: Path) -> Iterator[str]:
    with tarfile.open(path) as archive:
        for member in archive:
            if Path(member.name).name == "metadata.json" and (file := archive.extractfile(member)) is not None:
                yield from _uses(json.load(file))


def _uses(metadata: Any) -> Iterator[str]:
    """Every ``uses`` of its graphs, however deep."""
    if isinstance(metadata, dict):
        if isinstance(name := metadata.get("uses"), str):
            yield name
        for value in metadata.values():
            yield from _uses(value)
    elif isinstance(metadata, list):
        for value in metadata:
            yield from _uses(value)
