import pytest

from tests.builders.holders import (
    NOW,
    SERVER_KEY,
    create_headless_holder,
    create_wallet_tables,
    hold_copies,
)
from wallet.credentials import Checked, Copy, Credentials, Provenance
from wallet.deferred import DeferredCredentials
from wallet.history import Encounter, Event, History, SharedClaims
from wallet.holders import Holders
from wallet.keys import HolderKeys
from wallet.pending import Pending
from wallet.sealing import SealedError


@pytest.fixture
def tables(database):
    return create_wallet_tables(database)


@pytest.fixture
def holder(tables):
    return create_headless_holder(tables)


@pytest.fixture
def credentials(tables):
    return Credentials(tables, SERVER_KEY)


class TestCredentials:
    def test_a_card_comes_back_whole(self, credentials, tables, holder):
        credential_id = hold_copies(tables, holder)
        (held,) = credentials.of_holder(holder.id)
        assert held == credentials.get(holder.id, credential_id)
        assert (held.copies, held.vct, held.received_at) == (2, "urn:eudi:ehic:1", NOW)
        assert held.provenance.issuer_name == "Sodra (fictional)"

    def test_another_holder_sees_nothing(self, credentials, tables, holder):
        credential_id = hold_copies(tables, holder)
        assert credentials.get("eve", credential_id) is None
        assert credentials.of_holder("eve") == []
        assert credentials.delete("eve", credential_id) == []
        assert credentials.get(holder.id, credential_id).copies == 2

    def test_copies_are_used_in_turn(self, credentials, tables, holder):
        hold_copies(tables, holder)
        (held,) = credentials.of_holder(holder.id)
        texts = [credentials.take_copy(held).text for _ in range(4)]
        assert sorted(texts[:2]) == ["copy 0", "copy 1"]
        assert texts[2:] == texts[:2]

    def test_nothing_personal_is_readable_in_the_tables(self, tables, holder):
        hold_copies(tables, holder, {"key": "Petraitis"})
        rows = tables.query("SELECT * FROM wallet_credentials") + tables.query(
            "SELECT * FROM wallet_copies"
        )
        assert "Petraitis" not in str([dict(row) for row in rows])
        assert "Sodra" not in str([dict(row) for row in rows])

    def test_a_copy_moved_to_another_card_does_not_open(self, credentials, tables, holder):
        first, second = hold_copies(tables, holder), hold_copies(tables, holder)
        tables.execute("DELETE FROM wallet_copies WHERE credential_id = :second", second=second)
        tables.execute("UPDATE wallet_copies SET credential_id = :second", second=second)
        assert credentials.get(holder.id, first) is None
        with pytest.raises(SealedError):
            credentials.get(holder.id, second)

    def test_renewal_replaces_every_copy(self, credentials, tables, holder):
        credential_id = hold_copies(tables, holder, {"old": "old copy"})
        held = credentials.get(holder.id, credential_id)
        provenance = Provenance("https://issuer.example", "ehic", "Sodra", grant={"a": 1})
        unused = credentials.replace_copies(
            held, [Copy("new", "new copy")], provenance, Checked("PASSED", "", "", NOW + 9)
        )
        assert unused == ["old"]
        renewed = credentials.get(holder.id, credential_id)
        assert (renewed.text, renewed.provenance.grant) == ("new copy", {"a": 1})

    def test_an_older_check_never_replaces_a_newer_one(self, credentials, tables, holder):
        credential_id = hold_copies(tables, holder)
        credentials.note_checked(credential_id, Checked("FAILED", "revoked", "status", NOW + 10))
        credentials.note_checked(credential_id, Checked("PASSED", "", "", NOW + 5))
        assert credentials.get(holder.id, credential_id).checked.reason == "revoked"

    def test_deleting_names_the_keys_now_unused(self, credentials, tables, holder):
        credential_id = hold_copies(tables, holder, {"k1": "a", "k2": "b"})
        assert sorted(credentials.delete(holder.id, credential_id)) == ["k1", "k2"]
        assert credentials.of_holder(holder.id) == []


