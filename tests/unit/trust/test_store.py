"""The archive of issues: nothing is taken back, nothing means two things."""

import threading
from dataclasses import dataclass

import pytest

from esspass.storage import migrate
from esspass.trust import MIGRATIONS, ListRefusedError, SnapshotStore
from tests.builders.lists import NOW

PINNED, OTHER = "a" * 64, "b" * 64


@dataclass(frozen=True)
class Numbered:
    """The four things the archive looks at; real issues have them too."""

    sequence_number: int
    digest: str = ""
    issued_at: int = 0
    signer: str = PINNED


def issue(number, digest="", issued_at=None, signer=PINNED):
    made = NOW + number if issued_at is None else issued_at
    return Numbered(number, digest or f"digest {number}", made, signer)


@pytest.fixture
def store(database):
    migrate(database, MIGRATIONS)
    return SnapshotStore(database)


def add(store, one, signers=(PINNED,)):
    store.add("list", one, f"token {one.digest}", signers, NOW, store.newest("list", signers))


def refused(store, one, signers=(PINNED,)):
    with pytest.raises(ListRefusedError) as raised:
        add(store, one, signers)
    return raised.value


def test_every_issue_is_kept_newest_first(store):
    for number in (1, 2, 5):
        add(store, issue(number))
    assert [stored.sequence_number for stored in store.issues()] == [5, 2, 1]
    assert store.read(store.issues()[0]) == "token digest 5"


def test_the_same_issue_again_is_nothing_new(store):
    add(store, issue(1))
    add(store, issue(1))
    assert len(store.issues()) == 1


def test_km_05_rollback_names_both_numbers(store):
    add(store, issue(1))
    add(store, issue(3))
    error = refused(store, issue(2))
    assert error.code == "list_rollback"
    assert (error.parameters["sequence_number"], error.parameters["known_sequence_number"]) == (
        "2",
        "3",
    )
    assert refused(store, issue(1)).code == "list_rollback"
    assert [stored.sequence_number for stored in store.issues()] == [3, 1]


def test_a_higher_number_with_an_older_date_is_a_rollback(store):
    add(store, issue(3))
    assert refused(store, issue(4, issued_at=NOW - 1)).code == "list_rollback"


def test_km_05_equivocation(store):
    add(store, issue(3))
    error = refused(store, issue(3, "other"))
    assert error.code == "list_equivocation"
    assert store.read(store.issues()[0]) == "token digest 3"


def test_equivocation_of_two_pinned_signers(store):
    add(store, issue(3), (PINNED, OTHER))
    assert (
        refused(store, issue(3, "other", signer=OTHER), (PINNED, OTHER)).code == "list_equivocation"
    )


def test_a_signer_no_longer_pinned_blocks_nobody(store):
    add(store, issue(2**40, signer=OTHER), (OTHER,))
    add(store, issue(3), (PINNED,))
    assert store.newest("list", (PINNED,)).sequence_number == 3


def test_a_newer_issue_stored_meanwhile_is_no_rollback(store):
    """Two processes asked one after the other; the slower one brings the older issue."""
    add(store, issue(1))
    known = store.newest("list", (PINNED,))
    add(store, issue(3))
    store.add("list", issue(2), "token", (PINNED,), NOW, known)
    assert [stored.sequence_number for stored in store.issues()] == [3, 2, 1]


def test_one_turn_per_period(store):
    assert store.claim("list", NOW, 60)
    assert not store.claim("list", NOW, 60)
    assert not store.claim("list", NOW + 59, 60)
    assert store.claim("list", NOW + 60, 60)
    assert store.claim("other", NOW, 60)


def test_a_turn_of_a_wrong_clock_binds_nobody(store):
    assert store.claim("list", NOW + 10**6, 60)
    assert store.claim("list", NOW, 60)


def test_eight_threads_get_one_turn(store):
    won = []

    def ask():
        if store.claim("list", NOW, 60):
            won.append(1)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_problem_keeps_the_moment_it_began(store):
    store.claim("list", NOW, 60)
    store.note_problem("list", "unavailable", NOW)
    store.note_problem("list", "list_rollback", NOW + 60)
    refresh = store.refreshes()["list"]
    assert (refresh.problem, refresh.problem_since, refresh.succeeded_at) == (
        "list_rollback",
        NOW,
        0,
    )
    store.note_success("list", NOW + 120)
    refresh = store.refreshes()["list"]
    assert (refresh.problem, refresh.problem_since, refresh.succeeded_at) == ("", 0, NOW + 120)
