"""Sessions live in the database; their secret opens only with the cookie's token."""

import pytest

from esspass.errors import VerificationError
from esspass.storage import migrate
from esspass.web.passkeys import MIGRATIONS, ServerSessionStore

NOW = 1_800_000_000
SECRET = b"\x07" * 32


@pytest.fixture
def store(database):
    migrate(database, MIGRATIONS)
    return ServerSessionStore(database)


def test_a_session_is_found_until_it_ends(store):
    token = store.create("anna", now=NOW, lifetime=60, secret=SECRET)
    found = store.find(token, NOW + 59)
    assert (found.user_id, found.created_at, found.expires_at) == ("anna", NOW, NOW + 60)
    assert found.secret == SECRET
    assert "secret" not in repr(found)
    assert store.find(token, NOW + 60) is None


def test_unknown_tokens_find_nothing(store):
    store.create("anna", now=NOW, lifetime=60)
    assert store.find("x" * 43, NOW) is None


def test_a_session_needs_no_secret(store):
    assert store.find(store.create("anna", now=NOW, lifetime=60), NOW).secret is None


def test_sign_out_deletes(store):
    token = store.create("anna", now=NOW, lifetime=60)
    store.delete(token)
    assert store.find(token, NOW) is None


def test_a_user_is_signed_out_everywhere(store):
    tokens = [store.create(user, now=NOW, lifetime=60) for user in ("anna", "anna", "jonas")]
    store.delete_all("anna")
    assert [store.find(token, NOW) is not None for token in tokens] == [False, False, True]


def test_a_new_session_sweeps_the_old_ones(store, database):
    store.create("anna", now=NOW, lifetime=60)
    store.create("jonas", now=NOW + 60, lifetime=60)
    assert [row["user_id"] for row in database.query("SELECT user_id FROM web_sessions")] == [
        "jonas"
    ]


def test_neither_token_nor_secret_is_in_the_database(store, database):
    token = store.create("anna", now=NOW, lifetime=60, secret=SECRET)
    row = str(dict(database.query("SELECT * FROM web_sessions")[0]))
    assert token not in row
    assert "BwcHBwcH" not in row


def test_a_secret_moved_to_another_user_does_not_open(store, database):
    token = store.create("anna", now=NOW, lifetime=60, secret=SECRET)
    database.execute("UPDATE web_sessions SET user_id = :id", id="jonas")
    with pytest.raises(VerificationError) as caught:
        store.find(token, NOW)
    assert caught.value.code == "session_altered"


def test_an_altered_secret_does_not_open(store, database):
    token = store.create("anna", now=NOW, lifetime=60, secret=SECRET)
    sealed = database.query("SELECT sealed FROM web_sessions")[0]["sealed"]
    altered = ("A" if sealed[0] != "A" else "B") + sealed[1:]
    database.execute("UPDATE web_sessions SET sealed = :sealed", sealed=altered)
    with pytest.raises(VerificationError):
        store.find(token, NOW)
