"""Is it genuine? Anybody asks, on either channel: signed HTTP in, real papers, the limited child, the telephone."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.certificates.issuer import record
from bot.certificates.verify.build import GUESSES
from bot.phone.people import PEOPLE
from casestore.certificates.records import Why
from casestore.documents.lifecycle import DocumentState as S
from casestore.tables import certificate_checks
from nlu.certificate_codes import new_code
from tests.bot.certificates.papers import Papers, papers
from tests.bot.certificates.sheets import CLEARANCE, FAMILY
from tests.bot.certificates.verify.photos import page_of, photo
from tests.bot.documents import files
from tests.clock import FakeClock
from tests.journeys.conftest import Service, running_counter
from tests.journeys.papers import CASE, B, linked, paper_status, send, states
from tests.journeys.talk import sms, viber

if TYPE_CHECKING:
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
STRANGER = PEOPLE[0]


@pytest.fixture(scope="module")
def sealed() -> Papers:
    return papers()


@pytest.fixture
async def service(sqlite_url: str, model: Model, sealed: Papers, tmp_path: Path) -> AsyncIterator[Service]:
    """Both papers are on record, and it is an hour since."""
    sealed.lend(tmp_path)
    clock = FakeClock(CLEARANCE.issued_at + timedelta(hours=1))
    async with running_counter(sqlite_url, model, ("135790",), clock=clock) as service:
        store = service.system.store
        async with store.database.write() as connection:
            await record(store.issued, connection, CLEARANCE, sealed.plain)
            await record(store.issued, connection, FAMILY, sealed.lasting)
        yield service


async def revoke(service: Service, code: str) -> None:
    store = service.system.store
    async with store.database.write(wake=True) as connection:
        assert await store.issued.revoke(connection, code, "eleni", Why.REPLACED, service.system.clock())


def changed(pdf: bytes) -> bytes:
    return pdf.replace(b"/Title", b"/Titel", 1)


def scanned(pdf: bytes) -> bytes:
    """Printed and scanned: a PDF of a picture of it, without the seal."""
    made = io.BytesIO()
    page_of(pdf).save(made, "PDF", resolution=118)
    return made.getvalue()


async def test_anybody_asks_of_a_code_on_either_channel(service: Service, sealed: Papers) -> None:
    code = sealed.plain.code
    for ask, address in ((viber, STRANGER.viber_id), (sms, STRANGER.number)):
        told = await ask(service, address, f"είναι γνήσιο; {code.lower()}")
        assert "ισχύει" in told
        assert CLEARANCE.title in told
        assert CLEARANCE.holder not in told
        assert "λάθος" in await ask(service, address, f"{code[:-1]}{'1' if code[-1] != '1' else '2'}")
        unknown = await ask(service, address, new_code(Random(7).randrange))
        assert "πλαστογραφία" in unknown
    await revoke(service, code)
    for ask, address in ((viber, STRANGER.viber_id), (sms, STRANGER.number)):
        told = await ask(service, address, code)
        assert "ανακληθεί" in told
        assert "εκδόθηκε άλλο" in told
    await service.system.later(40 * 86_400)
    assert "ανακληθεί" in await viber(service, STRANGER.viber_id, code)  # which says more than that it expired


async def test_the_pdf_itself_altered_expired_revoked_and_of_others(service: Service, sealed: Papers) -> None:
    async def told_of(content: bytes) -> str:
        return await send(service, content, "χαρτί.pdf", STRANGER)

    said = await told_of(sealed.plain.pdf)
    assert "Γνήσιο" in said
    assert CLEARANCE.title in said
    assert CLEARANCE.holder not in said
    assert "ναι" not in said.lower().split()  # nothing is asked
    said = await told_of(changed(sealed.plain.pdf))
    assert "πιθανή πλαστογραφία" in said
    assert "αστυνομία" in said
    assert "σάρωση" in await told_of(scanned(sealed.plain.pdf))
    await service.system.later(40 * 86_400)
    assert "έληξε" in await told_of(sealed.plain.pdf)
    await revoke(service, sealed.lasting.code)
    said = await told_of(sealed.lasting.pdf)
    assert "ανακληθεί" in said
    assert "Μην το δεχτείτε" in said
    assert await states(service) == []  # nothing of it is kept


async def test_a_photo_is_read_by_its_signed_qr(service: Service, sealed: Papers) -> None:
    said = await send(service, photo(page_of(sealed.plain.pdf), Random(3)), person=STRANGER)
    assert "QR" in said
    assert CLEARANCE.title in said
    assert CLEARANCE.holder in said  # as the photo itself says it
    assert CLEARANCE.protocol in said


async def test_who_asks_first_is_told_also_where_there_is_nothing_of_ours(service: Service, sealed: Papers) -> None:
    await linked(service)
    for content, said in (
        (files.pdf(1), "Δεν εκδόθηκε από εδώ"),
        (files.photo(), "QR"),
        (b"%PDF-1.7 nonsense", "Δεν διαβάζεται"),
    ):
        assert "QR" in await viber(service, B.viber_id, "είναι γνήσιο αυτό το πιστοποιητικό;")
        told = await send(service, content, "a.pdf")
        assert said in told
        assert CASE not in told
    assert CASE in await send(service, files.photo())  # and the next one is a paper again
    assert await states(service) == [S.CHECKED]


async def test_where_a_paper_is_missing_a_certificate_is_checked_before_anything_is_asked(
    service: Service, sealed: Papers
) -> None:
    await linked(service)
    told = await send(service, sealed.plain.pdf, "a.pdf")
    assert told.index("Γνήσιο") < told.index(CASE)  # both could be meant
    assert "Δεν στάλθηκε πουθενά" in await viber(service, B.viber_id, "όχι")
    told = await send(service, changed(sealed.plain.pdf), "a.pdf")
    assert "πιθανή πλαστογραφία" in told
    assert CASE not in told
    assert "Στείλτε το ξανά" in await viber(service, B.viber_id, "ναι")
    assert await states(service) == [S.TAKEN_BACK, S.TAKEN_BACK]
    assert paper_status(service) == "missing"
    assert CASE in await send(service, scanned(sealed.plain.pdf), "a.pdf")  # a scan may be what is missing
    await viber(service, B.viber_id, "ναι")
    assert paper_status(service) == "submitted"


async def test_a_file_of_a_stranger_with_nothing_of_ours_is_as_before(service: Service) -> None:
    told = await send(service, files.photo(), person=STRANGER)
    assert "κράτησα" in told
    assert "πλαστ" not in told
    assert "ΑΦΜ" in await viber(service, STRANGER.viber_id, "ναι")


async def test_guesses_and_files_are_counted_as_on_the_page(service: Service) -> None:
    chance = Random(11)
    said = []
    for _ in range(GUESSES[0].burst + 1):
        await service.system.later(10)
        said.append(await viber(service, STRANGER.viber_id, new_code(chance.randrange)))
    assert "Άγνωστος" in said[0]
    assert sum("Πολλοί έλεγχοι" in one for one in said) <= 1
    quick = [await viber(service, PEOPLE[2].viber_id, new_code(chance.randrange)) for _ in range(8)]
    assert all("Άγνωστος" in one or one == "" for one in quick)


async def test_a_file_that_is_gone_or_elsewhere_is_said_to_be(service: Service) -> None:
    await viber(service, STRANGER.viber_id, "είναι γνήσιο το πιστοποιητικό;")
    for url in ("https://evil.example/x.pdf", "http://169.254.169.254/latest"):
        before = len(service.system.said_to(STRANGER.viber_id))
        message = {"type": "file", "media": url, "file_name": "x.pdf", "size": 10}
        assert await service.system.phone.viber.say(STRANGER.viber_id, message)
        await service.system.settle()
        told = service.system.said_to(STRANGER.viber_id)[before:]
        assert len(told) == 1
    async with service.system.store.database.read() as connection:
        left = await connection.scalars(select(certificate_checks.c.state))
        assert set(left) == {"done"}
