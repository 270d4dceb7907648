"""``python -m bot verify`` and ``python -m bot certificate``, as an employee or anybody runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.certificates.issuer import record
from bot.notices.mass.operators import entry
from bot.settings import load
from bot.store import open_store
from casestore.tables import audit
from tests.bot.certificates.papers import Papers, papers
from tests.bot.certificates.sheets import CLEARANCE
from tests.journeys.commandline import Here, empty_folder

SECRET = "a secret of eleni's alone"


@pytest.fixture(scope="module")
def sealed() -> Papers:
    return papers()


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Here]:
    with empty_folder(monkeypatch, tmp_path):
        monkeypatch.setenv("BROADCAST_OPERATORS", entry("eleni", SECRET))
        yield Here(capsys)


async def test_a_file_is_checked_offline_with_the_published_root(bot: Here, sealed: Papers, tmp_path: Path) -> None:
    paper, other = tmp_path / "paper.pdf", tmp_path / "other.pdf"
    paper.write_bytes(sealed.lasting.pdf)
    other.write_bytes(sealed.lasting.pdf.replace(b"/Title", b"/Titel", 1))
    good = await bot("verify", str(paper), "--root", str(sealed.root), "--json")
    told = json.loads(good.out)
    assert (good.code, told["result"], told["basis"], told["code"]) == (0, "genuine", "seal", sealed.lasting.code)
    bad = await bot("verify", str(other), "--root", str(sealed.published))
    assert (bad.code, bad.out.startswith("altered: ")) == (1, True)
    nothing = await bot("verify", str(paper))
    assert (nothing.code, "no certificates to trust" in nothing.err) == (2, True)
    absent = await bot("verify", str(tmp_path / "none.pdf"), "--root", str(sealed.root))
    assert (absent.code, absent.out) == (2, "")
    (tmp_path / "root.pem").write_text("no certificate")
    refused = await bot("verify", str(paper), "--root", str(tmp_path / "root.pem"))
    assert (refused.code, "no root certificate" in refused.err) == (2, True)


async def test_an_employee_revokes_with_their_own_secret_and_it_is_noted(
    bot: Here, sealed: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = sealed.plain.code
    async with open_store(load(), migrating=True) as store, store.database.write() as connection:
        await record(store.issued, connection, CLEARANCE, sealed.plain)
    shown = await bot("certificate", "show", code.lower())
    assert (shown.code, json.loads(shown.out)["title"]) == (0, CLEARANCE.title)
    for secret, status, said in (("wrong", 2, ""), (SECRET, 0, "revoked\n"), (SECRET, 1, "nothing to revoke")):
        monkeypatch.setattr(sys, "stdin", StringIO(f"{secret}\n"))
        ended = await bot("certificate", "revoke", code, "--by", "eleni", "--reason", "replaced")
        assert (ended.code, ended.out.startswith(said)) == (status, True), ended
    assert json.loads((await bot("certificate", "show", code)).out)["result"] == "revoked"
    assert (await bot("certificate", "show", f"{code[:-1]}X")).code == 2
    async with open_store(load()) as store, store.database.read() as connection:
        noted = (await connection.execute(select(audit.c.actor, audit.c.action, audit.c.detail))).all()
    assert noted == [("eleni", "certificate.revoked", "replaced")]
