"""The admin API and the clerk's page: what is done there, a connector sees."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.connectors.sandbox import Sandbox

A_CASE = quote("ΑΔ-2026-000123")
CASE = f"/admin/cases/{A_CASE}"


async def ask(sandbox: Sandbox, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    async with sandbox.session.request(method, sandbox.url + path, json=body) as response:
        return response.status, await response.json()


async def test_a_case_is_driven_to_its_end(sandbox: Sandbox) -> None:
    registry = sandbox.registries().cases["permits"]
    for path, body in (
        ("/stage", {"stage": "pre-approval", "note": "Στον μηχανικό"}),
        ("/documents", {"documents": [{"code": "gas", "reason": "Λείπει η υπογραφή", "deadline": "2026-12-10"}]}),
        ("/documents/gas/reject", {"reason": "Ανυπόγραφο"}),
        ("/documents/gas/accept", None),
        ("/decision", {"outcome": "partly", "note": "Χωρίς υπόγειο"}),
        ("/close", None),
    ):
        status, shown = await ask(sandbox, "POST", CASE + path, body)
        assert status == 200, (path, shown)
    found = await registry.case("ΑΔ-2026-000123")
    assert found is not None
    assert (found.stage, found.outcome, found.closed, found.sequence) == ("pre-approval", "partly", True, 8)
    assert found.note == "Χωρίς υπόγειο"
    gas = next(document for document in found.documents if document.code == "gas")
    assert (gas.title, gas.status) == ("Καύσιμο αέριο", "accepted")


async def test_a_new_case(sandbox: Sandbox) -> None:
    body = {"registry": "kep", "afm": "090000069", "procedure": "family-status-certificate", "title": "Για σχολείο"}
    status, shown = await ask(sandbox, "POST", "/admin/cases", body)
    assert (status, shown["caseReference"], shown["stageCode"]) == (201, "ΚΕ-2026-000502", "submission")
    [found] = (await sandbox.registries().cases["kep"].cases_of("090000069")).cases
    assert (found.title, found.procedure) == ("Για σχολείο", "family-status-certificate")


async def test_a_number_changes_hands(sandbox: Sandbox) -> None:
    assert await ask(sandbox, "PUT", "/admin/citizens/123456783", {"mobile": None}) == (
        200,
        {"afm": "123456783", "first": "Μαρία", "last": "Αντωνίου", "mobile": None},
    )
    assert await sandbox.registries().contacts.mobile_of("123456783") is None


@pytest.mark.parametrize(
    ("query", "references"),
    [
        ("?afm=090000045", ["ΕΦ-2026-000201", "ΚΤ-2026-000301"]),
        ("?afm=090000045&registry=efka", ["ΕΦ-2026-000201"]),
        ("?registry=permits", ["ΑΔ-2026-000123"]),
        ("?afm=1", []),
    ],
)
async def test_lists(sandbox: Sandbox, query: str, references: list[str]) -> None:
    _, answer = await ask(sandbox, "GET", f"/admin/cases{query}")
    assert [case["caseReference"] for case in answer["cases"]] == references


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/admin/cases/AD-2026-999999", None, 404),
        ("GET", "/admin/citizens/1", None, 404),
        ("POST", f"{CASE}/stage", {"stage": "completeness-check"}, 409),
        ("POST", f"{CASE}/stage", {}, 422),
        ("POST", f"{CASE}/decision", {"outcome": "perhaps"}, 422),
        ("POST", f"{CASE}/documents", {"documents": [{"code": ""}]}, 422),
        ("POST", f"{CASE}/documents/gas/accept", None, 409),
        ("PUT", "/admin/faults/weather", {"kind": "slow"}, 404),
        ("PUT", "/admin/faults/permits", {"kind": "earthquake"}, 422),
        ("PUT", "/admin/faults/permits", {"kind": "error", "times": 0}, 422),
    ],
)
async def test_refusals(sandbox: Sandbox, method: str, path: str, body: Any, status: int) -> None:
    answered, answer = await ask(sandbox, method, path, body)
    assert answered == status
    assert answer["error"]
    assert sandbox.faults.standing() == {}


async def test_faults_are_put_and_cleared(sandbox: Sandbox) -> None:
    _, standing = await ask(sandbox, "PUT", "/admin/faults/permits", {"kind": "error", "times": 2})
    assert standing == {"permits": {"kind": "error", "seconds": 0.0, "times": 2}}
    await ask(sandbox, "PUT", "/admin/faults/efka", {"kind": "hang"})
    _, standing = await ask(sandbox, "DELETE", "/admin/faults/permits")
    assert list(standing) == ["efka"]
    assert (await ask(sandbox, "DELETE", "/admin/faults"))[1] == {}


async def test_tokens_are_expired(sandbox: Sandbox) -> None:
    registries = sandbox.registries()
    await registries.contacts.mobile_of("123456783")
    assert await ask(sandbox, "POST", "/admin/tokens/expire") == (200, {"issued": 1})
    await registries.contacts.mobile_of("090000045")
    assert sandbox.tokens.issued == 2


async def test_no_events_where_none_are_posted(sandbox: Sandbox) -> None:
    assert await ask(sandbox, "GET", "/admin/events") == (200, {"events": []})


# The clerk's page


async def page(sandbox: Sandbox, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    method = "GET" if form is None else "POST"
    async with sandbox.session.request(method, sandbox.url + path, data=form) as response:
        return response.status, await response.text()


async def test_the_list_and_its_filters(sandbox: Sandbox) -> None:
    assert "ΑΔ-2026-000123" in (await page(sandbox, "/"))[1]
    assert "ΚΤ-2026-000301" in (await page(sandbox, "/clerk/?registry=cadastre&show=waiting"))[1]
    assert "Καμία υπόθεση" in (await page(sandbox, "/clerk/?registry=permits&show=waiting"))[1]
    assert "ΠΠ-2026-000401" in (await page(sandbox, "/clerk/?q=pp+2026+401"))[1]
    both = (await page(sandbox, "/clerk/?q=090000045"))[1]
    assert "ΕΦ-2026-000201" in both
    assert "ΚΤ-2026-000301" in both


@pytest.mark.parametrize("query", ["page=0", "page=²", "page=99999999", "registry=x&show=y", "q=%00<script>"])
async def test_odd_queries_get_a_page(sandbox: Sandbox, query: str) -> None:
    status, text = await page(sandbox, f"/clerk/?{query}")
    assert status == 200
    assert "<script>" not in text


async def test_pages_of_a_long_list(sandbox: Sandbox) -> None:
    for _ in range(30):
        sandbox.state.open("kep", "090000069", "birth-certificate", "")
    first, second = (
        (await page(sandbox, "/clerk/?registry=kep"))[1],
        (await page(sandbox, "/clerk/?registry=kep&page=2"))[1],
    )
    assert "ΚΕ-2026-000531" in first
    assert "ΚΕ-2026-000501" not in first
    assert "ΚΕ-2026-000501" in second


@pytest.mark.parametrize(
    ("act", "form", "said", "seen"),
    [
        ("stage", {"stage": "review", "note": " Σε  μηχανικό "}, "άλλαξε", ("review", "Σε μηχανικό", None, False)),
        ("missing", {"code": "gas"}, "ζητήθηκε", ("completeness-check", "", None, False)),
        ("accept", {"code": "coverage-plan"}, "έγινε δεκτό", ("completeness-check", "", None, False)),
        ("reject", {"code": "coverage-plan"}, "απορρίφθηκε", ("completeness-check", "", None, False)),
        ("decide", {"outcome": "refused"}, "καταχωρίστηκε", ("completeness-check", "", "refused", False)),
        ("close", {}, "έκλεισε", ("completeness-check", "", None, True)),
    ],
)
async def test_what_the_clerk_does_the_connector_sees(
    sandbox: Sandbox, act: str, form: dict[str, str], said: str, seen: tuple[str, str, str | None, bool]
) -> None:
    registry = sandbox.registries().cases["permits"]
    cursor = (await registry.changes("")).cursor
    status, text = await page(sandbox, f"/clerk/cases/{A_CASE}/{act}", form)
    assert status == 200
    assert 'role="status"' in text
    assert said in text
    [found] = (await registry.changes(cursor)).cases
    assert (found.stage, found.note, found.outcome, found.closed) == seen
    assert found.sequence == 3


async def test_a_missing_paper_with_its_reason_and_deadline(sandbox: Sandbox) -> None:
    form = {"code": "gas", "reason": "Ανυπόγραφη <b>", "deadline": "2026-12-10"}
    _, text = await page(sandbox, f"/clerk/cases/{A_CASE}/missing", form)
    assert "Ανυπόγραφη &lt;b&gt; Προθεσμία: 10/12/2026." in text
    found = await sandbox.registries().cases["permits"].case("ΑΔ-2026-000123")
    assert found is not None
    assert [(one.reason, str(one.deadline)) for one in found.documents if one.code == "gas"] == [
        ("Ανυπόγραφη <b>", "2026-12-10")
    ]


@pytest.mark.parametrize(
    ("act", "form", "said"),
    [
        ("stage", {}, "δεν έχει τέτοιο στάδιο"),
        ("missing", {}, "Δεν δηλώθηκε"),
        ("missing", {"code": "gas", "deadline": "αύριο"}, "δεν είναι ημερομηνία"),
        ("accept", {"code": "title-deed"}, "δεν εκκρεμεί"),
        ("decide", {}, "έγκριση, απόρριψη"),
    ],
)
async def test_what_the_clerk_may_not_do_is_said_on_the_page(
    sandbox: Sandbox, act: str, form: dict[str, str], said: str
) -> None:
    status, text = await page(sandbox, f"/clerk/cases/{A_CASE}/{act}", form)
    assert status == 409
    assert 'role="alert"' in text
    assert said in text
    assert sandbox.state.case("ΑΔ-2026-000123").sequence == 2


async def test_a_closed_case_offers_nothing_to_do(sandbox: Sandbox) -> None:
    sandbox.state.close("ΑΔ-2026-000123")
    status, text = await page(sandbox, f"/clerk/cases/{A_CASE}")
    assert status == 200
    assert "ΑΔ-2026-000123" in text
    assert "<form" not in text


@pytest.mark.parametrize("path", ["/clerk/cases/AD-2026-999999", "/clerk/cases/nonsense"])
async def test_a_case_that_is_not_there(sandbox: Sandbox, path: str) -> None:
    status, text = await page(sandbox, path)
    assert status == 404
    assert "Δεν βρέθηκε" in text


async def test_an_act_that_is_not_there(sandbox: Sandbox) -> None:
    assert (await page(sandbox, f"/clerk/cases/{A_CASE}/burn", {}))[0] == 404


async def test_the_clerk_opens_a_case(sandbox: Sandbox) -> None:
    assert "Αποζημίωση πλημμύρας" in (await page(sandbox, "/clerk/new"))[1]
    form = {"procedure": "civil_protection/flood-compensation", "afm": "090000069", "title": "Υπόγειο"}
    status, text = await page(sandbox, "/clerk/new", form)
    assert status == 200
    assert "Η υπόθεση άνοιξε" in text
    [found] = (await sandbox.registries().cases["civil_protection"].cases_of("090000069")).cases
    assert (found.title, found.stage) == ("Υπόγειο", "application")


@pytest.mark.parametrize("form", [{"afm": "1"}, {"procedure": "kep/birth-certificate", "afm": "999999999"}])
async def test_a_case_of_nobody_is_not_opened(sandbox: Sandbox, form: dict[str, str]) -> None:
    before = sum(1 for _ in sandbox.state.cases())
    status, text = await page(sandbox, "/clerk/new", form)
    assert status == 409
    assert form["afm"] in text  # what was typed is still there
    assert sum(1 for _ in sandbox.state.cases()) == before


async def test_a_browser_that_is_lost_gets_a_page_and_a_program_a_line(sandbox: Sandbox) -> None:
    for accept, kind in (("text/html,*/*", "text/html"), ("*/*", "text/plain")):
        async with sandbox.session.get(f"{sandbox.url}/nothing", headers={"Accept": accept}) as response:
            assert (response.status, response.content_type) == (404, kind)


async def test_the_style_is_served_and_the_templates_are_not(sandbox: Sandbox) -> None:
    assert (await page(sandbox, "/clerk/static/clerk.css"))[0] == 200
    assert (await page(sandbox, "/clerk/static/../base.html"))[0] == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1", "Origin": "http://127.0.0.1:8083"}, 200),
        ({"Host": "[::1]:8083"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "bent-to-loopback.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "[::1"}, 403),
    ],
)
@pytest.mark.parametrize("path", [f"{CASE}/close", "/clerk/"])
async def test_only_this_machine_moves_cases(sandbox: Sandbox, path: str, headers: dict[str, str], status: int) -> None:
    method = "GET" if path == "/clerk/" else "POST"
    async with sandbox.session.request(method, sandbox.url + path, data=b"", headers=headers) as response:
        assert response.status == status
