"""Understanding a message without Rasa: the intent model out of the trained archive, and the parsers beside it.

The service understands through ``nlu.components``; this reads the same model in milliseconds, for the command line.
"""

from __future__ import annotations

import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from nlu import facets, intents
from nlu.entities import Entity, extract
from nlu.facets import NO_FACET, NOTHING, FacetModel
from nlu.intents import IntentModel
from nlu.language import Language, detect

_FILES = tuple(f"{model}.{kind}" for model in (intents.NAME, facets.NAME) for kind in ("json", "npz"))


class NoModel(Exception):
    """There is no trained model where one was looked for; the message says where."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a message was understood as. ``confidence`` is the calibrated probability of ``intent``; ``facet`` what it
    asks of whatever is talked about, ``None`` where it is a wish of its own."""

    text: str
    intent: str
    confidence: float
    entities: tuple[Entity, ...]
    language: Language
    facet: str | None = None


class Parser(Protocol):
    """Anything that understands a message."""

    def parse(self, text: str) -> Parsed: ...


class ModelParser:
    """The trained intent model with this package's own parsers."""

    def __init__(self, model: IntentModel, facet_model: FacetModel) -> None:
        self._model = model
        self._facets = facet_model

    @classmethod
    def open(cls, archive: Path) -> ModelParser:
        """From a model archive as Rasa writes it. Raises :class:`NoModel`."""
        try:
            with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as packed:
                _unpack(packed, Path(folder))
                return cls(IntentModel.load(Path(folder)), FacetModel.load(Path(folder)))
        except (OSError, tarfile.TarError, KeyError) as error:
            raise NoModel(f"no trained model at {archive}: `make model` makes one") from error

    def parse(self, text: str) -> Parsed:
        """Never raises, whatever the text."""
        intent, confidence = self._model.ranking(text)[0]
        facet, _ = self._facets.facet(text, NOTHING)
        return Parsed(text, intent, confidence, extract(text), detect(text), None if facet == NO_FACET else facet)


def _unpack(packed: tarfile.TarFile, folder: Path) -> None:
    """Write the model's own files into ``folder``; nothing else of the archive is unpacked."""
    members = {PurePosixPath(member.name).name: member for member in packed.getmembers() if member.isfile()}
    for name in _FILES:
        content = packed.extractfile(members[name])
        if content is None:
            raise KeyError(name)
        (folder / name).write_bytes(content.read())
