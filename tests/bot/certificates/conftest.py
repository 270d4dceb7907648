"""Sealed papers for all tests of a process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.bot.certificates.papers import Papers, papers


@pytest.fixture(scope="session")
def sealed() -> Iterator[Papers]:
    made = papers()
    yield made
    shutil.rmtree(made.folder.parent)
