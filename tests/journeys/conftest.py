"""The real dialogue and the sandbox State around a service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.certificates.build import certificate_reads
from bot.channels.facts import SPOKEN
from bot.conversation.reads import StoreReads
from bot.documents.build import document_reads
from bot.privacy.build import privacy_reads
from bot.registries.build import one_view
from bot.store import Store
from connectors.audit import MemoryAudit
from connectors.connect import connect
from connectors.runtime import Runtime, system_runtime
from connectors.sandbox.app import CLIENT_ID, CLIENT_SECRET, Pairs, make_app
from connectors.sandbox.faults import FAULTS, Faults
from connectors.sandbox.filing import Filing
from connectors.sandbox.seed import seeded
from connectors.sandbox.services import FILING
from connectors.sandbox.state import State
from dialogues.actions import all_actions
from dialogues.catalogue import load_catalogue
from tests.clock import FakeClock
from tests.connectors.sandbox import served
from tests.dialogues.model import trained_model
from tests.harness import PUBLIC_URL, System, login_at, running_system

if TYPE_CHECKING:
    from dialogues.engine.engine import Engine
    from dialogues.engine.rasa import Model


@pytest.fixture(scope="session")
def model() -> Model:
    from dialogues.engine.rasa import load_model

    return load_model(trained_model())


@dataclass(slots=True)
class Service:
    """The service with its real dialogue, and the State behind it."""

    system: System
    state: State
    faults: Faults
    audit: MemoryAudit
    filing: Filing


def told_by(clock: FakeClock) -> Runtime:
    """The world around the connectors, by the test's clock: what they remember grows old with it."""
    return replace(system_runtime(), now=clock, ticks=lambda: clock().timestamp())


@asynccontextmanager
async def running_counter(
    database_url: str,
    model: Model,
    codes: tuple[str, ...] = (),
    *,
    login: bool = False,
    clock: FakeClock | None = None,
    **settings: Any,
) -> AsyncIterator[Service]:
    """Everything but the processes: signed HTTP in, the phone as providers, the sandbox State over HTTP.

    ``login``: its login is set up as well.
    """
    clock = clock or FakeClock()
    state = seeded(clock)
    async with AsyncExitStack() as stack:
        pairs = Pairs(redirects=(f"{PUBLIC_URL}/link/back",))
        sandbox = make_app(state, pairs=pairs)
        url = await stack.enter_async_context(served(sandbox))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        audit = MemoryAudit()
        registries = connect(url, CLIENT_ID, CLIENT_SECRET, session=session, audit=audit, runtime=told_by(clock))

        both = (list(registries.cases.values()), registries.contacts)

        def dialogue(store: Store) -> Engine:
            from dialogues.engine.engine import Engine

            privacy = privacy_reads(store, default=settings.get("notices_default") == "on")
            view = one_view(store, both[0], clock)
            documents, certificates = document_reads(store), certificate_reads(store, both[0], clock)
            reads = StoreReads(view, store.codes, registries.contacts, privacy, documents, certificates)
            return Engine(model, all_actions(reads, load_catalogue()), SPOKEN)

        more = (login_at(url) if login else {}) | settings
        running = running_system(database_url, dialogue, clock=clock, codes=codes, registries=both, **more)
        system = await stack.enter_async_context(running)
        await system.settle()  # the feeds have been read once
        yield Service(system, state, sandbox[FAULTS], audit, sandbox[FILING])
        assert [entry.operation for entry, _ in audit.rows if not entry.cause.protocol] == []


@pytest.fixture
async def service(database_url: str, model: Model) -> AsyncIterator[Service]:
    async with running_counter(database_url, model, ("135790", "246801", "975310")) as service:
        yield service
