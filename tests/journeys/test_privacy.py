"""Rights through signed HTTP with the real dialogue: alerts, preferences, what is held, a copy of it, erasure."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, update

from bot.phone.people import PEOPLE
from casestore.people.identity import LET_ALONE, PROVEN
from casestore.people.preferences import Tell, Wishes, when_and_where
from casestore.tables import (
    audit,
    cases,
    citizens,
    codes,
    consents,
    contact_points,
    conversations,
    dialogue_events,
    inbox,
    links,
    outbox,
    transcript,
    wishes,
)
from tests.harness import PUBLIC_URL
from tests.journeys.conftest import Counter

A, B, *_ = PEOPLE
STRANGER = "+306999999999"
DELETE = "διαγράψτε με"
JSON = {"Accept": "application/json"}

pytestmark = pytest.mark.slow


async def sms(counter: Counter, number: str, text: str) -> str:
    before = len(counter.system.said_to(number))
    assert await counter.system.phone.sms.write(number, text)
    await counter.system.settle()
    return "\n".join(counter.system.said_to(number)[before:])


async def viber(counter: Counter, person: str, text: str) -> str:
    before = len(counter.system.said_to(person))
    assert await counter.system.phone.viber.write(person, text)
    await counter.system.settle()
    return "\n".join(counter.system.said_to(person)[before:])


async def proven_on_viber(counter: Counter, person: Any = A, code: str = "135790") -> None:
    await viber(counter, person.viber_id, person.afm)
    assert "Συνδεθήκατε" in await viber(counter, person.viber_id, code)


def digits_in(text: str) -> str:
    [digits] = re.findall(r"\b\d{6}\b", text)
    return str(digits)


def link_in(counter: Counter, text: str) -> str:
    [link] = re.findall(r"https://\S+", text)
    assert link.startswith(f"{PUBLIC_URL}/my-data/")
    return str(link).replace(PUBLIC_URL, counter.system.url)


async def rows(counter: Counter, what: Any) -> list[Any]:
    async with counter.system.store.database.read() as connection:
        return list((await connection.execute(what)).all())


async def count(counter: Counter, table: Any) -> int:
    [(found,)] = await rows(counter, select(func.count()).select_from(table))
    return int(found)


# --- alerts ---


async def test_stop_on_viber_is_kept_and_confirmed_while_an_agent_answers(counter: Counter) -> None:
    await viber(counter, A.viber_id, "γεια σας")
    async with counter.system.store.database.write() as connection:
        await connection.execute(update(conversations).values(owner="agent"))
    assert await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;") == ""
    assert "ΕΝΑΡΞΗ" in await viber(counter, A.viber_id, "ΣΤΟΠ")
    assert "ΣΤΟΠ" in await viber(counter, A.viber_id, "έναρξη")
    assert await rows(counter, select(consents.c.allowed).order_by(consents.c.id)) == [(False,), (True,)]
    assert [author for (author,) in await rows(counter, select(transcript.c.author).order_by(transcript.c.id))][2:] == [
        "citizen",
        "citizen",
        "bot",
        "citizen",
        "bot",
    ]


async def test_my_number_off_the_messages_stops_alerts_and_erases_nothing(counter: Counter) -> None:
    told = await viber(counter, A.viber_id, "διαγράψτε τον αριθμό μου από τα μηνύματα")
    assert "ΕΝΑΡΞΗ" in told
    assert await rows(counter, select(consents.c.allowed)) == [(False,)]


# --- preferences ---


async def test_preferences_are_set_told_and_followed(counter: Counter) -> None:
    await proven_on_viber(counter)
    assert "μόνο με SMS" in await viber(counter, A.viber_id, "μόνο SMS")
    assert "23:00 έως 07:00" in await sms(counter, A.number, "ησυχία 23-7")
    await sms(counter, A.number, "ΕΝΑΡΞΗ")
    told = await sms(counter, A.number, "οι προτιμήσεις μου")
    assert ("Ειδοποιήσεις εδώ: ναι" in told, "μόνο SMS" in told, "23:00 έως 07:00" in told) == (True, True, True)
    [(citizen,)] = await rows(counter, select(links.c.citizen_id).where(links.c.level == PROVEN))
    now = counter.system.clock().replace(hour=23)
    found = when_and_where(*await Wishes(counter.system.store.database).of(citizen), now)
    assert isinstance(found, Tell)
    assert (found.point.channel, found.at) == ("sms", now.replace(day=24, hour=5))


async def test_the_usual_night_is_told_before_anything_was_said(counter: Counter) -> None:
    told = await sms(counter, STRANGER, "my preferences")
    assert "22:00 to 08:00" in told
    assert "START" in told


# --- what is held ---


async def test_who_is_not_proven_is_told_kinds_and_how_to_prove_and_then_gets_the_answer(counter: Counter) -> None:
    asked = await viber(counter, A.viber_id, "τι στοιχεία έχετε για μένα;")
    assert ("ΑΦΜ" in asked, "ΑΔ-2026" in asked) == (True, False)
    await viber(counter, A.viber_id, "ναι")
    await viber(counter, A.viber_id, A.afm or "")
    told = await viber(counter, A.viber_id, "135790")
    assert "Συνδεθήκατε" in told
    assert "υποθέσεις: 1" in told


async def test_a_known_number_alone_does_not_open_what_is_held(counter: Counter) -> None:
    for text in ("τι στοιχεία έχετε για μένα", "αντίγραφο των στοιχείων μου"):
        told = await sms(counter, A.number, text)
        assert "κωδικός" in told
        assert "https://" not in told


async def test_a_copy_opens_once_and_has_everything_of_this_citizen_and_nothing_of_another(counter: Counter) -> None:
    await proven_on_viber(counter)
    await viber(counter, B.viber_id, "ένα μυστικό του Β")
    await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;")
    link = link_in(counter, await viber(counter, A.viber_id, "στείλτε μου αντίγραφο των στοιχείων μου"))
    async with aiohttp.ClientSession() as browser:
        for _ in range(2):  # a preview, then the citizen
            async with browser.get(link) as page:
                assert page.status == 200
                assert page.headers["Cache-Control"] == "no-store"
                assert A.afm not in await page.text()
        async with browser.post(link) as page:
            assert page.status == 200
            assert page.headers["Cache-Control"] == "no-store"
            assert page.headers["Referrer-Policy"] == "no-referrer"
            text = await page.text()
        assert all(part in text for part in (A.afm, "ΑΔ-2026-000123", A.number, "πού βρίσκεται η αίτησή μου;"))
        assert not any(part in text for part in (B.afm, "μυστικό", "ΕΦ-2026-000201", B.number))
        for method in ("GET", "POST"):
            async with browser.request(method, link) as page:
                assert page.status == 404
    assert link.rpartition("/")[2] not in str(await rows(counter, select(transcript.c.text_sealed)))


async def test_the_copy_as_json_is_whole(counter: Counter) -> None:
    await proven_on_viber(counter)
    await sms(counter, A.number, "ΕΝΑΡΞΗ")
    await viber(counter, A.viber_id, "μόνο viber")
    link = link_in(counter, await viber(counter, A.viber_id, "αντίγραφο των δεδομένων μου"))
    async with aiohttp.ClientSession() as browser, browser.post(link, headers=JSON) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        held = json.loads(await answer.text())
    assert held["citizen"][0]["afm"] == A.afm
    assert {(p["channel"], p["address"]) for p in held["contact_points"]} == {("viber", A.viber_id), ("sms", A.number)}
    assert [case["reference"] for case in held["cases"]] == ["ΑΔ-2026-000123"]
    assert [(word["allowed"], word["source"]) for word in held["alerts"]] == [(True, "message")]
    assert [(wish["kind"], wish["value"]) for wish in held["preferences"]] == [("channel", "only-viber")]
    assert "μόνο viber" in [line["text"] for line in held["messages"]]
    assert {call["action"] for call in held["registry_calls"]} == set()  # the journeys' registries write elsewhere
    told = {name for kind in held.values() if isinstance(kind, list) for row in kind for name in row}
    assert {name for name in told if name.endswith(("_key", "_sealed", "_id"))} <= {"provider_id"}


async def test_a_copy_link_is_dead_after_its_time_after_unlinking_and_for_who_guesses(counter: Counter) -> None:
    await proven_on_viber(counter)
    async with aiohttp.ClientSession() as browser:

        async def status(link: str) -> int:
            async with browser.post(link) as page:
                return page.status

        first = link_in(counter, await viber(counter, A.viber_id, "αντίγραφο των στοιχείων μου"))
        await counter.system.later(15 * 60)
        assert await status(first) == 404
        second = link_in(counter, await viber(counter, A.viber_id, "αντίγραφο των στοιχείων μου"))
        async with counter.system.store.database.write() as connection:
            await connection.execute(links.delete().where(links.c.level == PROVEN))
        assert await status(second) == 404
        for guess in ("x", "x" * 500, "%2e%2e", "ά"):
            assert await status(f"{counter.system.url}/my-data/{guess}") == 404


async def test_no_more_copies_than_five_a_day(counter: Counter) -> None:
    await proven_on_viber(counter)
    told = [await viber(counter, A.viber_id, "αντίγραφο των στοιχείων μου") for _ in range(6)]
    assert ["https://" in text for text in told] == [True] * 5 + [False]


# --- erasure ---


async def test_who_is_known_is_erased_on_both_channels_and_what_stays_is_said(counter: Counter) -> None:
    await proven_on_viber(counter)
    await sms(counter, A.number, "ΕΝΑΡΞΗ")
    await sms(counter, A.number, "ησυχία 23-7")
    await viber(counter, B.viber_id, "εγώ είμαι άλλος")
    asked = await viber(counter, A.viber_id, DELETE)
    assert "υποθέσεις" in asked
    told = await viber(counter, A.viber_id, digits_in(asked))
    assert ("Διαγράφηκαν" in told, "μητρώων" in told) == (True, True)

    [(citizen, due)] = await rows(
        counter, select(cases.c.citizen_id, citizens.c.contact_due_at).join_from(cases, citizens)
        .where(cases.c.reference == "ΑΔ-2026-000123")
    )  # fmt: skip
    assert due == LET_ALONE
    assert await rows(counter, select(links).where(links.c.citizen_id == citizen)) == []
    assert await count(counter, wishes) == 0
    points = await rows(counter, select(contact_points.c.channel, func.length(contact_points.c.address_sealed)))
    assert {length > 0 for channel, length in points if channel == "viber"} == {True, False}  # B's is left alone
    said = await rows(counter, select(transcript.c.text_sealed).where(transcript.c.author == "citizen"))
    assert len(said) == 1
    assert await count(counter, dialogue_events) == 1
    kept = await rows(counter, select(func.length(inbox.c.payload_sealed)).where(inbox.c.state == "done"))
    assert sum(length > 0 for (length,) in kept) == 1  # B's message
    words = await rows(counter, select(consents.c.allowed, consents.c.source).order_by(consents.c.id))
    assert words == [(True, "message"), (False, "erasure")]
    assert ("citizen.erased", "known") in await rows(counter, select(audit.c.action, audit.c.detail))
    sealed = await rows(counter, select(func.length(codes.c.afm_sealed)))
    assert sealed == [(0,)]


async def test_the_first_message_after_an_erasure_is_a_strangers(counter: Counter) -> None:
    await proven_on_viber(counter)
    await viber(counter, A.viber_id, digits_in(await viber(counter, A.viber_id, DELETE)))
    for told in (
        await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;"),
        await sms(counter, A.number, "πού βρίσκεται η αίτησή μου;"),
    ):
        assert "ΑΔ-2026-000123" not in told
        assert "ΑΦΜ" in told
    await counter.system.later(24 * 3600)  # nor does the contact registry bring them back
    assert "ΑΔ-2026-000123" not in await sms(counter, A.number, "πού βρίσκεται η αίτησή μου;")
    await proven_on_viber(counter, A, "246801")
    assert "ΑΔ-2026-000123" in await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;")
    assert "ΑΔ-2026-000123" in await sms(counter, A.number, "πού βρίσκεται η αίτησή μου;")


async def test_nothing_is_erased_without_the_digits_that_were_shown(counter: Counter) -> None:
    await proven_on_viber(counter)
    asked = await viber(counter, A.viber_id, DELETE)
    wrong = "000000" if digits_in(asked) != "000000" else "000001"
    assert "δεν διέγραψα" in await viber(counter, A.viber_id, wrong)
    late = digits_in(await viber(counter, A.viber_id, DELETE))
    await counter.system.later(601)
    assert "δεν διέγραψα" in await viber(counter, A.viber_id, late)
    again = await viber(counter, A.viber_id, DELETE)
    assert digits_in(await viber(counter, A.viber_id, "ναι")) != digits_in(again)  # a mere yes is asked again
    assert "σταματάμε" in await viber(counter, A.viber_id, "όχι")
    assert "ΑΔ-2026-000123" in await viber(counter, A.viber_id, "πού βρίσκεται η αίτησή μου;")


async def test_a_stranger_is_erased_where_they_write(counter: Counter) -> None:
    await sms(counter, STRANGER, "γεια σας")
    asked = await sms(counter, STRANGER, DELETE)
    assert "Διαγράφηκαν" in await sms(counter, STRANGER, digits_in(asked))
    assert await count(counter, transcript) == 0
    assert "1." in await sms(counter, STRANGER, "γεια σας")
    [(length,)] = await rows(
        counter, select(func.length(contact_points.c.address_sealed)).join(conversations, isouter=False)
    )
    assert length > 0


async def test_a_receipt_after_an_erasure_sends_nothing_again(counter: Counter) -> None:
    await sms(counter, STRANGER, "γεια σας")
    await sms(counter, STRANGER, digits_in(await sms(counter, STRANGER, DELETE)))
    found = await rows(counter, select(outbox.c.key, outbox.c.state, func.length(outbox.c.body_sealed)))
    answered = [(state, length > 0) for key, state, length in sorted(found)]
    assert answered.count(("sent", True)) == 1  # the word that it is done
    assert set(answered) == {("sent", True), ("sent", False)}


async def test_limits_on_codes_outlive_an_erasure(counter: Counter) -> None:
    for _ in range(5):
        await viber(counter, A.viber_id, A.afm or "")
        await viber(counter, A.viber_id, "άκυρο")
    before = len(counter.system.said_to(A.number))
    await viber(counter, A.viber_id, digits_in(await viber(counter, A.viber_id, DELETE)))
    await viber(counter, A.viber_id, A.afm or "")
    assert len(counter.system.said_to(A.number)) == before
