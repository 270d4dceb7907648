"""Every channel in turn."""

import pytest

from tests.channels.kits import KITS, Kit


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(request: pytest.FixtureRequest) -> Kit:
    kit: Kit = request.param
    return kit
