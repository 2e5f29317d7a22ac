import pytest

from esspass.errors import EsspassError, KeyBindingError, MalformedError
from esspass.jose.jws import parse_jws
from esspass.sdjwt import (
    SdJwt,
    create_key_binding,
    create_presentation,
    create_sd_jwt,
    parse_sd_jwt,
    parse_sd_jwt_vc,
    process_disclosures,
    verify_key_binding,
    verify_sd_jwt_vc,
    verify_validity,
)
from tests.builders.credentials import (
    AUDIENCE,
    DISCLOSABLE,
    NONCE,
    NOW,
    create_claims,
    create_credential,
    create_parties,
)

PARTIES = create_parties()


def show(*paths):
    text = create_presentation(create_credential(PARTIES), paths)
    return verify_sd_jwt_vc(parse_sd_jwt_vc(text))


def test_the_whole_credential_gives_back_its_claims():
    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(create_credential(PARTIES)))
    assert verified.claims == create_claims(PARTIES.holder)
    assert verified.status is not None
    assert (verified.status.uri, verified.status.index) == (
        "https://status.example.org/lists/1",
        412,
    )
    assert len(verified.disclosed) == 10


def test_nothing_chosen_shows_nothing_selective():
    verified = show()
    assert verified.disclosed == frozenset()
    assert verified.claims["subject"] == {}
    assert verified.claims["countries"] == []


def test_shows_what_is_chosen_and_no_more():
    assert show(("subject", "pin")).claims["subject"] == {"pin": "49001019999"}


def test_a_parent_brings_what_is_beneath():
    assert show(("subject",)).claims["subject"] == create_claims(PARTIES.holder)["subject"]


def test_a_child_brings_its_parents_but_not_its_siblings():
    employments = show(("employments", 1, "address", "town")).claims["employments"]
    assert employments == [{"name": "Κατασκευές ΑΕ", "address": {"town": "Πάτρα", "country": "GR"}}]


def test_a_wildcard_chooses_in_every_element():
    assert show(("countries", None)).claims["countries"] == ["GR", "RO"]
    assert len(show(("employments", None, "name")).claims["employments"]) == 2
    assert "address" not in show(("employments", None, "name")).claims["employments"][0]


def test_an_element_without_the_chosen_member_stays_hidden():
    claims = {"list": [{"a": 1}, {"b": 2}]}
    text = create_sd_jwt(claims, [("list", None), ("list", None, "a")], PARTIES.issuer)
    sd_jwt = parse_sd_jwt(create_presentation(text, [("list", None, "a")]))
    payload = parse_jws(sd_jwt.issuer_jwt).claims()
    assert process_disclosures(payload, sd_jwt.disclosures).claims == {"list": [{"a": 1}]}


@pytest.mark.parametrize(
    "path",
    [
        ("nothing",),
        ("subject", 0),
        ("countries", "x"),
        ("countries", 9),
        ("countries", -1),
        ("iat", "x"),
        (None,),
    ],
)
def test_a_path_that_selects_nothing_shows_nothing(path):
    assert show(path).disclosed == frozenset()


def test_the_issuer_part_stays_byte_for_byte_and_the_binding_goes():
    text = create_credential(PARTIES)
    bound = create_key_binding(text, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW)
    again = create_presentation(bound, [("subject",), ("document_number",)])
    assert again.split("~")[0] == text.split("~")[0]
    assert again.endswith("~")


def test_a_subset_can_be_narrowed_again():
    wide = create_presentation(create_credential(PARTIES), [("subject",)])
    narrow = create_presentation(wide, [("subject", "pin")])
    assert len(parse_sd_jwt(narrow).disclosures) == 1


def test_serialization_is_the_inverse_of_parsing():
    text = create_credential(PARTIES)
    bound = create_key_binding(text, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW)
    assert parse_sd_jwt(text).serialize() == text
    assert parse_sd_jwt(bound).serialize() == bound
    assert parse_sd_jwt(bound).key_binding_jwt is not None


