"""Every channel in turn."""

import pytest

from tests.channels.harness import ChannelHarness
from tests.channels.registry import HARNESSES


@pytest.fixture(params=HARNESSES, ids=lambda harness: harness.name)
def harness(request: pytest.FixtureRequest) -> ChannelHarness:
    harness: ChannelHarness = request.param
    return harness
