import pytest

from esspass.errors import ProtocolError, UntrustedIssuerError
from esspass.keys.jwk import create_jwk, create_thumbprint
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci.proofs import (
    ProofPolicy,
    parse_proofs,
    verify_nonces,
    verify_proofs,
)
from tests.builders.issuance import ISSUER, NOW, WalletKit, accept, flip_signature, spoil, unsecure

NONCE = "nonce-1"


@pytest.fixture(scope="module")
def kit():
    return WalletKit(holders=3)


def verify(values, proof_type="jwt", **policy):
    settings = {"credential_issuer": ISSUER, "decide": accept, **policy}
    return verify_proofs(parse_proofs({proof_type: values}), ProofPolicy(**settings), NOW)


def jwks(kit):
    return tuple(create_jwk(holder.public_key) for holder in kit.holders)


def test_jwt_proofs_give_minimal_keys_in_order(kit):
    given = [kit.jwt_proof(NONCE, holder=i) for i in range(3)]
    given[1] = spoil(
        given[1], kit.holders[1], header={"jwk": {**jwks(kit)[1], "kid": "k", "use": "sig"}}
    )
    verified = verify(given)
    assert verified.jwks == jwks(kit)
    assert verified.nonces == {NONCE}
    verify_nonces(verified, fresh=True)


def test_a_jwt_with_key_attestation_proves_every_attested_key(kit):
    assert verify([kit.jwt_proof(NONCE, attest=True)]).jwks == jwks(kit)


def test_each_jwt_may_carry_the_same_key_attestation(kit):
    given = [kit.jwt_proof(NONCE, holder=i, attest=True) for i in range(3)]
    assert verify(given, key_attestation_required=True).jwks == jwks(kit)


def test_an_attestation_alone_proves_every_key(kit):
    verified = verify([kit.key_attestation(NONCE)], "attestation", key_attestation_required=True)
    assert verified.jwks == jwks(kit)
    assert verified.nonces == {NONCE}


@pytest.mark.parametrize("by", ["place", "thumbprint"])
def test_a_kid_names_an_attested_key(kit, by):
    kid = "1" if by == "place" else create_thumbprint(jwks(kit)[1])
    token = spoil(
        kit.jwt_proof(NONCE, holder=1, attest=True),
        kit.holders[1],
        header={"jwk": None, "kid": kid},
    )
    assert verify([token]).jwks == jwks(kit)


def test_a_key_may_be_named_by_certificate(kit):
    token = spoil(kit.jwt_proof(NONCE), kit.provider, header={"jwk": None, "x5c": kit.x5c()})
    assert verify([token]).jwks == (create_jwk(kit.provider.public_key),)


def one(change):
    return lambda kit: [change(kit, kit.jwt_proof(NONCE))]


BAD = {
    "VCI-03-other-aud": one(lambda kit, p: spoil(p, kit.holders[0], aud="https://other.example")),
    "VCI-03-no-aud": one(lambda kit, p: spoil(p, kit.holders[0], aud=None)),
    "VCI-03-no-nonce": one(lambda kit, p: spoil(p, kit.holders[0], nonce=None)),
    "VCI-03-old": one(lambda kit, p: spoil(p, kit.holders[0], iat=NOW - 3600)),
    "VCI-03-future": one(lambda kit, p: spoil(p, kit.holders[0], iat=NOW + 3600)),
    "VCI-03-no-iat": one(lambda kit, p: spoil(p, kit.holders[0], iat=None)),
    "VCI-03-expired": one(lambda kit, p: spoil(p, kit.holders[0], exp=NOW - 300)),
    "VCI-04-signature": one(lambda _kit, p: flip_signature(p)),
    "VCI-04-alg-none": one(lambda _kit, p: unsecure(p)),
    "VCI-04-typ": one(lambda kit, p: spoil(p, kit.holders[0], header={"typ": "jwt"})),
    "VCI-04-kid": one(lambda kit, p: spoil(p, kit.holders[0], header={"jwk": None, "kid": "0"})),
    "VCI-04-kid-and-jwk": one(lambda kit, p: spoil(p, kit.holders[0], header={"kid": "0"})),
    "VCI-04-no-key": one(lambda kit, p: spoil(p, kit.holders[0], header={"jwk": None})),
    "VCI-10-same-key": lambda kit: [kit.jwt_proof(NONCE), kit.jwt_proof(NONCE)],
    "VCI-12-private-key": one(
        lambda kit, p: spoil(p, kit.holders[0], header={"jwk": {**jwks(kit)[0], "d": "AA"}})
    ),
    "VCI-12-other-key": one(lambda kit, p: spoil(p, kit.holders[0], header={"jwk": jwks(kit)[1]})),
}


