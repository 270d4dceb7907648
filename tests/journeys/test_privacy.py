"""Rights through signed HTTP with the real dialogue: alerts, preferences, what is held, a copy of it, erasure."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select, update
from yarl import URL

from bot.channels.facts import PREFERENCES
from bot.phone.people import PEOPLE, Person
from casestore.people.identity import PROVEN
from casestore.people.preferences import Deliver, Preferences, route_notice
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
from tests.journeys.conftest import Service
from tests.journeys.talk import afm_of, sms, viber

A, B, *_ = PEOPLE
STRANGER = "+306999999999"
DELETE = "διαγράψτε με"
JSON = {"Accept": "application/json"}

pytestmark = pytest.mark.slow


async def proven_on_viber(service: Service, person: Person = A, code: str = "135790") -> None:
    await viber(service, person.viber_id, afm_of(person))
    assert "Συνδεθήκατε" in await viber(service, person.viber_id, code)


def digits_in(text: str) -> str:
    [digits] = re.findall(r"\b\d{6}\b", text)
    return str(digits)


def link_in(service: Service, text: str) -> str:
    [link] = re.findall(r"https://\S+", text)
    assert link.startswith(f"{PUBLIC_URL}/my-data/")
    return str(link).replace(PUBLIC_URL, service.system.url)


async def rows(service: Service, what: Any) -> list[Any]:
    async with service.system.store.database.read() as connection:
        return list((await connection.execute(what)).all())


async def count(service: Service, table: Any) -> int:
    [(found,)] = await rows(service, select(func.count()).select_from(table))
    return int(found)


# --- alerts ---


async def test_stop_on_viber_is_kept_and_confirmed_while_an_agent_answers(service: Service) -> None:
    await viber(service, A.viber_id, "γεια σας")
    async with service.system.store.database.write() as connection:
        await connection.execute(update(conversations).values(owner="agent", agent="agent@gov.gr", owner_version=1))
    assert await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;") == ""
    assert "ΕΝΑΡΞΗ" in await viber(service, A.viber_id, "ΣΤΟΠ")
    assert "ΣΤΟΠ" in await viber(service, A.viber_id, "έναρξη")
    assert await rows(service, select(consents.c.allowed).order_by(consents.c.id)) == [(False,), (True,)]
    assert [author for (author,) in await rows(service, select(transcript.c.author).order_by(transcript.c.id))][2:] == [
        "citizen",
        "citizen",
        "bot",
        "citizen",
        "bot",
    ]


async def test_my_number_off_the_messages_stops_alerts_and_erases_nothing(service: Service) -> None:
    told = await viber(service, A.viber_id, "διαγράψτε τον αριθμό μου από τα μηνύματα")
    assert "ΕΝΑΡΞΗ" in told
    assert await rows(service, select(consents.c.allowed)) == [(False,)]


# --- preferences ---


async def test_preferences_are_set_told_and_followed(service: Service) -> None:
    await proven_on_viber(service)
    assert "μόνο με SMS" in await viber(service, A.viber_id, "μόνο SMS")
    assert "23:00 έως 07:00" in await sms(service, A.number, "ησυχία 23-7")
    await sms(service, A.number, "ΕΝΑΡΞΗ")
    told = await sms(service, A.number, "οι προτιμήσεις μου")
    assert ("Ειδοποιήσεις εδώ: ναι" in told, "μόνο SMS" in told, "23:00 έως 07:00" in told) == (True, True, True)
    [(citizen,)] = await rows(service, select(links.c.citizen_id).where(links.c.level == PROVEN))
    now = service.system.clock().replace(hour=23)
    found = route_notice(*await Preferences(service.system.store.database, PREFERENCES).of(citizen), now)
    assert isinstance(found, Deliver)
    assert (found.point.channel, found.at) == ("sms", now.replace(day=24, hour=5))


async def test_the_usual_night_is_told_before_anything_was_said(service: Service) -> None:
    told = await sms(service, STRANGER, "my preferences")
    assert "21:00 to 09:00" in told
    assert "START" in told


# --- what is held ---


async def test_who_is_not_proven_is_told_kinds_and_how_to_prove_and_then_gets_the_answer(service: Service) -> None:
    asked = await viber(service, A.viber_id, "τι στοιχεία έχετε για μένα;")
    assert ("ΑΦΜ" in asked, "ΑΔ-2026" in asked) == (True, False)
    await viber(service, A.viber_id, "ναι")
    await viber(service, A.viber_id, afm_of(A))
    told = await viber(service, A.viber_id, "135790")
    assert "Συνδεθήκατε" in told
    assert "υποθέσεις: 1" in told


async def test_a_known_number_alone_does_not_open_what_is_held(service: Service) -> None:
    for text in ("τι στοιχεία έχετε για μένα", "αντίγραφο των στοιχείων μου"):
        told = await sms(service, A.number, text)
        assert "κωδικός" in told
        assert "https://" not in told


async def test_a_copy_opens_once_and_has_everything_of_this_citizen_and_nothing_of_another(service: Service) -> None:
    await proven_on_viber(service)
    await viber(service, B.viber_id, "ένα μυστικό του Β")
    await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;")
    link = link_in(service, await viber(service, A.viber_id, "στείλτε μου αντίγραφο των στοιχείων μου"))
    async with aiohttp.ClientSession() as browser:
        for _ in range(2):  # a preview, then the citizen
            async with browser.get(link) as page:
                assert page.status == 200
                assert page.headers["Cache-Control"] == "no-store"
                assert afm_of(A) not in await page.text()
        async with browser.post(link) as page:
            assert page.status == 200
            assert page.headers["Cache-Control"] == "no-store"
            assert page.headers["Referrer-Policy"] == "no-referrer"
            text = await page.text()
        assert all(part in text for part in (afm_of(A), "ΑΔ-2026-000123", A.number, "πού βρίσκεται η αίτησή μου;"))
        assert not any(part in text for part in (afm_of(B), "μυστικό", "ΕΦ-2026-000201", B.number))
        for method in ("GET", "POST"):
            async with browser.request(method, link) as page:
                assert page.status == 404
    assert link.rpartition("/")[2] not in str(await rows(service, select(transcript.c.text_sealed)))


async def test_the_copy_as_json_is_whole(service: Service) -> None:
    await proven_on_viber(service)
    await sms(service, A.number, "ΕΝΑΡΞΗ")
    await viber(service, A.viber_id, "μόνο viber")
    link = link_in(service, await viber(service, A.viber_id, "αντίγραφο των δεδομένων μου"))
    async with aiohttp.ClientSession() as browser, browser.post(link, headers=JSON) as answer:
        assert answer.status == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        held = json.loads(await answer.text())
    assert held["citizen"][0]["afm"] == A.afm
    assert {(p["channel"], p["address"]) for p in held["contact_points"]} == {("viber", A.viber_id), ("sms", A.number)}
    assert [case["reference"] for case in held["cases"]] == ["ΑΔ-2026-000123"]
    assert [(word["allowed"], word["source"]) for word in held["alerts"]] == [(True, "message")]
    assert {wish["value"] for wish in held["preferences"]} == {"sms-yes", "only-viber"}
    assert "μόνο viber" in [line["text"] for line in held["messages"]]
    assert {call["action"] for call in held["registry_calls"]} == set()  # the journeys' registries write elsewhere
    told = {name for kind in held.values() if isinstance(kind, list) for row in kind for name in row}
    assert {name for name in told if name.endswith(("_key", "_sealed", "_id"))} <= {"provider_id"}


async def test_a_copy_link_is_dead_after_its_time_after_unlinking_and_for_who_guesses(service: Service) -> None:
    await proven_on_viber(service)
    async with aiohttp.ClientSession() as browser:

        async def status(link: str) -> int:
            return (await browser.post(URL(link, encoded=True))).status  # to the letter: no client tidies it

        first = link_in(service, await viber(service, A.viber_id, "αντίγραφο των στοιχείων μου"))
        await service.system.later(15 * 60)
        assert await status(first) == 404
        second = link_in(service, await viber(service, A.viber_id, "αντίγραφο των στοιχείων μου"))
        async with service.system.store.database.write() as connection:
            await connection.execute(links.delete().where(links.c.level == PROVEN))
        assert await status(second) == 404
        for guess in ("x", "x" * 500, "%2e%2e", "%CE%AC"):
            assert await status(f"{service.system.url}/my-data/{guess}") == 404


async def test_no_more_copies_than_five_a_day(service: Service) -> None:
    await proven_on_viber(service)
    told = [await viber(service, A.viber_id, "αντίγραφο των στοιχείων μου") for _ in range(6)]
    assert ["https://" in text for text in told] == [True] * 5 + [False]


# --- erasure ---


async def test_who_is_known_is_erased_on_both_channels_and_what_stays_is_said(service: Service) -> None:
    await proven_on_viber(service)
    await sms(service, A.number, "ΕΝΑΡΞΗ")
    await sms(service, A.number, "ησυχία 23-7")
    await viber(service, B.viber_id, "εγώ είμαι άλλος")
    asked = await viber(service, A.viber_id, DELETE)
    assert "υποθέσεις" in asked
    told = await viber(service, A.viber_id, digits_in(asked))
    assert ("Διαγράφηκαν" in told, "μητρώων" in told) == (True, True)

    [(citizen, due)] = await rows(
        service, select(cases.c.citizen_id, citizens.c.contact_due_at).join_from(cases, citizens)
        .where(cases.c.reference == "ΑΔ-2026-000123")
    )  # fmt: skip
    assert due is None
    assert await rows(service, select(links).where(links.c.citizen_id == citizen)) == []
    assert await count(service, wishes) == 0
    points = await rows(service, select(contact_points.c.channel, func.length(contact_points.c.address_sealed)))
    assert {length > 0 for channel, length in points if channel == "viber"} == {True, False}  # B's is left alone
    said = await rows(service, select(transcript.c.text_sealed).where(transcript.c.author == "citizen"))
    assert len(said) == 1
    assert await count(service, dialogue_events) == 1
    kept = await rows(service, select(func.length(inbox.c.payload_sealed)).where(inbox.c.state == "done"))
    assert sum(length > 0 for (length,) in kept) == 1  # B's message
    words = await rows(service, select(consents.c.allowed, consents.c.source).order_by(consents.c.id))
    assert words == [(True, "message"), (False, "erasure")]
    assert ("citizen.erased", "known") in await rows(service, select(audit.c.action, audit.c.detail))
    sealed = await rows(service, select(func.length(codes.c.afm_sealed)))
    assert sealed == [(0,)]


async def test_the_first_message_after_an_erasure_is_a_strangers(service: Service) -> None:
    await proven_on_viber(service)
    await viber(service, A.viber_id, digits_in(await viber(service, A.viber_id, DELETE)))
    for told in (
        await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;"),
        await sms(service, A.number, "πού βρίσκεται η αίτησή μου;"),
    ):
        assert "ΑΔ-2026-000123" not in told
        assert "ΑΦΜ" in told
    await service.system.later(24 * 3600)  # nor does the contact registry bring them back
    assert "ΑΔ-2026-000123" not in await sms(service, A.number, "πού βρίσκεται η αίτησή μου;")
    await proven_on_viber(service, A, "246801")
    assert "ΑΔ-2026-000123" in await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;")
    assert "ΑΔ-2026-000123" in await sms(service, A.number, "πού βρίσκεται η αίτησή μου;")


async def test_nothing_is_erased_without_the_digits_that_were_shown(service: Service) -> None:
    await proven_on_viber(service)
    asked = await viber(service, A.viber_id, DELETE)
    wrong = "000000" if digits_in(asked) != "000000" else "000001"
    assert "δεν διέγραψα" in await viber(service, A.viber_id, wrong)
    late = digits_in(await viber(service, A.viber_id, DELETE))
    await service.system.later(601)
    assert "δεν διέγραψα" in await viber(service, A.viber_id, late)
    await service.system.later(24 * 3600)  # three times a day is the limit
    again = await viber(service, A.viber_id, DELETE)
    assert digits_in(await viber(service, A.viber_id, "ναι")) != digits_in(again)  # a mere yes is asked again
    assert "σταματάμε" in await viber(service, A.viber_id, "όχι")
    assert "ΑΔ-2026-000123" in await viber(service, A.viber_id, "πού βρίσκεται η αίτησή μου;")


async def test_a_stranger_is_erased_where_they_write(service: Service) -> None:
    await sms(service, STRANGER, "γεια σας")
    asked = await sms(service, STRANGER, DELETE)
    assert "Διαγράφηκαν" in await sms(service, STRANGER, digits_in(asked))
    assert await count(service, transcript) == 0
    assert "1." in await sms(service, STRANGER, "γεια σας")
    written = select(func.length(contact_points.c.address_sealed)).join(conversations, isouter=False)
    [(length,)] = await rows(service, written)
    assert length > 0


async def test_a_receipt_after_an_erasure_sends_nothing_again(service: Service) -> None:
    await sms(service, STRANGER, "γεια σας")
    await sms(service, STRANGER, digits_in(await sms(service, STRANGER, DELETE)))
    found = await rows(service, select(outbox.c.key, outbox.c.state, func.length(outbox.c.body_sealed)))
    answered = [(state, length > 0) for key, state, length in sorted(found)]
    assert answered.count(("sent", True)) == 1  # the word that it is done
    assert set(answered) == {("sent", True), ("sent", False)}


async def test_limits_on_codes_outlive_an_erasure(service: Service) -> None:
    for _ in range(5):
        await viber(service, A.viber_id, afm_of(A))
        await viber(service, A.viber_id, "άκυρο")
    before = len(service.system.said_to(A.number))
    await viber(service, A.viber_id, digits_in(await viber(service, A.viber_id, DELETE)))
    await viber(service, A.viber_id, afm_of(A))
    assert len(service.system.said_to(A.number)) == before