class TestHistory:
    def test_newest_first_and_by_kind(self, tables):
        history = History(tables, SERVER_KEY)
        shared = SharedClaims("urn:eudi:pid:1", (("family_name",), ("nationalities", None)))
        encounter = Encounter(
            "Inspectorate", "verifier.example", {"en": "Check"}, (shared,), ("no_purpose",)
        )
        history.add("jonas", Event.SHARED, encounter, NOW)
        history.add("jonas", Event.REFUSED, Encounter("", "evil.example"), NOW + 1)
        entries = history.of_holder("jonas")
        assert [entry.event for entry in entries] == [Event.REFUSED, Event.SHARED]
        assert entries[1].encounter == encounter
        assert history.of_holder("jonas", Event.SHARED) == entries[1:]

    def test_another_holder_sees_nothing(self, tables):
        history = History(tables, SERVER_KEY)
        entry_id = history.add("jonas", Event.SHARED, Encounter("A", "a.example"), NOW)
        assert history.get("eve", entry_id) is None
        assert history.of_holder("eve") == []
        assert history.delete_all("eve") == 0
        assert not history.delete("eve", entry_id)
        assert history.get("jonas", entry_id).encounter.party == "A"
        assert history.delete_all("jonas") == 1

    def test_one_entry_is_deleted_once(self, tables):
        history = History(tables, SERVER_KEY)
        kept, gone = (
            history.add("jonas", Event.SHARED, Encounter("A", "a.example"), NOW + i) for i in (0, 1)
        )
        assert history.delete("jonas", gone)
        assert not history.delete("jonas", gone)
        assert [entry.id for entry in history.of_holder("jonas")] == [kept]


class TestPending:
    def test_what_came_first_under_a_name_stays(self, tables):
        pending = Pending(tables, SERVER_KEY)
        for told in (True, False):
            pending.add("result", "jonas", {"told": told}, NOW + 60, NOW, pending_id="one")
        assert pending.read("result", "jonas", "one", NOW) == {"told": True}

    def test_is_taken_once(self, tables):
        pending = Pending(tables, SERVER_KEY)
        pending_id = pending.add("offer", "jonas", {"a": 1}, NOW + 60, NOW)
        assert pending.read("offer", "jonas", pending_id, NOW) == {"a": 1}
        assert pending.take("offer", "jonas", pending_id, NOW) == {"a": 1}
        assert pending.take("offer", "jonas", pending_id, NOW) is None

    @pytest.mark.parametrize(
        ("kind", "holder", "at"),
        [("presentation", "jonas", NOW), ("offer", "eve", NOW), ("offer", "jonas", NOW + 61)],
    )
    def test_is_not_there_for_others_or_later(self, tables, kind, holder, at):
        pending = Pending(tables, SERVER_KEY)
        pending_id = pending.add("offer", "jonas", {"a": 1}, NOW + 60, NOW)
        assert pending.take(kind, holder, pending_id, at) is None
        assert pending.take("offer", "jonas", pending_id, NOW) == {"a": 1}

    def test_expired_ones_are_swept(self, tables):
        pending = Pending(tables, SERVER_KEY)
        pending.add("offer", "jonas", {}, NOW + 60, NOW)
        pending.add("offer", "jonas", {}, NOW + 600, NOW + 61)
        assert len(tables.query("SELECT id FROM wallet_pending")) == 1


class TestDeferred:
    def test_is_not_asked_for_before_its_time_nor_twice_at_once(self, tables):
        deferred = DeferredCredentials(tables, SERVER_KEY)
        deferred_id = deferred.add("jonas", {"transaction_id": "t"}, 5, NOW)
        assert deferred.claim("jonas", deferred_id, NOW + 4) is None
        assert deferred.claim("eve", deferred_id, NOW + 5) is None
        claimed = deferred.claim("jonas", deferred_id, NOW + 5)
        assert claimed.state == {"transaction_id": "t"}
        assert deferred.claim("jonas", deferred_id, NOW + 6) is None

    def test_can_be_postponed_and_ended(self, tables):
        deferred = DeferredCredentials(tables, SERVER_KEY)
        deferred_id = deferred.add("jonas", {}, 5, NOW)
        deferred.postpone(deferred.claim("jonas", deferred_id, NOW + 5), 60, NOW + 5)
        (waiting,) = deferred.of_holder("jonas")
        assert waiting.next_at == NOW + 65
        deferred.delete(deferred_id)
        assert deferred.of_holder("jonas") == []


def test_a_holder_keeps_the_first_name(tables):
    holders = Holders(tables)
    holders.add("h", "Asta", NOW)
    holders.add("h", "Someone else", NOW)
    assert holders.name("h") == "Asta"
    holders.delete("h")
    assert holders.name("h") is None


def test_holder_keys_of_two_first_openings_are_the_same(tables):
    keys = HolderKeys(tables, SERVER_KEY)
    first = keys.open_with_server_key("two", NOW)
    assert keys.open_with_server_key("two", NOW) == first
