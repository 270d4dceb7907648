"""The upload page of a one-time link: by SMS, by browser without a script, and as JSON."""

from __future__ import annotations

import io

import aiohttp
import pikepdf
import pytest

from casestore.documents.lifecycle import DocumentState as S
from casestore.documents.upload_links import LIFETIME
from connectors.sandbox.model import Document
from tests.bot.documents import files
from tests.journeys.conftest import Service
from tests.journeys.papers import CASE, PAPER, B, link_in, linked, paper_status, states, upload
from tests.journeys.talk import sms, viber

pytestmark = pytest.mark.slow


@pytest.fixture
async def token(service: Service) -> str:
    """The link that a known number asked for by SMS."""
    await sms(service, B.number, "τι χαρτιά λείπουν από το κτηματολόγιο;")
    return link_in(await sms(service, B.number, "πώς το στέλνω το χαρτί;"))


async def page(service: Service, token: str, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{service.system.url}/upload/{token}") as response,
    ):
        assert response.headers["Cache-Control"] == "no-store"
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        return response.status, await response.text()


async def test_a_paper_is_uploaded_and_the_protocol_number_comes_by_sms(service: Service, token: str) -> None:
    status, shown = await page(service, token)
    assert status == 200
    assert CASE in shown
    assert "Τοπογραφικό διάγραμμα" in shown
    assert shown.count("<script") == 1  # its own; without it the form sends the files itself
    before = len(service.system.said_to(B.number))
    status, answer = await upload(service.system, token, ("σάρωση.pdf", files.pdf(2)))
    assert status == 200
    assert [(each["name"], each["result"], each["reason"]) for each in answer["files"]] == [("σάρωση.pdf", "taken", "")]
    await service.system.settle()
    [handed] = service.filing.of_case(CASE).values()
    told = "\n".join(service.system.said_to(B.number)[before:])
    assert handed.number in told
    assert await states(service) == [S.SUBMITTED]
    assert "Δεν λείπει κάτι" in (await page(service, token))[1]


async def test_a_page_answers_a_browser(service: Service, token: str) -> None:
    status, shown = await upload(
        service.system, token, ("a.jpg", files.photo()), ("β.pdf", files.locked_pdf()), accept="text/html"
    )
    assert status == 200
    assert "Το παραλάβαμε" in shown
    assert "a.jpg" in shown
    assert "χρειάζεται κωδικό" in shown
    await service.system.settle()
    assert paper_status(service) == "submitted"


async def test_a_name_is_shown_and_never_obeyed(service: Service, token: str) -> None:
    name = '../../<b onload="x">.pdf'
    _, shown = await upload(service.system, token, (name, b"<html>"), accept="text/html")
    assert "<b onload" not in shown
    assert ".." not in shown
    assert "Δεν παραδόθηκε κάτι" in shown


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("a.pdf", b"<html><script>", "type", id="html"),
        pytest.param("a.pdf", b"", "empty", id="empty"),
        pytest.param("a.pdf", files.pdf_with_program(), "active", id="active"),
        pytest.param("a.jpg", b"\xff\xd8\xff" + b"0" * (21 * 1024 * 1024), "too-large", id="21 MB"),
        pytest.param("a.png", files.png(40_000, 40_000), "dimensions", id="bomb"),
    ],
)
async def test_what_is_not_taken_has_its_reason(
    service: Service, token: str, name: str, content: bytes, reason: str
) -> None:
    _, answer = await upload(service.system, token, (name, content))
    [told] = answer["files"]
    assert (told["result"], told["reason"]) == ("refused", reason)
    assert told["why"]
    await service.system.settle()
    assert await states(service) == []
    assert paper_status(service) == "missing"


