import pytest

from esspass.inspection import StatusSource
from esspass.statuslist import MIGRATIONS, StatusListCache
from esspass.storage import connect, migrate
from tests.builders.presentations import IssuingWorld


@pytest.fixture
def world():
    return IssuingWorld()


@pytest.fixture
def statuses(world):
    database = connect(":memory:")
    migrate(database, MIGRATIONS)
    yield StatusSource(world.web, StatusListCache(database))
    database.close()