@pytest.mark.parametrize("make", [pytest.param(m, id=i) for i, m in BAD.items()])
def test_bad_jwt_proofs(kit, make):
    with pytest.raises(ProtocolError) as refused:
        verify(make(kit))
    assert refused.value.code == "invalid_proof"


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"jwt": []}, {"jwt": "x"}, {"jwt": [1]}, {"jwt": ["a"], "attestation": ["b"]},
     {"di_vp": [{}]}, {"attestation": ["a", "b"]}, {"jwt": ["x"] * 101}],
)  # fmt: skip
def test_vci_04_shapes_that_are_not_proofs(value):
    with pytest.raises(ProtocolError) as refused:
        parse_proofs(value)
    assert refused.value.code == "invalid_proof"


def attested(kit, **claims):
    token = spoil(kit.key_attestation(None), kit.provider, **claims)
    return spoil(kit.jwt_proof(NONCE), kit.holders[0], header={"key_attestation": token})


BAD_ATTESTED = {
    "no-exp": lambda kit: attested(kit, exp=None),
    "expired": lambda kit: attested(kit, exp=NOW - 900),
    "other-nonce": lambda kit: attested(kit, nonce="other"),
    "other-keys": lambda kit: attested(kit, attested_keys=[jwks(kit)[1]]),
    "no-keys": lambda kit: attested(kit, attested_keys=[]),
    "key-twice": lambda kit: attested(kit, attested_keys=[jwks(kit)[0]] * 2),
    "private-key": lambda kit: attested(kit, attested_keys=[{**jwks(kit)[0], "d": "AA"}]),
    "signature": lambda kit: spoil(
        kit.jwt_proof(NONCE),
        kit.holders[0],
        header={"key_attestation": flip_signature(kit.key_attestation(None))},
    ),
    "typ": lambda kit: spoil(
        kit.jwt_proof(NONCE),
        kit.holders[0],
        header={
            "key_attestation": spoil(
                kit.key_attestation(None), kit.provider, header={"typ": "keyattestation+jwt"}
            )
        },
    ),
    "not-text": lambda kit: spoil(
        kit.jwt_proof(NONCE), kit.holders[0], header={"key_attestation": 5}
    ),
    "kid-unknown": lambda kit: spoil(
        kit.jwt_proof(NONCE, attest=True), kit.holders[0], header={"jwk": None, "kid": "9"}
    ),
}


@pytest.mark.parametrize("make", [pytest.param(m, id=i) for i, m in BAD_ATTESTED.items()])
def test_bad_key_attestations(kit, make):
    with pytest.raises(ProtocolError) as refused:
        verify([make(kit)])
    assert refused.value.code == "invalid_proof"


def test_an_attestation_without_nonce_is_refused(kit):
    with pytest.raises(ProtocolError):
        verify([kit.key_attestation(None)], "attestation")


def test_a_key_attestation_can_be_required(kit):
    with pytest.raises(ProtocolError) as refused:
        verify([kit.jwt_proof(NONCE)], key_attestation_required=True)
    assert refused.value.code == "invalid_proof"


def test_an_unknown_provider_of_key_attestations_is_refused(kit):
    def decide(_chain):
        raise UntrustedIssuerError("not a wallet provider")

    with pytest.raises(ProtocolError):
        verify([kit.key_attestation(NONCE)], "attestation", decide=decide)


def test_iss_must_be_the_client(kit):
    verify([kit.jwt_proof(NONCE, client_id="wallet.example")], client_id="wallet.example")
    with pytest.raises(ProtocolError):
        verify([kit.jwt_proof(NONCE, client_id="other")], client_id="wallet.example")


def test_vci_03_a_nonce_that_is_not_fresh(kit):
    with pytest.raises(ProtocolError) as refused:
        verify_nonces(verify([kit.jwt_proof(NONCE)]), fresh=False)
    assert refused.value.code == "invalid_nonce"


def test_a_foreign_key_cannot_sign_for_an_attested_one(kit):
    stranger = KeySigner(create_key())
    token = spoil(
        kit.jwt_proof(NONCE, attest=True), stranger, header={"jwk": create_jwk(stranger.public_key)}
    )
    with pytest.raises(ProtocolError):
        verify([token])
