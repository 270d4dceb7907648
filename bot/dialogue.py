"""The dialogue floor, loaded. The one module of the service that brings Rasa in: seconds to import, so workers only."""

from __future__ import annotations

from pathlib import Path

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from dialogues.engine.engine import Engine
from dialogues.ports import Reads


async def load_dialogue(model_path: str, reads: Reads) -> Engine:
    """The trained model with its actions. Raises :class:`dialogues.engine.engine.EngineError` when they do not fit."""
    return Engine.load(Path(model_path), all_actions(reads, load_catalogue()), SPOKEN)
