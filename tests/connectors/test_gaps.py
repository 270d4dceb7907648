"""Events that are lost or come late: whoever follows them by sequence, and asks for what is missing, ends up right."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiohttp import web

from connectors.connect import WireProtocol, event_reader
from connectors.events import EventReader, RegistryEvent
from connectors.events_cases import StageChanged
from connectors.registry import CaseRegistry, Submission
from connectors.sandbox.admin import POST
from tests.connectors.sandbox import Sandbox, running, served

SECRET = "whsec_c2FuZGJveC1ldmVudHMtc2VjcmV0LW9mLTMyLWJ5dGU="
CASES = {
    "permits": ("ΑΔ-2026-000123", ["pre-approval", "assignment", "review", "issuance"]),
    "efka": ("ΕΦ-2026-000201", ["decision", "document-check", "processing", "submission"]),
    "cadastre": ("ΚΤ-2026-000301", ["legal-review", "registration", "submission", "completeness-check"]),
    "civil_protection": ("ΠΠ-2026-000401", ["final-grant", "application", "cross-checks", "first-relief"]),
    "kep": ("ΚΕ-2026-000501", ["issuance", "submission", "processing", "issuance"]),
}


@dataclass
class Follower:
    """The least that keeps up with a registry: a stage and a sequence for each case."""

    stages: dict[str, tuple[int, str]] = field(default_factory=dict)
    filled: int = 0
    reader: EventReader | None = None
    registry: CaseRegistry | None = None

    async def take(self, request: web.Request) -> web.Response:
        assert self.reader is not None
        event = self.reader.read(request.match_info["registry"], request.headers, await request.read())
        assert isinstance(event, RegistryEvent)
        assert isinstance(event.data, StageChanged)
        known = self.stages[event.subject][0]
        if event.sequence == known + 1:
            self.stages[event.subject] = (event.sequence, event.data.stage)
        elif event.sequence > known:
            await self.fill(event.subject)
        return web.Response()

    async def fill(self, reference: str) -> None:
        assert self.registry is not None
        self.filled += 1
        case = await self.registry.case(reference)
        assert case is not None
        self.stages[reference] = (case.sequence, case.stage)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/registries/{registry}/events", self.take)
        return app

    def follow(self, sandbox: Sandbox, name: str, protocol: WireProtocol) -> None:
        self.reader = event_reader([SECRET], sandbox.clock.now)
        self.registry = sandbox.registries(protocol=protocol).cases[name]
        case = sandbox.state.case(CASES[name][0])
        self.stages[case.reference] = (case.sequence, case.stage)


@pytest.mark.parametrize("protocol", [WireProtocol.JSON, WireProtocol.SOAP])
@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize(("fault", "filled"), [("lost", 1), ("late", 1), (None, 0)])
async def test_the_follower_ends_up_right(name: str, protocol: WireProtocol, fault: str | None, filled: int) -> None:
    follower = Follower()
    reference, stages = CASES[name]
    async with served(follower.app()) as url, running(events_url=url, events_secret=SECRET) as sandbox:
        follower.follow(sandbox, name, protocol)
        if fault:
            body = {"kind": fault, "times": 2}
            async with sandbox.session.put(f"{sandbox.url}/admin/faults/events", json=body) as answer:
                assert answer.status == 200
        for stage in stages:
            sandbox.state.move(reference, stage)
        await sandbox.app[POST].idle()
    case = sandbox.state.case(reference)
    assert follower.stages[reference] == (case.sequence, case.stage)
    assert follower.filled == filled


async def test_handing_in_a_document_leaves_no_gap_for_who_keeps_the_receipt() -> None:
    """A submission counts and sends no event: its receipt holds the case as it is since."""
    follower = Follower()
    async with served(follower.app()) as url, running(events_url=url, events_secret=SECRET) as sandbox:
        follower.follow(sandbox, "cadastre", WireProtocol.JSON)
        sent = Submission(
            "s-1", "ΚΤ-2026-000301", "090000045", "topographic-plan", "α.pdf", "application/pdf", b"%PDF-1"
        )
        assert follower.registry is not None
        case = (await follower.registry.submit(sent)).case
        follower.stages[case.reference] = (case.sequence, case.stage)
        sandbox.state.move("ΚΤ-2026-000301", "legal-review")
        await sandbox.app[POST].idle()
    assert follower.stages["ΚΤ-2026-000301"] == (5, "legal-review")
    assert follower.filled == 0
