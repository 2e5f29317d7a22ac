import json

import pytest

from esspass.errors import EsspassError
from esspass.jose.jws import create_jws, parse_jws
from esspass.keys.certificates import create_x5c
from esspass.statuslist import (
    INVALID,
    StatusList,
    create_status_list_token,
    parse_status_list_token,
    verify_status_list_token,
)
from tests.builders.credentials import (
    NOW,
    STATUS_URI,
    create_parties,
    create_status_list_raw,
    sign_raw,
    sign_with_public_key_as_secret,
)

PARTIES = create_parties()
SIGNER = PARTIES.status_signer


def create_list():
    statuses = StatusList.empty(1024, 2)
    statuses.set(412, INVALID)
    return statuses


def create_token(**options):
    given = {"now": NOW, "lifetime": 86_400, "ttl": 300, **options}
    return create_status_list_token(create_list(), STATUS_URI, SIGNER, **given)


def verify(token, uri=STATUS_URI, now=NOW):
    return verify_status_list_token(parse_status_list_token(token), SIGNER.public_key, uri, now)


def refuse(code, token, **options):
    with pytest.raises(EsspassError) as refusal:
        verify(token, **options)
    assert refusal.value.code == code


def claims(**changes):
    full = {
        "sub": STATUS_URI,
        "iat": NOW,
        "exp": NOW + 86_400,
        "ttl": 300,
        "status_list": {"bits": 2, "lst": create_list().compress()},
    }
    return {name: value for name, value in (full | changes).items() if value != "absent"}


def test_a_token_tells_the_statuses():
    verified = verify(create_token())
    assert verified.statuses.get(412) == INVALID
    assert verified.statuses.get(411) == 0
    assert (verified.uri, verified.issued_at, verified.expires_at, verified.ttl) == (
        STATUS_URI,
        NOW,
        NOW + 86_400,
        300,
    )


def test_header_and_claims_of_a_token():
    jws = parse_jws(create_token())
    assert jws.header == {
        "alg": "ES256",
        "typ": "statuslist+jwt",
        "x5c": create_x5c(SIGNER.certificates),
    }
    assert jws.claims().keys() == {"sub", "iat", "exp", "ttl", "status_list"}


def test_exp_and_ttl_may_be_absent():
    verified = verify(create_status_list_raw(SIGNER, claims(exp="absent", ttl="absent")))
    assert (verified.expires_at, verified.ttl) == (None, None)


def test_sl_01_a_signed_bomb_is_refused():
    bomb = StatusList.empty(8 * 40_000_000, 1).compress()
    refuse(
        "status_list_too_large",
        create_status_list_raw(SIGNER, claims(status_list={"bits": 1, "lst": bomb})),
    )


def test_sl_01_a_bomb_is_not_touched_before_its_signature():
    """A stranger's bomb costs nothing: the signature is looked at first."""
    bomb = StatusList.empty(8 * 40_000_000, 1).compress()
    refuse(
        "bad_signature",
        create_status_list_raw(PARTIES.stranger, claims(status_list={"bits": 1, "lst": bomb})),
    )


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "ES384", "", None, ["ES256"]], ids=repr)
def test_sl_02_alg(alg):
    header = {"alg": alg, "typ": "statuslist+jwt", "x5c": create_x5c(SIGNER.certificates)}
    sign = sign_with_public_key_as_secret(SIGNER.public_key) if alg == "HS256" else SIGNER.sign
    refuse(
        "bad_signature", sign_raw(json.dumps(header).encode(), json.dumps(claims()).encode(), sign)
    )


def test_sl_02_unsigned():
    token = create_token().rpartition(".")[0]
    refuse("bad_signature", token + ".")
    refuse("malformed", token)


def test_sl_02_other_key():
    refuse("bad_signature", create_status_list_raw(PARTIES.stranger, claims()))


@pytest.mark.parametrize(
    "typ", ["JWT", "dc+sd-jwt", "statuslist+cwt", "application/statuslist+jwt", None, ""], ids=repr
)
def test_sl_02_other_typ(typ):
    refuse("bad_typ", create_status_list_raw(SIGNER, claims(), typ=typ))


def test_sl_02_no_certificate():
    refuse("malformed", create_jws({"typ": "statuslist+jwt"}, claims(), SIGNER))


@pytest.mark.parametrize(
    "sub",
    [
        STATUS_URI + "/",
        STATUS_URI.upper(),
        "https://other.example.org/1",
        None,
        [STATUS_URI],
        "absent",
    ],
    ids=repr,
)
def test_sl_03_sub_differs_from_uri(sub):
    refuse("status_list_subject", create_status_list_raw(SIGNER, claims(sub=sub)))


def test_sl_03_a_true_list_from_another_address():
    refuse("status_list_subject", create_token(), uri="https://status.example.org/lists/2")


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ({"bits": 3, "lst": create_list().compress()}, "status_list_bits"),
        ({"bits": True, "lst": create_list().compress()}, "status_list_malformed"),
        ({"bits": 2.0, "lst": create_list().compress()}, "status_list_malformed"),
        ({"bits": "2", "lst": create_list().compress()}, "status_list_malformed"),
        ({"lst": create_list().compress()}, "status_list_malformed"),
        ({"bits": 2}, "status_list_malformed"),
        ({"bits": 2, "lst": [1]}, "status_list_malformed"),
        ([], "status_list_malformed"),
        (None, "status_list_malformed"),
        ("absent", "status_list_malformed"),
    ],
    ids=repr,
)
def test_sl_05_bits_and_shape(member, code):
    refuse(code, create_status_list_raw(SIGNER, claims(status_list=member)))


def test_sl_06_expired():
    verify(create_token(lifetime=100), now=NOW + 159)
    refuse("status_list_expired", create_token(lifetime=100), now=NOW + 160)


def test_sl_06_iat_in_the_future():
    verify(create_token(), now=NOW - 60)
    refuse("status_list_not_yet_valid", create_token(), now=NOW - 61)


@pytest.mark.parametrize(
    "change",
    [
        {"iat": "absent"},
        {"iat": str(NOW)},
        {"iat": True},
        {"exp": "soon"},
        {"exp": None},
        {"exp": -5},
    ],
    ids=repr,
)
def test_sl_06_dates_that_are_none(change):
    refuse("bad_date", create_status_list_raw(SIGNER, claims(**change)))


@pytest.mark.parametrize("ttl", [0, -1, 1.5, True, "300"], ids=repr)
def test_ttl_is_a_positive_number(ttl):
    refuse("status_list_malformed", create_status_list_raw(SIGNER, claims(ttl=ttl)))


def test_any_flipped_bit_is_refused():
    token = create_token()
    for position in range(0, len(token), 3):
        with pytest.raises(EsspassError):
            verify(token[:position] + chr(ord(token[position]) ^ 1) + token[position + 1 :])


def test_a_token_over_four_mebibytes_is_not_read():
    refuse("malformed", "e30." + "A" * (4 * 1024 * 1024) + ".AAAA")
