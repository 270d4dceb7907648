"""Who stands behind a contact point, of those linked to it: nobody is guessed. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.people.identity import KNOWN_NUMBER, PROVEN, UNLINKED, Link, changes_hands, resolve_identity
from tests.clock import START

LINKS = st.builds(Link, st.integers(1, 4), st.sampled_from([UNLINKED, KNOWN_NUMBER, PROVEN]), linked_at=st.just(START))


@given(st.lists(LINKS, max_size=4, unique_by=lambda link: link.citizen_id))
def test_nobody_is_guessed(found: list[Link]) -> None:
    identity = resolve_identity(found)
    assert (identity.citizen_id is None) == (identity.level == 0) == (identity.link is None)
    if identity.link is not None:
        assert identity.link in found
        assert (identity.citizen_id, identity.level) == (identity.link.citizen_id, identity.link.level)
        assert identity.level == PROVEN or len(found) == 1


@pytest.mark.parametrize(
    ("channel", "level", "rests_on", "others"),
    [
        ("sms", PROVEN, None, True),
        ("sms", PROVEN, "another", True),
        ("sms", PROVEN, "this", False),
        ("sms", KNOWN_NUMBER, None, False),
        ("viber", PROVEN, "another", False),
    ],
)
def test_a_number_may_have_had_others_unless_it_is_the_registered_one(
    channel: str, level: int, rests_on: str | None, others: bool
) -> None:
    assert changes_hands(channel, "this", Link(1, level, START, rests_on)) is others
