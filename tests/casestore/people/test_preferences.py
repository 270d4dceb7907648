"""Preferences, and when and where a citizen may be told, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.facts import PREFERENCES
from bot.store import Store
from casestore.database import Database
from casestore.people.identity import KNOWN_NUMBER, PROVEN
from casestore.people.preferences import (
    ContactPoint,
    Deliver,
    NoticePreferences,
    Occasion,
    Preferences,
    Suppressed,
    contact_points_of,
    preferences,
    route_notice,
)
from casestore.people.quiet_hours import DEFAULT_QUIET, Quiet, quiet_of
from casestore.tables import conversations
from casestore.vault import Vault, address_key
from tests.clock import START

AFM, OTHER = "123456783", "090000045"
NOON = datetime(2026, 11, 23, 10, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)

points = st.lists(
    st.builds(
        ContactPoint,
        id=st.integers(1, 50),
        channel=st.sampled_from(["viber", "sms"]),
        reachable=st.booleans(),
        level=st.sampled_from([KNOWN_NUMBER, PROVEN]),
        last_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 1)),  # noqa: DTZ001 (Hypothesis wants them bare and adds the zone)
    ),
    max_size=5,
    unique_by=lambda point: point.id,
)
wanted = st.builds(
    lambda channel, quiet: NoticePreferences(*PREFERENCES[channel], quiet),
    st.sampled_from(sorted(PREFERENCES)),
    st.sampled_from([None, DEFAULT_QUIET, quiet_of("08:00-22:00")]),
)
words = st.dictionaries(st.integers(1, 50), st.booleans())
now = st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 1))  # noqa: DTZ001 (as above)


@given(wanted, words, points, now)
def test_only_who_agreed_and_can_be_reached_is_told_and_never_in_quiet_hours(
    wanted: NoticePreferences, words: dict[int, bool], points: list[ContactPoint], now: datetime
) -> None:
    told = route_notice(wanted, words, points, now)
    fit = [p for p in points if p.reachable and words.get(p.id) and (not wanted.only or p.channel == wanted.channel)]
    if isinstance(told, Suppressed):
        assert not fit
        return
    assert told.point in fit
    assert told.at >= now
    assert not wanted.times().holds(told.at)
    if any(point.channel == wanted.channel for point in fit):
        assert told.point.channel == wanted.channel


def point(
    number: int, channel: str = "viber", *, reachable: bool = True, level: int = PROVEN, days: int = 0
) -> ContactPoint:
    return ContactPoint(number, channel, reachable, level, START - timedelta(days=days))


@pytest.mark.parametrize(
    ("wanted", "words", "points", "told"),
    [
        (NoticePreferences(), {}, [], Suppressed("no-contact-point")),
        (NoticePreferences(), {}, [point(1)], Suppressed("no-consent")),
        (NoticePreferences(), {1: False}, [point(1)], Suppressed("no-consent")),
        (NoticePreferences(), {1: True}, [point(1, reachable=False)], Suppressed("unreachable")),
        (NoticePreferences("sms", only=True), {1: True}, [point(1)], Suppressed("other-channel")),
        (NoticePreferences(), {1: True, 2: True}, [point(1, days=2), point(2, days=1)], 2),
        (NoticePreferences(), {1: True, 2: True}, [point(1, days=2), point(2, level=KNOWN_NUMBER)], 1),
        (NoticePreferences("sms"), {1: True, 2: True}, [point(1), point(2, "sms", level=KNOWN_NUMBER)], 2),
        (NoticePreferences("sms"), {1: True, 2: False}, [point(1), point(2, "sms")], 1),
        (NoticePreferences("sms"), {1: True, 2: True}, [point(1), point(2, "sms", reachable=False)], 1),
    ],
)
def test_where_and_why_not(
    wanted: NoticePreferences, words: dict[int, bool], points: list[ContactPoint], told: Suppressed | int
) -> None:
    found = route_notice(wanted, words, points, NOON)
    assert (found.point.id if isinstance(found, Deliver) else found) == told


def test_at_night_it_waits_for_the_morning_unless_every_hour_will_do() -> None:
    for quiet, at in ((DEFAULT_QUIET, NIGHT.replace(day=24, hour=7)), (None, NIGHT)):
        wanted = NoticePreferences(quiet=quiet, said=frozenset({"quiet"}))
        found = route_notice(wanted, {1: True}, [point(1)], NIGHT)
        assert found == Deliver(point(1), at)


def test_the_newest_word_of_a_kind_counts_and_a_strange_one_changes_nothing() -> None:
    said = [("channel", "only-sms"), ("quiet", "none"), ("channel", "viber"), ("channel", "pigeon"), ("colour", "blue")]
    assert preferences(said, PREFERENCES) == NoticePreferences("viber", False, None, frozenset({"channel", "quiet"}))
    assert preferences([], PREFERENCES) == NoticePreferences()


# --- stored ---


class PreferencesFixture:
    """Shorthands that each commit."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self.database, self.vault = database, vault
        self.store, self.wishes = Store.over(database, vault), Preferences(database, PREFERENCES)

    async def linked(self, channel: str, address: str, afm: str = AFM, level: int = PROVEN) -> tuple[int, int]:
        """(contact point, citizen), known there."""
        conversation = await self.store.conversations.at(channel, address, START)
        async with self.database.write() as connection:
            citizen = await self.store.citizens.ensure_one(connection, afm, START)
            await self.store.links.link(connection, conversation.contact_point_id, citizen, level, "code", START)
        return conversation.contact_point_id, citizen

    async def wish(self, point: int, citizen: int | None, kind: str, value: str, minutes: int) -> None:
        async with self.database.write() as connection:
            at, key = START + timedelta(minutes=minutes), f"in:{minutes}:e0"
            await self.wishes.add(connection, point, citizen, kind, value, source="message", key=key, now=at)

    async def consent(self, point: int, *, allowed: bool) -> None:
        async with self.database.write() as connection:
            key = f"c:{point}:{allowed}"
            await self.store.consents.add(connection, point, allowed=allowed, source="message", key=key, now=START)


