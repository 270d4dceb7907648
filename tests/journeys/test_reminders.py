"""A paper is missing and its deadline comes nearer: reminded of by its plan, never once it came, never at night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from casestore.tables import handovers, timed_facts
from connectors.sandbox.faults import Fault, Kind
from connectors.sandbox.model import Document
from tests.bot.documents import files
from tests.journeys import papers
from tests.journeys.notices import PERMIT, A, B, NoticeHarness, athens, nothing_more, running_notices
from tests.journeys.talk import sms, viber

if TYPE_CHECKING:
    from bot.phone.people import Person
    from dialogues.engine.rasa import Model

pytestmark = pytest.mark.slow
CASE, PAPER = papers.CASE, papers.PAPER
DUE = date(2026, 12, 5)


@pytest.fixture
async def notices(database_url: str, model: Model) -> AsyncIterator[NoticeHarness]:
    async with running_notices(database_url, model) as harness:
        yield harness


async def wanted(notices: NoticeHarness, deadline: date = DUE, *more: Document, case: str = PERMIT) -> None:
    notices.state.require(case, [Document("topographic", "Τοπογραφικό", "missing", "", deadline), *more])
    await notices.told()


async def planned(notices: NoticeHarness) -> list[tuple[str, str, int]]:
    """What time will bring of papers of the permit."""
    columns = (timed_facts.c.kind, timed_facts.c.about, timed_facts.c.step)
    of_papers = (timed_facts.c.reference == PERMIT, timed_facts.c.state == "open", timed_facts.c.kind != "late")
    async with notices.store.database.read() as connection:
        found = await connection.execute(select(*columns).where(*of_papers).order_by(timed_facts.c.due_at))
        return [(row.kind, row.about, row.step) for row in found]


async def arrives(notices: NoticeHarness, channel: str) -> None:
    """Viber says so of what it took last; an SMS needs no such word here."""
    if channel == "viber":
        await notices.receipt(A, "delivered")


def on(notices: NoticeHarness, channel: str, person: Person = A) -> list[str]:
    return notices.viber(person) if channel == "viber" else notices.sms(person)


@pytest.mark.parametrize("channel", ["viber", "sms"])
async def test_by_the_plan_until_the_deadline_then_an_honest_word_and_a_person(
    notices: NoticeHarness, channel: str
) -> None:
    if channel == "viber":
        await notices.link(A)
    await wanted(notices)
    assert len(on(notices, channel)) == 1
    await arrives(notices, channel)
    due = "5 Δεκεμβρίου" if channel == "viber" else "5/12/2026"
    for days, reminded in ((10, 2), (3, 3), (1, 4)):
        with nothing_more(notices, A):
            await notices.at(athens(2026, 12, 5 - days, 9, 59) if days < 5 else athens(2026, 11, 25, 9, 59))
        await notices.later(90)
        await arrives(notices, channel)
        assert len(on(notices, channel)) == reminded
        told = on(notices, channel)[-1]
        for said in (PERMIT[3:], "Τοπογραφικό" if channel == "viber" else "TOΠOΓPAΦIKO", due):
            assert said in told, told
        assert len(told) <= 160 or channel == "viber"
    said = await (
        viber(notices.service, A.viber_id, "μέχρι πότε;")
        if channel == "viber"
        else sms(notices.service, A.number, "mexri pote?")
    )
    assert (due if channel == "viber" else "5/12") in said, said
    how = await (
        viber(notices.service, A.viber_id, "πού το στέλνω;")
        if channel == "viber"
        else sms(notices.service, A.number, "pou to stelno?")
    )
    assert "μηχανικός" in how or "/upload/" in how, how
    before = len(on(notices, channel))
    await notices.at(athens(2026, 12, 6, 10, 1))
    await arrives(notices, channel)
    [passed] = on(notices, channel)[before:]
    for said in ("προθεσμία", "υπάλληλος") if channel == "viber" else ("ΠPOΘEΣMIA", "YΠAΛΛHΛOΣ"):
        assert said in passed, passed
    await (viber(notices.service, A.viber_id, "ναι") if channel == "viber" else sms(notices.service, A.number, "nai"))
    async with notices.store.database.read() as connection:
        assert len((await connection.execute(select(handovers))).all()) == 1
    with nothing_more(notices, A):
        await notices.at(athens(2026, 12, 12, 12, 0))
    lines = await notices.store.notice_records.lines(reference=PERMIT)
    assert [line.reason for line in lines].count("passed") == 1


async def test_papers_of_one_case_are_one_message_and_a_late_plan_leaves_out_what_is_past(
    notices: NoticeHarness,
) -> None:
    await notices.link(A)
    due = date(2026, 11, 26)
    await wanted(notices, due, Document("title-deed", "Τίτλος", "missing", "", due))
    assert await planned(notices) == [("reminder", "2026-11-26", 1), ("passed", "2026-11-26", 0)]
    await notices.at(athens(2026, 11, 25, 10, 1))
    [_, told] = notices.viber(A)
    assert "Τοπογραφικό" in told
    assert "Τίτλος" in told


async def test_handed_in_and_awaiting_a_decision_it_is_not_reminded_of(notices: NoticeHarness) -> None:
    await notices.link(B)
    notices.state.require(CASE, [Document(PAPER, "", "missing", "", DUE)])
    await notices.told()
    notices.service.faults.put("cadastre", Fault(Kind.ERROR))
    await papers.send(notices.service, files.photo())
    await viber(notices.service, B.viber_id, "ναι")
    assert papers.paper_status(notices.service) == "missing"  # it is with us: the registry is down
    before = len(notices.viber(B))
    await notices.at(athens(2026, 11, 25, 10, 1))
    notices.service.faults.clear("cadastre")
    for _ in range(6):  # it is tried again every ten minutes, and the registry is asked at all only some time after
        await notices.later(900)
    await notices.at(athens(2026, 12, 7, 12, 0))
    assert "Υπενθύμιση" not in "".join(notices.viber(B)[before:])
    assert "προθεσμία" not in "".join(notices.viber(B)[before:])
    assert papers.paper_status(notices.service) == "submitted"


async def test_a_case_that_sits_says_so_once_a_period_and_not_while_a_paper_is_missing(notices: NoticeHarness) -> None:
    await notices.link(A)
    notices.state.move(PERMIT, "pre-approval")
    await notices.told()
    first = expected_late(notices)
    await notices.at(first - timedelta(minutes=1))
    before = len(notices.viber(A))
    await notices.later(120)
    [told] = notices.viber(A)[before:]
    assert "προέγκριση" in told
    assert "Από εσάς δεν χρειάζεται κάτι τώρα." in told
    assert "γιατί" in (await viber(notices.service, A.viber_id, "γιατί αργεί;")).lower()
    before = len(notices.viber(A))
    await notices.at(first + timedelta(days=29))
    assert len(notices.viber(A)) == before
    await notices.at(first + timedelta(days=30, minutes=2))
    assert len(notices.viber(A)) == before + 1
    notices.state.require(PERMIT, [Document("topographic", "Τοπογραφικό", "missing")])
    await notices.told()
    await notices.later(600)
    before = len(notices.viber(A))
    await notices.at(first + timedelta(days=61))
    assert len(notices.viber(A)) == before  # it is the case that waits for its citizen
    notices.state.accept(PERMIT, "topographic")
    notices.state.move(PERMIT, "assignment")
    await notices.told()
    await notices.later(600)
    before = len(notices.viber(A))
    await notices.later(86_400)
    assert len(notices.viber(A)) == before  # another stage, another time


def expected_late(notices: NoticeHarness) -> datetime:
    """By the table: 45 days of this stage, or the registry's own date."""
    case = notices.state.case(PERMIT)
    assert case.expected_by is None or case.expected_by >= date(2026, 11, 24)
    days = [date(2026, 11, 23) + timedelta(days=45)]
    days += [case.expected_by + timedelta(days=1)] if case.expected_by else []
    day = min(days)
    return athens(day.year, day.month, day.day, 11, 0)