def test_cannot_present_what_is_not_consistent():
    text = create_credential(PARTIES) + "WyJzYWx0IiwgIngiLCAxXQ~"
    with pytest.raises(EsspassError, match="nowhere"):
        create_presentation(text, [])


def test_key_binding_carries_further_claims_but_not_over_its_own():
    text = create_credential(PARTIES)
    extra = {"transaction_data_hashes": ["abc"], "nonce": "overridden"}
    bound = create_key_binding(
        text, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW, claims=extra
    )
    claims = verify_key_binding(
        parse_sd_jwt(bound), PARTIES.holder.public_key, nonce=NONCE, audience=AUDIENCE, now=NOW
    )
    assert claims["transaction_data_hashes"] == ["abc"]
    assert claims["nonce"] == NONCE


def test_does_not_bind_twice():
    bound = create_key_binding(
        create_credential(PARTIES), PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW
    )
    with pytest.raises(MalformedError):
        create_key_binding(bound, PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW)


@pytest.mark.parametrize(
    ("later", "accepted"), [(-61, False), (-60, True), (0, True), (360, True), (361, False)]
)
def test_age_of_a_key_binding(later, accepted):
    bound = parse_sd_jwt(
        create_key_binding(
            create_credential(PARTIES), PARTIES.holder, nonce=NONCE, audience=AUDIENCE, now=NOW
        )
    )

    def verify():
        return verify_key_binding(
            bound, PARTIES.holder.public_key, nonce=NONCE, audience=AUDIENCE, now=NOW + later
        )

    if accepted:
        assert verify()["iat"] == NOW
        return
    with pytest.raises(KeyBindingError) as refusal:
        verify()
    assert refusal.value.code == "kb_iat"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (NOW - 86_400 - 61, "not_yet_valid"),
        (NOW - 86_400 - 60, None),
        (NOW + 86_400 * 300 + 59, None),
        (NOW + 86_400 * 300 + 60, "expired"),
    ],
)
def test_validity_at_its_edges(now, code):
    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(create_credential(PARTIES)))
    if code is None:
        verify_validity(verified, now)
        return
    with pytest.raises(EsspassError) as refusal:
        verify_validity(verified, now)
    assert refusal.value.code == code


def test_unverified_credential_tells_what_it_claims():
    vc = parse_sd_jwt_vc(create_credential(PARTIES))
    assert vc.issued_at == NOW - 86_400
    assert vc.status_reference.index == 412
    assert vc.claims["document_number"] == "A1-2026-000017"
    assert vc.chain == PARTIES.issuer.certificates


def test_a_key_given_replaces_the_leaf():
    vc = parse_sd_jwt_vc(create_credential(PARTIES))
    verify_sd_jwt_vc(vc, PARTIES.issuer.public_key)
    with pytest.raises(EsspassError):
        verify_sd_jwt_vc(vc, PARTIES.holder.public_key)


def test_a_credential_without_status_end_or_holder_says_so():
    claims = {"vct": "urn:example:plain:1", "nbf": NOW}
    header = {
        "typ": "dc+sd-jwt",
        "x5c": parse_sd_jwt_vc(create_credential(PARTIES)).jws.header["x5c"],
    }
    text = create_sd_jwt(claims, [], PARTIES.issuer, header=header)
    verified = verify_sd_jwt_vc(parse_sd_jwt_vc(text))
    assert (verified.status, verified.expires_at, verified.holder_jwk) == (None, None, None)
    assert verified.issued_at == NOW


@pytest.mark.parametrize(
    "text", [None, 7, b"a.b.c~", "a.b~", "a.b.c", "a.b.c~d~e", "a.b.c~d~e.f"], ids=repr
)
def test_refuses_what_is_no_sd_jwt(text):
    with pytest.raises(MalformedError):
        parse_sd_jwt(text)


def test_parts_are_values():
    assert SdJwt("a.b.c", ("d",)) == SdJwt("a.b.c", ("d",), None)
    assert len(DISCLOSABLE) == 7
