"""The limits as docs/privacy.md promises them, in numbers: other tests go by the names, and would follow any change."""

from __future__ import annotations

from datetime import timedelta

from casestore.people import codes, identity, login_links, quiet_hours
from casestore.rights import copy_links

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_codes() -> None:
    assert (codes.LIFETIME, codes.ATTEMPTS, codes.CODE, codes.RECEIPT) == (10 * MINUTE, 3, 6, 4)
    assert codes.PER_CONVERSATION == ((5, HOUR), (10, DAY))
    assert codes.PER_CITIZEN == ((8, DAY), (30, 30 * DAY))
    assert codes.PER_MOBILE == ((10, DAY),)
    assert codes.CITIZENS_PER_CONVERSATION == (3, DAY)


def test_links_to_the_login_and_to_a_copy() -> None:
    assert (login_links.LIFETIME, login_links.PER_CONVERSATION) == (15 * MINUTE, ((5, HOUR), (10, DAY)))
    assert login_links.STARTS == 5
    assert (copy_links.LIFETIME, copy_links.A_DAY, copy_links.WINDOW) == (15 * MINUTE, 5, DAY)


def test_levels_and_the_usual_night() -> None:
    assert (identity.UNLINKED, identity.KNOWN_NUMBER, identity.PROVEN) == (0, 1, 2)
    assert str(quiet_hours.DEFAULT_QUIET) == "21:00-09:00"
    assert f"{quiet_hours.REST_UNTIL:%H:%M}" == "10:00"
    assert str(quiet_hours.URGENT_QUIET) == "23:00-07:00"
