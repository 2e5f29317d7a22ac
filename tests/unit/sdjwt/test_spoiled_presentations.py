"""JOSE-00: every named way to spoil a presentation is refused, for the reason it should be."""

import json

import pytest

from esspass.errors import EsspassError
from esspass.keys.jwk import decode_base64url
from tests.builders.credentials import create_presentation_parts, verify_all
from tests.builders.spoiled_presentations import CASES


def test_the_untouched_presentation_passes():
    claims = verify_all(create_presentation_parts().serialize())
    assert claims["subject"]["pin"] == "49001019999"


@pytest.mark.parametrize("case", [pytest.param(c, id=f"JOSE-00 {n}") for n, c in CASES.items()])
def test_refuses(case):
    with pytest.raises(EsspassError) as refusal:
        verify_all(case.create())
    assert refusal.value.code == case.code


@pytest.mark.parametrize("case", [pytest.param(c, id=f"JOSE-00 {n}") for n, c in CASES.items()])
def test_the_message_carries_no_value_of_a_claim(case):
    with pytest.raises(EsspassError) as refusal:
        verify_all(case.create())
    assert not any(v in str(refusal.value) for v in ("49001019999", "Ona", "A1-2026"))


def test_the_catalogue_is_not_smaller_than_the_one_it_answers():
    assert len(CASES) >= 92


def test_order_of_disclosures_says_nothing():
    parts = create_presentation_parts()
    parts.disclosures.reverse()
    verify_all(parts.serialize())


def test_unknown_digests_are_decoys():
    parts = create_presentation_parts()
    parts.credential.claims["_sd"].append("unknown-digest")
    parts.credential.claims["countries"].append({"...": "another"})
    assert len(verify_all(parts.serialize())["countries"]) == 2


def test_private_claims_may_bear_registered_names_further_down():
    parts = create_presentation_parts()
    parts.add_name = parts.conceal("degree", {"status": "final", "exp": "soon"})
    assert verify_all(parts.serialize())["degree"]["exp"] == "soon"


def test_iat_may_be_disclosed_selectively():
    parts = create_presentation_parts()
    parts.move_to_disclosure("iat")
    verify_all(parts.serialize())


def test_a_minimal_holder_key_is_enough():
    parts = create_presentation_parts()
    assert set(parts.credential.claims["cnf"]["jwk"]) == {"kty", "crv", "x", "y"}
    verify_all(parts.serialize())


@pytest.mark.parametrize("step", range(40))
def test_any_flipped_bit_is_refused(step):
    """Every fortieth character, so that all characters are covered by the whole test."""
    text = create_presentation_parts().serialize()
    for position in range(step, len(text), 40):
        flipped = text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]
        with pytest.raises(EsspassError):
            verify_all(flipped)


def test_a_disclosure_shows_only_its_own_claim():
    parts = create_presentation_parts()
    contents = [json.loads(decode_base64url(d)) for d in parts.disclosures]
    assert len({content[0] for content in contents}) == len(contents)
    assert all(len(content[0]) >= 22 for content in contents)
