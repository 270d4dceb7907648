"""The engine, loaded once for all conversations; what it may read changes from test to test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.channels.facts import SPOKEN
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from tests.dialogues.fakes import State
from tests.dialogues.model import trained_model

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model
    from tests.dialogues.talk import Talk


@pytest.fixture(scope="session")
def model() -> Model:
    from dialogues.engine.rasa import load_model

    return load_model(trained_model())


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def talk(model: Model, state: State) -> Talk:
    """A conversation with a fresh State, on Viber, by someone unknown."""
    from dialogues.engine.engine import Engine
    from tests.dialogues.talk import Talk

    return Talk(Engine(model, all_actions(state, load_catalogue()), SPOKEN))
