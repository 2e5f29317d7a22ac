import json
import os

import pytest

from esspass.errors import MalformedError
from esspass.jose.jws import parse_jws
from esspass.keys.jwk import decode_base64url
from esspass.sdjwt import (
    create_sd_jwt,
    create_sd_jwt_vc,
    parse_disclosure,
    parse_sd_jwt,
    process_disclosures,
)
from tests.builders.credentials import DISCLOSABLE, create_claims, create_credential, create_parties

PARTIES = create_parties()


def issue(claims, *disclosable, **options):
    text = create_sd_jwt(claims, disclosable, PARTIES.issuer, **options)
    sd_jwt = parse_sd_jwt(text)
    return parse_jws(sd_jwt.issuer_jwt).claims(), [parse_disclosure(d) for d in sd_jwt.disclosures]


def test_hides_a_member():
    payload, (disclosure,) = issue({"a": 1, "b": 2}, ("a",))
    assert payload.keys() == {"b", "_sd", "_sd_alg"}
    assert (disclosure.name, disclosure.value) == ("a", 1)


def test_hides_every_element_of_an_array():
    payload, disclosures = issue({"a": ["x", "y"]}, ("a", None))
    assert [list(e) for e in payload["a"]] == [["..."], ["..."]]
    assert [(d.name, d.value) for d in disclosures] == [(None, "x"), (None, "y")]


def test_hides_one_element_by_its_index():
    payload, (disclosure,) = issue({"a": ["x", "y"]}, ("a", 1))
    assert payload["a"][0] == "x"
    assert disclosure.value == "y"


def test_an_index_and_a_wildcard_add_up():
    claims = {"a": [{"b": 1, "c": 2}, {"b": 3, "c": 4}]}
    payload, disclosures = issue(claims, ("a", None, "b"), ("a", 0), ("a", 0, "c"))
    assert list(payload["a"][0]) == ["..."]
    assert payload["a"][1]["c"] == 4
    assert [d.name for d in disclosures] == ["b", "c", None, "b"]


def test_a_path_beneath_another_makes_a_recursive_disclosure():
    payload, (inner, outer) = issue({"a": {"b": {"c": 1}}}, ("a",), ("a", "b"))
    assert payload.keys() == {"_sd", "_sd_alg"}
    assert (inner.name, outer.name) == ("b", "a")
    assert list(outer.value) == ["_sd"]


@pytest.mark.parametrize(
    "path", [("z",), ("a", "b"), ("a", None), ("l", 9), ("l", "x"), ("l", -1), ()]
)
def test_ignores_a_path_that_matches_nothing(path):
    payload, disclosures = issue({"a": 1, "l": ["x"]}, path)
    assert payload == {"a": 1, "l": ["x"], "_sd_alg": "sha-256"}
    assert not disclosures


def test_digests_are_in_an_order_of_their_own():
    payload, _ = issue({f"c{n}": n for n in range(30)}, *((f"c{n}",) for n in range(30)))
    assert payload["_sd"] == sorted(payload["_sd"])


def test_decoys_look_like_digests_and_mean_nothing():
    claims = {"a": 1, "l": ["x"], "plain": ["y"]}
    payload, disclosures = issue(claims, ("a",), ("l", None), decoys=3)
    assert len(payload["_sd"]) == 4
    assert len(payload["l"]) == 4
    assert payload["plain"] == ["y"]
    assert {len(d) for d in payload["_sd"]} == {43}
    assert len(disclosures) == 2
    text = create_sd_jwt(claims, [("a",), ("l", None)], PARTIES.issuer, decoys=3)
    sd_jwt = parse_sd_jwt(text)
    assert (
        process_disclosures(parse_jws(sd_jwt.issuer_jwt).claims(), sd_jwt.disclosures).claims
        == claims
    )


def test_salts_come_from_the_given_source_and_are_long_enough():
    _, disclosures = issue(
        {"a": 1, "b": 2},
        ("a",),
        ("b",),
        random=lambda n: bytes(range(256))[: n % 256] + bytes(n - n % 256),
    )
    assert all(len(decode_base64url(d.salt)) * 8 >= 128 for d in disclosures)
    assert disclosures[0].salt != disclosures[1].salt


def test_many_salts_are_all_different():
    claims = {"a": list(range(500))}
    _, disclosures = issue(claims, ("a", None))
    assert len({d.salt for d in disclosures}) == 500


def test_two_copies_of_a_credential_share_no_salt_or_digest():
    """Unlinkable batches (VCI-10) need it."""
    first, second = (parse_sd_jwt(create_credential(PARTIES)) for _ in range(2))
    assert not set(first.disclosures) & set(second.disclosures)


@pytest.mark.parametrize(
    "claims",
    [{"_sd": []}, {"a": {"...": 1}}, {"a": [{"_sd": 1}]}, {"_sd_alg": "x"}],
    ids=json.dumps,
)
def test_refuses_claims_with_reserved_names(claims):
    with pytest.raises(MalformedError, match="reserved") as refusal:
        create_sd_jwt(claims, [], PARTIES.issuer)
    assert refusal.value.code == "reserved_claim_name"


@pytest.mark.parametrize("name", ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"])
def test_registered_claims_are_never_selective(name):
    for path in ((name,), (name, "inner")):
        with pytest.raises(MalformedError) as refusal:
            create_sd_jwt_vc(create_claims(PARTIES.holder), [path], PARTIES.issuer)
        assert refusal.value.code == "registered_claim_disclosed"


def test_a_credential_needs_a_type_and_certificates():
    claims = create_claims(PARTIES.holder)
    with pytest.raises(MalformedError, match="certificate"):
        create_sd_jwt_vc(claims, DISCLOSABLE, PARTIES.holder)
    del claims["vct"]
    with pytest.raises(MalformedError, match="type"):
        create_sd_jwt_vc(claims, DISCLOSABLE, PARTIES.issuer)


def test_header_of_a_credential():
    header = parse_jws(parse_sd_jwt(create_credential(PARTIES)).issuer_jwt).header
    assert header.keys() == {"alg", "typ", "x5c"}
    assert (header["alg"], header["typ"], len(header["x5c"])) == ("ES256", "dc+sd-jwt", 1)


def test_claims_given_are_not_changed():
    claims = create_claims(PARTIES.holder)
    before = json.dumps(claims)
    create_sd_jwt_vc(claims, DISCLOSABLE, PARTIES.issuer, random=os.urandom)
    assert json.dumps(claims) == before
