"""A proof of possession belongs to one check, however many ask for it at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from esspass.storage import migrate
from verifier import MIGRATIONS
from verifier.persons import Persons


@pytest.fixture
def persons(database):
    migrate(database, MIGRATIONS)
    return Persons(database)


def test_of_many_scans_at_once_one_gets_the_code(persons):
    with ThreadPoolExecutor(8) as pool:
        checks = [f"check-{number}" for number in range(40)]
        got = list(pool.map(lambda each: persons.claim_binding("digest", each, 1000), checks))
    assert got.count(True) == 1


def test_the_check_that_has_it_may_ask_again(persons):
    assert persons.claim_binding("digest", "one", 1000)
    assert persons.claim_binding("digest", "one", 1001)
    assert not persons.claim_binding("digest", "other", 1001)


def test_it_is_forgotten_with_the_verdicts(persons):
    persons.claim_binding("digest", "one", 1000)
    persons.purge(5000, 4000)
    assert persons.claim_binding("digest", "other", 5000)