@pytest.fixture
def fixture(database: Database, vault: Vault) -> PreferencesFixture:
    return PreferencesFixture(database, vault)


async def test_a_citizens_wish_holds_on_both_channels_and_a_cause_counts_once(fixture: PreferencesFixture) -> None:
    viber, citizen = await fixture.linked("viber", "tGVu")
    sms, _ = await fixture.linked("sms", "+306900000001", level=KNOWN_NUMBER)
    await fixture.wish(viber, citizen, "channel", "only-sms", 1)
    await fixture.wish(sms, citizen, "quiet", "23:00-07:30", 2)
    await fixture.wish(sms, citizen, "channel", "viber", 3)
    await fixture.wish(sms, citizen, "channel", "only-viber", 3)
    expected = NoticePreferences("viber", False, quiet_of("23:00-07:30"), frozenset({"channel", "quiet"}))
    for point in (viber, sms):
        assert await fixture.wishes.at(point, citizen) == expected


async def test_a_wish_of_nobody_known_holds_where_it_was_said(fixture: PreferencesFixture) -> None:
    conversation = await fixture.store.conversations.at("viber", "tGVu", START)
    await fixture.wish(conversation.contact_point_id, None, "quiet", "none", 1)
    assert (await fixture.wishes.at(conversation.contact_point_id, None)).quiet is None
    there = await fixture.store.conversations.at("viber", "another", START)
    assert await fixture.wishes.at(there.contact_point_id, None) == NoticePreferences()


async def test_another_citizens_wish_at_the_same_number_is_not_mine(fixture: PreferencesFixture) -> None:
    point, first = await fixture.linked("sms", "+306900000001")
    await fixture.wish(point, first, "quiet", "none", 1)
    _, second = await fixture.linked("sms", "+306900000001", OTHER)
    assert await fixture.wishes.at(point, second) == NoticePreferences()


