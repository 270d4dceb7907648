"""What was issued, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.store import Store
from casestore.certificates.records import Certificate, Revocation, Why
from casestore.database import Database
from casestore.tables import audit, certificates
from casestore.vault import Vault
from tests.clock import START

CODE, OTHER = "4TY6-KH90-TTY0-9K13", "0000-0000-0000-0000"
ONE = Certificate(
    "a" * 64, "birth-certificate", "Ληξιαρχική πράξη", "Δήμος Αθηναίων", START, START + timedelta(days=90)
)


async def kept(store: Store, code: str = CODE, certificate: Certificate = ONE) -> None:
    async with store.database.write() as connection:
        await store.issued.keep(connection, code, certificate)


async def test_it_is_found_by_its_code_and_by_its_bytes(database: Database, vault: Vault) -> None:
    store = Store.over(database, vault)
    await kept(store)
    await kept(store, OTHER, replace(ONE, sha256="b" * 64, valid_until=None))
    assert await store.issued.by_code(CODE) == ONE == await store.issued.by_digest("a" * 64)
    assert await store.issued.by_code(OTHER) == replace(ONE, sha256="b" * 64, valid_until=None)
    assert await store.issued.by_code("1111-1111-1111-1111") is None
    assert await store.issued.by_digest("c" * 64) is None


@pytest.mark.parametrize("again", [(CODE, replace(ONE, sha256="b" * 64)), (OTHER, ONE)])
async def test_no_code_and_no_paper_is_kept_twice(
    again: tuple[str, Certificate], database: Database, vault: Vault
) -> None:
    store = Store.over(database, vault)
    await kept(store)
    with pytest.raises(IntegrityError):
        await kept(store, *again)


async def test_what_is_revoked_stays_so_and_is_in_the_audit_trail(database: Database, vault: Vault) -> None:
    store = Store.over(database, vault)
    await kept(store)
    async with database.write() as connection:
        revoke = store.issued.revoke
        assert not await revoke(connection, OTHER, "eleni", Why.ERROR, START)
        assert await revoke(connection, CODE, "eleni", Why.REPLACED, START)
        assert not await revoke(connection, CODE, "nikos", Why.ABUSE, START + timedelta(days=1))
    revoked = replace(ONE, revocation=Revocation(START, "eleni", Why.REPLACED))
    assert await store.issued.by_code(CODE) == revoked
    async with database.read() as connection:
        noted = (await connection.execute(select(audit.c.actor, audit.c.action, audit.c.detail))).all()
        row = (await connection.execute(select(certificates))).one()
    assert noted == [("eleni", "certificate.revoked", "replaced")]
    assert CODE.replace("-", "") not in str(row).replace("-", "")