async def test_another_deadline_is_another_plan(notices: NoticeHarness) -> None:
    await notices.link(A)
    await wanted(notices)
    later = date(2026, 12, 20)
    await wanted(notices, later)
    await notices.later(600)
    assert {about for _, about, _ in await planned(notices)} == {later.isoformat()}
    before = len(notices.viber(A))
    await notices.at(athens(2026, 12, 7, 12, 0))
    assert len(notices.viber(A)) == before
    await notices.at(athens(2026, 12, 17, 10, 1))
    assert "20 Δεκεμβρίου" in notices.viber(A)[-1]


async def test_a_case_that_closes_takes_its_reminders_along_in_the_same_commit(notices: NoticeHarness) -> None:
    await notices.link(A)
    await viber(notices.service, A.viber_id, "ησυχία 9-13")
    await wanted(notices)
    await notices.at(athens(2026, 11, 25, 9, 30))  # nobody worked at eight: it waits for the afternoon
    assert len(await planned(notices)) == 4
    notices.state.decide(PERMIT, "granted")
    notices.state.close(PERMIT)
    await notices.told()
    assert await planned(notices) == []
    await notices.at(athens(2026, 12, 7, 12, 0))
    assert not [told for told in notices.viber(A) if "Υπενθύμιση" in told]


async def test_before_quiet_begins_and_never_at_night(notices: NoticeHarness) -> None:
    await notices.link(A)
    await wanted(notices)
    await viber(notices.service, A.viber_id, "ησυχία 9-13")
    before = len(notices.viber(A))
    await notices.at(athens(2026, 12, 2, 7, 59))
    assert len(notices.viber(A)) == before + 1  # that of ten days, which had come an hour before nine as well
    await notices.later(90)
    assert len(notices.viber(A)) == before + 2
    await viber(notices.service, A.viber_id, "ησυχία 21-9")
    before = len(notices.viber(A))
    await notices.at(athens(2026, 12, 4, 23, 0))  # nobody worked all day
    assert len(notices.viber(A)) == before
    await notices.at(athens(2026, 12, 5, 10, 1))
    [told] = notices.viber(A)[before:]
    assert "Υπενθύμιση" in told