async def test_several_pages_are_one_paper_in_their_order(service: Service, token: str) -> None:
    await upload(
        service.system, token, ("1.jpg", files.photo()), ("2.pdf", files.pdf(2)), ("3.jpg", files.photo(orientation=6))
    )
    await service.system.settle()
    [handed] = service.filing.of_case(CASE).values()
    with pikepdf.open(io.BytesIO(handed.file.sheet.content)) as made:
        assert len(made.pages) == 4


async def test_the_same_form_sent_again_hands_in_nothing_more(service: Service, token: str) -> None:
    sequence, sent = service.state.case(CASE).sequence, files.pdf()
    for _ in range(2):
        _, answer = await upload(service.system, token, ("a.pdf", sent))
        assert answer["files"][0]["result"] == "taken"
    await service.system.settle()
    assert await states(service) == [S.SUBMITTED]
    assert service.state.case(CASE).sequence == sequence + 1


async def test_of_several_missing_papers_one_is_picked(service: Service, token: str) -> None:
    service.state.require(CASE, [Document("identity-card", "Ταυτότητα", "missing", "", None)])
    await service.system.later(31)
    _, shown = await page(service, token)
    assert shown.count('type="radio"') == 2
    status, answer = await upload(service.system, token, ("a.pdf", files.pdf()))
    assert (status, answer["error"]) == (400, "no-paper")
    status, shown = await upload(service.system, token, ("a.pdf", files.pdf()), accept="text/html", paper="nonsense")
    assert (status, "Ποιο έγγραφο είναι;" in shown) == (400, True)
    await upload(service.system, token, ("a.pdf", files.pdf()), paper="identity-card")
    await service.system.settle()
    assert list(service.filing.of_case(CASE)) == ["identity-card"]


async def test_a_form_without_a_file_is_asked_for_one(service: Service, token: str) -> None:
    status, shown = await upload(service.system, token, accept="text/html", paper=PAPER)
    assert (status, "Δεν διαλέξατε αρχείο" in shown) == (400, True)


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
async def test_what_is_no_form_is_refused(service: Service, token: str, content_type: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{service.system.url}/upload/{token}", data=b"--x\r\nnonsense", headers={"Content-Type": content_type}
        ) as response,
    ):
        assert response.status == 400


async def test_a_link_that_does_not_count_says_the_same_whatever_the_reason(service: Service, token: str) -> None:
    status, unknown = await page(service, "x" * 32)
    assert status == 404
    assert "Ο σύνδεσμος δεν ανοίγει κάτι" in unknown
    assert (await upload(service.system, "x" * 200, ("a.pdf", files.pdf())))[0] == 404
    service.system.clock.forward(LIFETIME.total_seconds())
    assert await page(service, token) == (404, unknown)
    assert (await upload(service.system, token, ("a.pdf", files.pdf())))[0] == 404
    assert await states(service) == []


async def test_a_link_ends_with_the_link_to_its_citizen(service: Service) -> None:
    await linked(service)
    await viber(service, B.viber_id, "τι χαρτιά λείπουν;")
    token = link_in(await viber(service, B.viber_id, "πώς το στέλνω το χαρτί;"))
    assert (await page(service, token))[0] == 200
    await viber(service, B.viber_id, "αποσύνδεση")
    assert (await page(service, token))[0] == 404


async def test_another_sites_form_is_refused(service: Service, token: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{service.system.url}/upload/{token}", data={"paper": PAPER}, headers={"Sec-Fetch-Site": "cross-site"}
        ) as response,
    ):
        assert response.status == 403


async def test_the_chat_is_answered_in_its_language(service: Service) -> None:
    await sms(service, B.number, "which documents are missing from my cadastre case?")
    token = link_in(await sms(service, B.number, "can i send a photo here"))
    assert "Hand in a document" in (await page(service, token))[1]


async def test_the_token_is_in_no_transcript(service: Service, token: str) -> None:
    async with service.system.store.database.read() as connection:
        from casestore.tables import transcript

        lines = await connection.execute(transcript.select())
        for line in lines:
            assert token not in service.system.store.vault.open("transcript.text", line.text_sealed)
