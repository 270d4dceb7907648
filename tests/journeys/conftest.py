"""The real dialogue and the sandbox State around a service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.conversation.reads import StoreReads
from bot.store import Store
from connectors.audit import MemoryAudit
from connectors.connect import connect
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, make_app
from connectors.sandbox.seed import seeded
from connectors.sandbox.state import State
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from tests.clock import FakeClock
from tests.connectors.world import served
from tests.dialogues.model import trained_model
from tests.harness import System, running_system

if TYPE_CHECKING:
    from dialogues.engine import Engine
    from dialogues.engine_rasa import Model


@pytest.fixture(scope="session")
def model() -> Model:
    from dialogues.engine_rasa import load_model

    return load_model(trained_model())


@dataclass(slots=True)
class Counter:
    """The service with its real dialogue, and the State behind it."""

    system: System
    state: State
    state_url: str


@asynccontextmanager
async def running_counter(database_url: str, model: Model, codes: tuple[str, ...] = ()) -> AsyncIterator[Counter]:
    """Everything but the processes: signed HTTP in, the phone as providers, the sandbox State over HTTP."""
    clock = FakeClock()
    state = seeded(clock)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(make_app(state)))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        registries = connect(url, CLIENT_ID, CLIENT_SECRET, session=session, audit=MemoryAudit())

        def dialogue(store: Store) -> Engine:
            from dialogues.engine import Engine

            reads = StoreReads(store.cases, store.codes, registries.contacts, clock)
            return Engine(model, all_actions(reads, load_catalogue()))

        both = (list(registries.cases.values()), registries.contacts)
        running = running_system(database_url, dialogue, clock=clock, codes=codes, registries=both)
        system = await stack.enter_async_context(running)
        await system.settle()  # the feeds have been read once
        yield Counter(system, state, url)


@pytest.fixture
async def counter(database_url: str, model: Model) -> AsyncIterator[Counter]:
    async with running_counter(database_url, model, ("135790", "246801", "975310")) as counter:
        yield counter
