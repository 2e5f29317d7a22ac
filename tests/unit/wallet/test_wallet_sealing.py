import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import MalformedError
from esspass.keys.jwk import decode_base64url, encode_base64url
from wallet.sealing import (
    SealedError,
    SealingKey,
    create_sealing_key,
    derive_sealing_key,
    read_sealing_key,
    write_sealing_key,
)

KEY = SealingKey(bytes(32))


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_again(plaintext, owner, row):
    assert KEY.unseal(KEY.seal(plaintext, owner, row), owner, row) == plaintext


@given(st.data())
def test_any_flipped_bit_is_refused(data):
    sealed = bytearray(decode_base64url(KEY.seal(b"secret", "a")))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealedError):
        KEY.unseal(encode_base64url(bytes(sealed)), "a")


@pytest.mark.parametrize("context", [("b",), (), ("a", ""), ("a", "b"), ("ab",)])
def test_a_value_moved_elsewhere_does_not_open(context):
    sealed = KEY.seal(b"secret", "a")
    with pytest.raises(SealedError):
        KEY.unseal(sealed, *context)


def test_joined_contexts_do_not_collide():
    sealed = KEY.seal(b"secret", "a", "bc")
    with pytest.raises(SealedError):
        KEY.unseal(sealed, "ab", "c")


def test_another_key_does_not_open():
    with pytest.raises(SealedError):
        create_sealing_key().unseal(KEY.seal(b"secret"))


@pytest.mark.parametrize("text", ["", "AA", "AAAAAAAAAAAAAAAA"])
def test_too_short_is_refused(text):
    with pytest.raises(SealedError):
        KEY.unseal(text)


def test_the_same_secret_gives_different_keys_for_different_purposes():
    assert (
        derive_sealing_key(bytes(32), "one").secret != derive_sealing_key(bytes(32), "two").secret
    )


def test_a_short_secret_is_refused():
    with pytest.raises(MalformedError):
        derive_sealing_key(bytes(31), "one")


def test_the_server_key_file_is_private_and_kept(tmp_path):
    write_sealing_key(tmp_path / "keys")
    first = read_sealing_key(tmp_path / "keys")
    write_sealing_key(tmp_path / "keys")
    assert read_sealing_key(tmp_path / "keys") == first
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_missing_server_key_is_a_clear_error(tmp_path):
    with pytest.raises(MalformedError, match="key-encryption"):
        read_sealing_key(tmp_path)


def test_the_secret_is_not_in_the_text_form():
    assert "secret" not in repr(create_sealing_key())
