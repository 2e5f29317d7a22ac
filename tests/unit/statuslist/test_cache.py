import pytest

from esspass.errors import VerificationError
from esspass.statuslist import MIGRATIONS, StatusListCache
from esspass.storage import migrate

URI = "https://status.example.org/lists/1"


@pytest.fixture
def cache(database):
    migrate(database, MIGRATIONS)
    return StatusListCache(database)


def test_an_address_never_seen(cache):
    assert cache.get(URI) is None


def test_keeps_the_newest(cache):
    cache.put(URI, "first", 100, 101)
    cache.put(URI, "second", 200, 201)
    cache.put("https://other.example.org/1", "other", 50, 51)
    assert cache.get(URI) == ("second", 201)


def test_the_same_list_fetched_again_is_fresh_again(cache):
    cache.put(URI, "first", 100, 101)
    cache.put(URI, "first", 100, 500)
    assert cache.get(URI) == ("first", 500)


def test_sl_06_never_older_than_seen(cache):
    cache.put(URI, "second", 200, 201)
    with pytest.raises(VerificationError) as refusal:
        cache.put(URI, "first", 199, 300)
    assert refusal.value.code == "status_list_rollback"
    assert cache.get(URI) == ("second", 201)


def test_two_migrations_of_one_database_are_one(cache, database):
    assert migrate(database, MIGRATIONS) == []