async def test_what_an_alert_asks_is_read_together(fixture: PreferencesFixture) -> None:
    viber, citizen = await fixture.linked("viber", "tGVu")
    sms, _ = await fixture.linked("sms", "+306900000001", level=KNOWN_NUMBER)
    await fixture.consent(sms, allowed=True)
    await fixture.consent(viber, allowed=True)
    await fixture.consent(viber, allowed=False)
    wanted, words, points = await fixture.wishes.of(citizen)
    assert words == {sms: True, viber: False}
    assert [(p.id, p.channel, p.level) for p in points] == [(viber, "viber", PROVEN), (sms, "sms", KNOWN_NUMBER)]
    told = route_notice(wanted, words, points, NOON)
    assert isinstance(told, Deliver)
    assert told.point.id == sms


async def test_a_point_was_last_used_when_somebody_wrote_from_it_or_else_when_it_came_on_record(
    fixture: PreferencesFixture,
) -> None:
    _, citizen = await fixture.linked("viber", "tGVu")
    later = START + timedelta(hours=1)
    async with fixture.database.write() as connection:
        await fixture.store.links.set_mobile(connection, citizen, "+306900000001", later)
        await connection.execute(conversations.update().values(last_at=later + timedelta(hours=1)))
    async with fixture.database.read() as connection:
        points = await contact_points_of(connection, citizen)
    assert [(one.channel, one.last_at) for one in points] == [("viber", later + timedelta(hours=1)), ("sms", later)]


async def test_a_number_of_two_people_is_nobodys_point(fixture: PreferencesFixture) -> None:
    mobile = "+306900000001"
    async with fixture.database.write() as connection:
        citizens = [await fixture.store.citizens.ensure_one(connection, afm, START) for afm in (AFM, OTHER)]
        for citizen in citizens:
            await fixture.store.links.set_mobile(connection, citizen, mobile, START)
    async with fixture.database.read() as connection:
        assert [await contact_points_of(connection, citizen) for citizen in citizens] == [(), ()]
    assert address_key(fixture.vault, "sms", mobile)


@pytest.mark.parametrize(("kind", "value"), [("channel", "pigeon"), ("colour", "blue"), ("quiet", "8")])
async def test_a_strange_wish_is_refused(fixture: PreferencesFixture, kind: str, value: str) -> None:
    point, citizen = await fixture.linked("viber", "tGVu")
    with pytest.raises(ValueError):  # noqa: PT011 (the words differ by kind)
        await fixture.wish(point, citizen, kind, value, 1)
    assert await fixture.wishes.at(point, citizen) == NoticePreferences()


def test_quiet_hours_of_no_length_are_none_that_can_be() -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        Quiet(DEFAULT_QUIET.start, DEFAULT_QUIET.start)


def test_working_days_hold_for_what_can_wait() -> None:
    wanted = NoticePreferences(working_days=True)
    assert wanted.times().working_days
    assert not wanted.times(urgent=True).working_days
    assert not NoticePreferences().times().working_days


@pytest.mark.parametrize(("word", "told"), [(None, True), (True, True), (False, False)])
def test_a_no_on_a_channel_is_one_for_those_after_it(word: bool | None, told: bool) -> None:
    occasion = Occasion(NOON, default=True, order=("viber", "sms"))
    said = {} if word is None else {1: word}
    points = [replace(point(1), channel="viber"), replace(point(2), channel="sms")]
    found = route_notice(NoticePreferences(), said, points, NOON, occasion)
    assert isinstance(found, Deliver) is told


async def test_what_was_said_by_the_citizen_and_by_nobody_known_is_read_for_each(fixture: PreferencesFixture) -> None:
    mine, first = await fixture.linked("viber", "tGVu")
    other, second = await fixture.linked("viber", "another", OTHER)
    await fixture.wish(mine, first, "quiet", "23:00-07:30", 1)
    await fixture.wish(other, None, "quiet", "none", 2)
    async with fixture.database.read() as connection:
        routed = await fixture.wishes.of_citizens(connection, [first, second])
    assert [routed[one][0].quiet for one in (first, second)] == [quiet_of("23:00-07:30"), None]
