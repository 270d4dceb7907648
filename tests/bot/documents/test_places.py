"""Places for bodies that are read: few by one link, so that one link holds up no other."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from bot.documents.places import Full, Places


def test_one_link_takes_so_many_and_leaves_the_rest() -> None:
    places = Places(4, by_link=2)
    with ExitStack() as taken:
        taken.enter_context(places.one(1))
        taken.enter_context(places.one(1))
        with pytest.raises(Full), places.one(1):
            pass
        taken.enter_context(places.one(2))
        taken.enter_context(places.one(3))
        with pytest.raises(Full), places.one(4):
            pass
    with places.one(1), places.one(1), places.one(4), places.one(4):
        pass
