"""Revoking a certificate in a headless browser: by keyboard, with no findings, and told honestly what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot.certificates.issuer import record
from bot.certificates.model import Issued
from casestore.staff.model import Role
from tests.bot.certificates.sheets import CLEARANCE
from tests.bot.console.test_browser import browser, flawless, opened, pytestmark  # noqa: F401 - a fixture and marks
from tests.clock import FakeClock
from tests.console import employ
from tests.fakes.dialogue import EchoDialogue
from tests.harness import System, running_system

CODE = "4TY6-KH90-TTY0-9K13"


@pytest.fixture
async def system(sqlite_url: str) -> AsyncIterator[System]:
    clock = FakeClock(CLEARANCE.issued_at + timedelta(days=1))
    async with running_system(sqlite_url, EchoDialogue(), public_url="http://127.0.0.1", clock=clock) as system:
        await employ(system.store, "anna@gov.gr", Role.SUPERVISOR, name="Άννα Π.")
        async with system.store.database.write() as connection:
            await record(system.store.issued, connection, CLEARANCE, Issued(CODE, b"%PDF-", "0" * 64))
        yield system


async def test_a_supervisor_revokes_by_keyboard(system: System, browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    page = await opened(browser, system)
    await page.get_by_role("link", name="Ανάκληση εγγράφου").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Κωδικός επαλήθευσης").focus()
    await page.keyboard.type("4ty6 kh90 tty0 9k14")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("λάθος")
    await flawless(page, tmp_path, "wrong")
    await page.get_by_label("Κωδικός επαλήθευσης").fill(CODE.lower())
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(CLEARANCE.title)).to_be_visible()
    await flawless(page, tmp_path, "found")
    await page.get_by_label("Γιατί ανακαλείται;").select_option("abuse")
    await page.get_by_role("button", name="Ανάκληση").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Ανακλήθηκε")).to_be_visible()
    await flawless(page, tmp_path, "revoked")
    found = await system.store.issued.by_code(CODE)
    assert found is not None
    assert found.revocation is not None
    assert found.revocation.by == "anna@gov.gr"
