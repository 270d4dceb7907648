"""Certificates: pages and seals a second on a core, issues from sheet to sealed PDF, how fast a code is answered.

Sealing is measured in processor time as well: that is what one core can do when nothing else runs on it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.certificates.issuer import PaperIssuer
from bot.certificates.paper.page import Place, draw
from bot.certificates.seal.holding import hold
from bot.certificates.seal.process import SealProcess
from bot.certificates.verify.checker import Checker, FileReader
from bot.runtime import utc_now
from bot.store import Store
from casestore.database import Database
from casestore.migrate import migrate
from casestore.tables import certificates
from casestore.vault import Vault
from nlu.certificate_codes import new_code
from tests.bot.certificates.sheets import CLEARANCE, FAMILY

SEALS, ISSUES, RECORDS, ASKED = 30, 40, 100_000, 1_000


def run() -> dict[str, Any]:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="bench-seal-") as name:
        folder = Path(name)
        return asyncio.run(_sealing(folder)) | asyncio.run(_issuing(folder)) | asyncio.run(_asking(folder))


async def _sealing(folder: Path) -> dict[str, Any]:
    holding, place = hold({"folder": str(folder / "authority")}), Place("https://counter.gov.gr", sample=True)
    pages = [draw(replace(CLEARANCE, protocol=f"ΕΦ-2026-{n:06d}"), new_code(secrets.randbelow), "1" * 420, place)
             for n in range(SEALS)]  # fmt: skip
    drawn = iter(range(10**6))

    async def page() -> None:
        draw(replace(FAMILY, protocol=f"ΚΕ-2026-{next(drawn):06d}"), new_code(secrets.randbelow), "1" * 420, place)

    left, more = iter(pages), iter(pages)
    found = {"pages a cpu second": round(await _per_second(page, SEALS), 1)}
    found["seals B-LT a cpu second"] = round(
        await _per_second(lambda: holding.sealer.seal(next(left), lasting=False), SEALS), 1
    )
    found["seals B-LTA a cpu second"] = round(
        await _per_second(lambda: holding.sealer.seal(next(more), lasting=True), SEALS), 1
    )
    return found


async def _per_second(act: Callable[[], Awaitable[Any]], times: int) -> float:
    """By processor time."""
    began = time.process_time()
    for _ in range(times):
        await act()
    return times / (time.process_time() - began)


async def _issuing(folder: Path) -> dict[str, Any]:
    """20 at once, through the process that holds the key."""
    issuer = PaperIssuer(SealProcess({"folder": str(folder / "authority")}), "https://counter.gov.gr")
    await issuer.issue(CLEARANCE)  # it has started
    turns, took = asyncio.Semaphore(20), list[float]()

    async def one(number: int) -> None:
        async with turns:
            began = time.perf_counter()
            await issuer.issue(replace(CLEARANCE, protocol=f"ΕΦ-2026-{number:06d}"))
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(ISSUES)))
    elapsed = time.perf_counter() - began
    await issuer.close()
    return {"issues a second, 20 at once": round(ISSUES / elapsed, 1), "issue p95 ms": _share(took, 0.95)}


async def _asking(folder: Path) -> dict[str, Any]:
    """A code among so many that are on record, SQLite."""
    database = Database(f"sqlite+aiosqlite:///{folder}/counter.db")
    await migrate(database)
    store = Store.over(database, Vault(["a secret for a benchmark"]))
    codes = [new_code(secrets.randbelow) for _ in range(RECORDS)]
    async with database.write() as connection:
        for start in range(0, RECORDS, 5000):
            await connection.execute(insert(certificates), [_row(store, code) for code in codes[start : start + 5000]])
    checker, took = Checker(store.issued, FileReader((), utc_now), utc_now), []
    for number in range(ASKED):
        code = codes[secrets.randbelow(RECORDS)] if number % 2 else new_code(secrets.randbelow)
        began = time.perf_counter()
        await checker.codes.verdict(code)
        took.append(time.perf_counter() - began)
    await database.close()
    return {"records": RECORDS, "verdict of a code p50 ms": _share(took, 0.5), "p99 ms": _share(took, 0.99)}


def _row(store: Store, code: str) -> dict[str, Any]:
    row: dict[str, Any] = {"code_key": store.issued.key(code), "sha256": secrets.token_hex(32), "kind": CLEARANCE.kind}
    row |= {"title": CLEARANCE.title, "issuer": CLEARANCE.office, "issued_at": CLEARANCE.issued_at}
    return row | {"valid_until": CLEARANCE.issued_at + timedelta(days=90)}


def _share(took: Sequence[float], share: float) -> float:
    return round(1000 * sorted(took)[int(len(took) * share)], 1)
