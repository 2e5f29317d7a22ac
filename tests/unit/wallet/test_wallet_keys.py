import sqlite3

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esspass.errors import MalformedError
from esspass.storage import connect
from tests.builders.holders import (
    NOW,
    PRF,
    SERVER_KEY,
    create_headless_holder,
    create_passkey_holder,
    create_wallet_tables,
)
from wallet.keys import HolderKeys, LockedError, create_key_id
from wallet.sealing import SealedError, SealingKey


@pytest.fixture
def keys(database):
    return HolderKeys(create_wallet_tables(database), SERVER_KEY)


def test_a_stored_key_signs_after_reopening(keys, database):
    holder = create_passkey_holder(database)
    key_id = create_key_id(keys.create(holder, NOW))
    again = keys.open_with_prf("asta", PRF, NOW + 5)
    signer = keys.read(again, key_id)
    signature = signer.sign(b"message")
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signer.public_key.verify(encode_dss_signature(r, s), b"message", ec.ECDSA(hashes.SHA256()))


def test_every_copy_has_its_own_key(keys, database):
    holder = create_headless_holder(database)
    ids = {create_key_id(keys.create(holder, NOW)) for _ in range(5)}
    assert len(ids) == 5


def test_ww_01_a_passkey_holder_does_not_open_with_the_server_key(keys, database):
    create_passkey_holder(database)
    with pytest.raises(LockedError):
        keys.open_with_server_key("asta", NOW)


def test_ww_01_another_prf_output_does_not_open(keys, database):
    create_passkey_holder(database)
    with pytest.raises(LockedError):
        keys.open_with_prf("asta", bytes(32), NOW)


def test_ww_01_another_server_key_does_not_open(keys, database):
    create_headless_holder(database)
    with pytest.raises(SealedError):
        HolderKeys(database, SealingKey(bytes(32))).open_with_server_key("jonas", NOW)


def test_ww_01_no_private_scalar_lies_on_the_disk(tmp_path):
    path = tmp_path / "wallet.db"
    database = create_wallet_tables(connect(str(path)))
    keys = HolderKeys(database, SERVER_KEY)
    holders = [create_headless_holder(database), create_passkey_holder(database)]
    signers = [keys.create(holder, NOW) for holder in holders]
    database.close()
    sqlite3.connect(path).close()
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"wallet_holder_keys" in on_disk
    for signer in signers:
        scalar = signer.private_key.private_numbers().private_value.to_bytes(32, "big")
        assert scalar not in on_disk
        assert scalar.hex().encode() not in on_disk
    for holder in holders:
        assert holder.wrapping_key.secret not in on_disk


def test_a_key_moved_to_another_holder_does_not_open(keys, database):
    asta, jonas = create_passkey_holder(database), create_headless_holder(database)
    key_id = create_key_id(keys.create(asta, NOW))
    database.execute("UPDATE wallet_holder_keys SET holder_id = :to", to=jonas.id)
    with pytest.raises(SealedError):
        keys.read(jonas, key_id)


def test_a_wrapping_key_moved_to_another_holder_does_not_open(keys, database):
    create_headless_holder(database, "jonas")
    database.execute("UPDATE wallet_wrapping_keys SET holder_id = :to", to="eve")
    with pytest.raises(SealedError):
        keys.open_with_server_key("eve", NOW)


def test_another_holders_key_is_unknown(keys, database):
    key_id = create_key_id(keys.create(create_passkey_holder(database), NOW))
    with pytest.raises(MalformedError):
        keys.read(create_headless_holder(database), key_id)


def test_a_second_passkey_opens_the_same_keys(keys, database):
    holder = create_passkey_holder(database)
    key_id = create_key_id(keys.create(holder, NOW))
    keys.add_prf(holder, bytes(32), NOW)
    other = keys.open_with_prf("asta", bytes(32), NOW)
    assert create_key_id(keys.read(other, key_id)) == key_id
    assert len(keys.protections("asta")) == 2


def test_ww_01_a_renamed_way_to_open_does_not_open(keys, database):
    create_passkey_holder(database)
    database.execute("UPDATE wallet_wrapping_keys SET opened_by = :server", server="server")
    with pytest.raises(SealedError):
        keys.open_with_server_key("asta", NOW)


def test_deleted_keys_are_gone(keys, database):
    holder = create_headless_holder(database)
    first, second = (create_key_id(keys.create(holder, NOW)) for _ in range(2))
    keys.delete(holder.id, first)
    with pytest.raises(MalformedError):
        keys.read(holder, first)
    keys.delete_all(holder.id)
    assert keys.protections(holder.id) == ()
    with pytest.raises(MalformedError):
        keys.read(holder, second)
