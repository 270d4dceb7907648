"""The citizen hands in a missing paper on Viber: signed HTTP in, a real child that checks, the State receives it."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from PIL import Image

from casestore.documents.lifecycle import DocumentState as S
from connectors.sandbox.faults import Fault, Kind
from tests.bot.documents import files
from tests.journeys.conftest import Service
from tests.journeys.papers import CASE, PAPER, B, linked, paper_status, send, states
from tests.journeys.talk import viber

pytestmark = pytest.mark.slow


@pytest.fixture
async def known(service: Service) -> Service:
    return await linked(service)


async def test_a_photo_is_asked_about_checked_and_received_by_the_registry(known: Service) -> None:
    sequence = known.state.case(CASE).sequence
    asked = await send(known, files.photo(orientation=6))
    assert CASE in asked
    assert "ναι" in asked.lower()
    assert await states(known) == [S.CHECKED]  # fetched at once: its link lives for an hour
    assert paper_status(known) == "missing"  # and nothing is handed in before the answer
    told = await viber(known, B.viber_id, "ναι")
    number = re.search(r"Αριθμός πρωτοκόλλου: (\S+)\.", told)
    assert number is not None, told
    [handed] = known.filing.of_case(CASE).values()
    assert handed.number == number[1]
    assert handed.file.sheet.media_type == "image/jpeg"
    assert b"Exif" not in handed.file.sheet.content
    with Image.open(io.BytesIO(handed.file.sheet.content)) as picture:
        assert picture.width > picture.height  # upright
    assert await states(known) == [S.SUBMITTED]
    assert known.state.case(CASE).sequence == sequence + 1


async def test_what_the_clerk_says_of_it_moves_our_record(known: Service) -> None:
    await send(known, files.photo())
    await viber(known, B.viber_id, "ναι")
    known.state.reject(CASE, PAPER, "Δεν φαίνεται η σφραγίδα")
    await known.system.later(31)
    assert await states(known) == [S.REJECTED]
    assert "σφραγίδα" in await viber(known, B.viber_id, "τι χαρτιά λείπουν;")
    await send(known, files.photo())
    await viber(known, B.viber_id, "ναι")
    known.state.accept(CASE, PAPER)
    await known.system.later(31)
    assert await states(known) == [S.REJECTED, S.ACCEPTED]
    [handed] = known.filing.of_case(CASE).values()
    told = await viber(known, B.viber_id, "το έστειλα το τοπογραφικό")
    assert told.count("Αριθμός πρωτοκόλλου") == 1  # of the one that came last
    assert handed.number in told


async def test_who_says_that_it_was_sent_is_told_by_the_registry_and_by_our_own_record(known: Service) -> None:
    await send(known, files.photo())
    known.faults.put("cadastre", Fault(Kind.ERROR))
    await viber(known, B.viber_id, "ναι")
    assert paper_status(known) == "missing"
    known.faults.clear("cadastre")
    waiting = await viber(known, B.viber_id, "το έστειλα το χαρτί")
    assert "το ελέγχω ακόμη" in waiting
    await known.system.later(600)
    [handed] = known.filing.of_case(CASE).values()
    assert handed.number in await viber(known, B.viber_id, "σας έστειλα το έγγραφο, το πήρατε;")


async def test_a_pdf_with_words_beside_it_goes_as_it_is(known: Service) -> None:
    sent = files.pdf(3)
    assert CASE in await send(known, sent, "σάρωση.pdf")
    await viber(known, B.viber_id, "ναι")
    [handed] = known.filing.of_case(CASE).values()
    assert handed.file.sheet.content == sent
    assert "σάρωση" not in handed.file.sheet.name


async def test_no_erases_it_and_nothing_is_handed_in(known: Service) -> None:
    await send(known, files.photo())
    assert "Δεν στάλθηκε πουθενά" in await viber(known, B.viber_id, "όχι")
    assert await states(known) == [S.TAKEN_BACK]
    await viber(known, B.viber_id, "ναι")
    assert paper_status(known) == "missing"


async def test_pages_sent_one_by_one_are_one_paper(known: Service) -> None:
    await send(known, files.photo())
    assert "2 αρχεία" in await send(known, files.photo(orientation=6))
    await viber(known, B.viber_id, "ναι")
    [handed] = known.filing.of_case(CASE).values()
    with pikepdf.open(io.BytesIO(handed.file.sheet.content)) as made:
        assert len(made.pages) == 2
    assert await states(known) == [S.SUBMITTED, S.SUBMITTED]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(files.locked_pdf(), "κωδικό", id="locked"),
        pytest.param(files.pdf_with_program(), "εντολές", id="active"),
        pytest.param(files.photo()[:5000], "δεν ανοίγει", id="cut"),
    ],
)
async def test_what_is_not_taken_is_said_with_its_reason(known: Service, content: bytes, why: str) -> None:
    assert why in await send(known, content, "paper.pdf")
    assert await states(known) == [S.REFUSED]
    assert "Στείλτε το ξανά" in await viber(known, B.viber_id, "ναι")
    assert paper_status(known) == "missing"


async def test_a_blurred_photo_is_said_to_be_and_still_handed_in(known: Service) -> None:
    assert "θολή" in await send(known, files.photo(blur=6))
    assert "πρωτοκόλλου" in await viber(known, B.viber_id, "ναι")
    assert paper_status(known) == "submitted"


@pytest.mark.parametrize("fault", [Kind.ERROR, Kind.UNANSWERED, Kind.MALFORMED])
async def test_a_registry_in_trouble_gets_it_once(known: Service, fault: Kind) -> None:
    await send(known, files.photo())
    sequence = known.state.case(CASE).sequence
    said = await viber(known, B.viber_id, "ευχαριστώ")
    known.faults.put("cadastre", Fault(fault, times=6))
    said = await viber(known, B.viber_id, "ναι")
    for _ in range(8):
        await known.system.later(60)
    said = "\n".join(known.system.said_to(B.viber_id))
    assert said.count("Αριθμός πρωτοκόλλου") == 1
    assert known.state.case(CASE).sequence == sequence + 1
    assert len(known.filing.of_case(CASE)) == 1


async def test_a_file_that_is_gone_is_asked_for_again(known: Service) -> None:
    phone = known.system.settings.viber_api_url.removesuffix("/pa")
    message = {"type": "picture", "media": f"{phone}/media/nothing/picture", "file_name": "x.jpg", "size": 10}
    assert await known.system.phone.viber.say(B.viber_id, message)
    await known.system.settle()
    assert "Στείλτε το ξανά" in known.system.said_to(B.viber_id)[-1]
    assert await states(known) == [S.REFUSED]


@pytest.mark.parametrize("url", ["https://evil.example/x.jpg", "http://169.254.169.254/latest", "file:///etc/passwd"])
async def test_nothing_is_fetched_from_elsewhere(known: Service, url: str) -> None:
    assert await known.system.phone.viber.say(B.viber_id, {"type": "picture", "media": url, "file_name": "x.jpg"})
    await known.system.settle()
    assert await states(known) == [S.REFUSED]


async def test_a_stranger_is_offered_linking_and_nothing_is_kept(service: Service) -> None:
    answer = await send(service, files.photo())
    assert "δεν το κράτησα" in answer.lower().replace("το αρχείο ", "")
    assert await states(service) == []
