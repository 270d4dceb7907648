"""What the tests of a person's rights share."""

from __future__ import annotations

import pytest

from casestore.database import Database
from casestore.rights.purge import Purger
from casestore.vault import Vault
from tests.casestore.fixture import StoreFixture


@pytest.fixture
def fixture(database: Database, vault: Vault) -> StoreFixture:
    return StoreFixture(database, vault)


@pytest.fixture
def purger(database: Database) -> Purger:
    return Purger(database)
