"""The training sentences and their settings as they stand in the files, read without Rasa."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nlu.yaml_file import read_yaml

_COMPONENT = "nlu.components.Understanding"


def sentences(folder: Path, files: str = "*.yml") -> Iterator[tuple[str, str]]:
    """Text and intent of every sentence in the folder's ``files``, one file after another. Raises OSError."""
    for file in sorted(folder.glob(files)):
        for topic in read_yaml(file)["nlu"]:
            for line in topic["examples"].splitlines():
                yield line.strip().removeprefix("- "), topic["intent"]


def settings(config: Path) -> Mapping[str, Any]:
    """The numbers that ``config.yml`` gives our component. Raises OSError, and KeyError where it names none."""
    pipeline = read_yaml(config)["pipeline"]
    for component in pipeline:
        if component["name"] == _COMPONENT:
            found: Mapping[str, Any] = component
            return found
    raise KeyError(_COMPONENT)
