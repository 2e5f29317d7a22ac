import pytest

from esspass.errors import ProtocolError, UntrustedIssuerError
from esspass.keys.jwk import create_jwk
from esspass.keys.signer import KeySigner, create_key
from esspass.openid4vci.client_attestation import (
    verify_client_attestation,
    verify_client_attestation_pop,
    verify_client_id,
)
from tests.builders.issuance import (
    ISSUER,
    NOW,
    WalletKit,
    accept,
    create_provider,
    flip_signature,
    spoil,
    unsecure,
)


@pytest.fixture(scope="module")
def kit():
    return WalletKit()


def verify(kit, attestation=None, pop=None):
    client = verify_client_attestation(attestation or kit.attestation(), now=NOW, decide=accept)
    proof = verify_client_attestation_pop(pop or kit.pop(), client, audience=ISSUER, now=NOW)
    return client, proof


def test_an_attested_wallet_is_known_by_its_sub_and_key(kit):
    client, proof = verify(kit, pop=kit.pop(challenge="c"))
    assert client.client_id == "wallet.example"
    assert client.instance_jwk == create_jwk(kit.instance.public_key)
    assert proof.challenge == "c"
    verify_client_id(client, "wallet.example")
    verify_client_id(client, None)


def test_the_shape_of_draft_10_without_iss_is_accepted(kit):
    verify(
        kit,
        attestation=spoil(kit.attestation(), kit.provider, iss=None),
        pop=spoil(kit.pop(), kit.instance, iss=None),
    )


def test_we_emit_the_shape_of_draft_07(kit):
    from esspass.jose.jws import parse_jws

    assert parse_jws(kit.attestation()).claims()["iss"] == "https://provider.example"
    assert parse_jws(kit.pop()).claims()["iss"] == "wallet.example"


BAD_ATTESTATIONS = {
    "exp-past": {"exp": NOW - 600},
    "exp-now": {"exp": NOW},
    "no-exp": {"exp": None},
    "no-sub": {"sub": None},
    "sub-not-string": {"sub": 7},
    "no-cnf": {"cnf": None},
    "cnf-private": {"cnf": {"jwk": {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "d"}}},
    "nbf-future": {"nbf": NOW + 900},
}


@pytest.mark.parametrize(
    "claims", [pytest.param(c, id=f"VCI-07-{i}") for i, c in BAD_ATTESTATIONS.items()]
)
def test_bad_attestation_claims(kit, claims):
    with pytest.raises(ProtocolError) as refused:
        verify(kit, attestation=spoil(kit.attestation(), kit.provider, **claims))
    assert (refused.value.code, refused.value.status) == ("invalid_client_attestation", 401)


def test_vci_07_a_stale_attestation_is_asked_for_afresh(kit):
    """Only a genuine one: what is forged or expired is refused for good."""
    long_lived = kit.attestation(now=NOW - 3601, lifetime=90 * 86400)
    verify_client_attestation(long_lived, now=NOW, decide=accept, max_age=3601)
    undated = spoil(kit.attestation(), kit.provider, iat=None)
    for stale in (long_lived, undated):
        with pytest.raises(ProtocolError) as refused:
            verify_client_attestation(stale, now=NOW, decide=accept, max_age=3600)
        assert (refused.value.code, refused.value.status) == ("use_fresh_attestation", 400)
    expired = kit.attestation(now=NOW - 7200, lifetime=3600)
    for bad in (expired, flip_signature(long_lived), spoil(long_lived, kit.provider, sub=None)):
        with pytest.raises(ProtocolError) as refused:
            verify_client_attestation(bad, now=NOW, decide=accept, max_age=3600)
        assert (refused.value.code, refused.value.status) == ("invalid_client_attestation", 401)


def test_vci_07_a_stale_attestation_of_an_unknown_provider_is_refused(kit):
    def decide(_chain):
        raise UntrustedIssuerError("not a wallet provider")

    stale = kit.attestation(now=NOW - 2 * 86400, lifetime=90 * 86400)
    with pytest.raises(ProtocolError) as refused:
        verify_client_attestation(stale, now=NOW, decide=decide)
    assert refused.value.code == "invalid_client_attestation"


BAD_TOKENS = {
    "signature": lambda kit: flip_signature(kit.attestation()),
    "alg-none": lambda kit: unsecure(kit.attestation()),
    "other-key": lambda kit: spoil(kit.attestation(), KeySigner(create_key())),
    "typ": lambda kit: spoil(kit.attestation(), kit.provider, header={"typ": "JWT"}),
    "no-x5c": lambda kit: spoil(kit.attestation(), kit.provider, header={"x5c": None}),
    "x5c-of-another": lambda kit: spoil(
        kit.attestation(), kit.provider, header={"x5c": WalletKit(create_provider("Other")).x5c()}
    ),
    "not-a-jwt": lambda _kit: "nonsense",
    "huge": lambda _kit: "a" * 100_000,
}


@pytest.mark.parametrize("make", [pytest.param(m, id=f"VCI-07-{i}") for i, m in BAD_TOKENS.items()])
def test_bad_attestation_tokens(kit, make):
    with pytest.raises(ProtocolError) as refused:
        verify(kit, attestation=make(kit))
    assert refused.value.code == "invalid_client_attestation"


def test_vci_07_an_unknown_provider_is_refused(kit):
    def decide(_chain):
        raise UntrustedIssuerError("not a wallet provider")

    with pytest.raises(ProtocolError) as refused:
        verify_client_attestation(kit.attestation(), now=NOW, decide=decide)
    assert refused.value.code == "invalid_client_attestation"


BAD_POPS = {
    "wrong-aud": lambda kit: spoil(kit.pop(), kit.instance, aud="https://other.example"),
    "aud-list-of-two": lambda kit: spoil(
        kit.pop(), kit.instance, aud=[ISSUER, "https://x.example"]
    ),
    "no-aud": lambda kit: spoil(kit.pop(), kit.instance, aud=None),
    "other-iss": lambda kit: spoil(kit.pop(), kit.instance, iss="someone"),
    "no-jti": lambda kit: spoil(kit.pop(), kit.instance, jti=None),
    "no-iat": lambda kit: spoil(kit.pop(), kit.instance, iat=None),
    "old": lambda kit: kit.pop(now=NOW - 3600),
    "future": lambda kit: kit.pop(now=NOW + 3600),
    "signature": lambda kit: flip_signature(kit.pop()),
    "other-key": lambda kit: spoil(kit.pop(), KeySigner(create_key())),
    "typ": lambda kit: spoil(kit.pop(), kit.instance, header={"typ": "jwt"}),
    "alg-none": lambda kit: unsecure(kit.pop()),
}


@pytest.mark.parametrize(
    "make", [pytest.param(m, id=f"VCI-07-pop-{i}") for i, m in BAD_POPS.items()]
)
def test_bad_proofs_of_possession(kit, make):
    with pytest.raises(ProtocolError) as refused:
        verify(kit, pop=make(kit))
    assert refused.value.code == "invalid_client_attestation"


def test_another_client_id_is_refused(kit):
    client, _ = verify(kit)
    with pytest.raises(ProtocolError) as refused:
        verify_client_id(client, "other.example")
    assert (refused.value.code, refused.value.status) == ("invalid_client", 401)
