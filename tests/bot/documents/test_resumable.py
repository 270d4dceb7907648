"""A file that comes by the upload page piece by piece: it breaks off, goes on, and is handed in once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from casestore.database import Database
from casestore.documents.lifecycle import DocumentState as S
from casestore.documents.upload_links import LIFETIME, MOST_FILES
from casestore.documents.uploads import MOST_AT_ONCE, PIECE
from casestore.tables import upload_links
from tests.bot.documents import files
from tests.bot.documents.upload_page import Upload, running_upload

NOISE = bytes(range(256)) * 3000  # some three pieces, of no kind that is taken


@pytest.fixture
async def upload(database: Database) -> AsyncIterator[Upload]:
    async with running_upload(database) as made:
        yield made


async def test_what_breaks_off_goes_on_where_it_was_and_is_handed_in_once(upload: Upload) -> None:
    content, sender = files.photo(), upload.sender
    assert len(content) > PIECE
    status, place = await sender.begin(len(content))
    assert status == 201
    offset, steps = 0, iter([1, 1000, PIECE - 1, 3, len(content)])
    while offset < len(content):
        part = content[offset : offset + next(steps)]
        assert await sender.send(place, offset, part) == 204
        offset += len(part)
        assert await sender.offset(place) == offset
        assert await upload.kept() == [1, -(-offset // PIECE)]
    assert await sender.begin(len(content)) == (201, place)  # the same file, picked again
    assert await upload.hand_in(place) == [("σάρωση.pdf", "taken", "")]
    assert await upload.handed_in() == [(S.CHECKED, "survey")]
    assert await upload.kept() == [0, 0]


async def test_a_connection_that_breaks_in_the_middle_costs_less_than_a_piece(upload: Upload) -> None:
    sender = upload.sender
    _, place = await sender.begin(len(NOISE))
    url = urlsplit(sender.url)
    _, writer = await asyncio.open_connection(url.hostname, url.port)
    head = f"PATCH {place} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
    head += f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(NOISE)}\r\n\r\n"
    writer.write(head.encode() + NOISE[: PIECE + 5000])
    async with asyncio.timeout(20):
        while await sender.offset(place) < PIECE:
            continue
    writer.close()
    await writer.wait_closed()
    async with asyncio.timeout(20):
        came = await sender.offset(place)
        while await sender.send(place, came, NOISE[came:]) == 409:  # the last of what came is being written
            came = await sender.offset(place)
    assert came in (PIECE, PIECE + 5000)
    assert await upload.hand_in(place) == [("σάρωση.pdf", "refused", "type")]  # what is no paper is found out here too
    assert await upload.kept() == [0, 0]


async def test_what_does_not_fit_is_refused_and_nothing_of_it_kept(upload: Upload) -> None:
    sender = upload.sender
    for size, status in ((0, 400), ("-1", 400), ("x", 400), (20 * 1024 * 1024 + 1, 413), (10**13, 400)):
        assert (await sender.begin(size))[0] == status
    assert (await sender.begin(9, **{"Tus-Resumable": "0.2.2"}))[0] == 412
    assert (await sender.begin(9, **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    _, place = await sender.begin(10)
    assert await sender.send(place, 5, b"x") == 409  # it begins at its beginning
    assert await sender.send(place, 0, b"x" * 11) == 413
    assert await sender.send(place, 0, b"x", **{"Content-Type": "text/plain"}) == 415
    assert await sender.send(place + "0", 0, b"x") == 404
    assert await sender.send(place, 0, b"x" * 4) == 204
    assert await sender.send(place, 0, b"x" * 4) == 409  # sent again by who did not hear that it came
    assert await sender.offset(place) == 4
    more = [(await sender.begin(10, f"{number}.pdf"))[0] for number in range(MOST_AT_ONCE)]
    assert more == [201] * (MOST_AT_ONCE - 1) + [413]
    assert await upload.kept() == [MOST_AT_ONCE, 1]


async def test_of_two_who_send_the_same_file_at_once_one_goes_on(upload: Upload) -> None:
    sender = upload.sender
    _, place = await sender.begin(len(NOISE))
    both = await asyncio.gather(*(sender.send(place, 0, NOISE) for _ in range(2)))
    assert 204 in both
    assert set(both) <= {204, 409}
    assert await sender.offset(place) == len(NOISE)
    assert await upload.kept() == [1, -(-len(NOISE) // PIECE)]


async def test_half_a_file_and_another_links_are_not_handed_in(upload: Upload) -> None:
    content, sender = files.pdf(2), upload.sender
    _, place = await sender.begin(len(content))
    await sender.send(place, 0, content[:100])
    assert await upload.hand_in(place) == [("σάρωση.pdf", "refused", "damaged")]
    assert await sender.offset(place) == 100  # it may still go on
    await upload.link("newer")
    assert await sender.offset(place) == -1
    sender.token = "newer"
    assert await sender.offset(place.replace("token", "newer")) == -1
    assert [result for _, result, _ in await upload.hand_in(place)] == ["refused"]
    assert await upload.handed_in() == []


async def test_what_is_more_than_a_link_may_bring_is_not_kept(upload: Upload) -> None:
    content, sender = files.pdf(2), upload.sender
    _, place = await sender.begin(len(content))
    await sender.send(place, 0, content)
    async with upload.stage.store.database.write() as connection:
        await connection.execute(upload_links.update().values(files=MOST_FILES))
    assert await upload.hand_in(place) == []
    assert await upload.handed_in() == []


async def test_what_no_form_names_goes_with_its_link(upload: Upload) -> None:
    _, place = await upload.sender.begin(100)
    assert await upload.sender.send(place, 0, b"x" * 50) == 204
    upload.stage.clock.forward(LIFETIME.total_seconds() + 1)
    assert await upload.sender.offset(place) == -1
    assert (await upload.sender.begin(100))[0] == 404
    purger = upload.stage.store.purger
    [rule] = [rule for rule in purger.rules if rule.name == "uploads"]
    assert await purger.all(rule, upload.stage.clock()) == 1
    assert await upload.kept() == [0, 0]
