"""The institution directory as a signed document, and the file that verifiers pin."""

import json

import pytest

from esspass.errors import MalformedError, UntrustedIssuerError, VerificationError
from esspass.jose.jws import create_json, create_jws
from esspass.keys.certificates import create_signer
from esspass.trust import (
    DIRECTORY,
    Authorization,
    ListType,
    create_trust_anchors,
    parse_trust_anchors,
    verify_directory,
)
from esspass.trust.jades import sign_jades
from esspass.trust.timestamps import create_timestamp, parse_timestamp
from tests.builders.lists import DAY, NOW, OPERATOR, PDA1, authorize


def verify(world, token):
    return verify_directory(token, world.certificates(DIRECTORY), NOW)


def test_the_directory_is_read_back(world, fund):
    world.institutions = [authorize(fund, PDA1, ends=NOW)]
    directory = verify(world, world.create_directory_token())
    assert directory.institutions == tuple(world.institutions)
    assert directory.find("LT:1000").entity == fund.name
    assert directory.find("LT:1") is None
    assert directory.of_entity([fund.name]) == tuple(world.institutions)


def test_periods_include_their_start_and_exclude_their_end():
    period = Authorization(PDA1, NOW, NOW + 10)
    answers = [period.covers(moment, moment) for moment in (NOW - 1, NOW, NOW + 9, NOW + 10)]
    assert answers == [False, True, True, False]
    assert Authorization(PDA1, NOW).covers(NOW + 10**9, NOW + 10**9)
    assert period.covers(NOW - 5, NOW), "somewhere in a window is enough"


def test_a_foreign_signer(world):
    other = create_signer(world.authority, OPERATOR, "EU", "other", NOW - DAY)
    world.signers = {**world.signers, DIRECTORY: other}
    token = world.create_directory_token()
    with pytest.raises(UntrustedIssuerError):
        verify_directory(token, world.certificates(ListType.PUB_EAA_PROVIDERS), NOW)


def test_another_typ_under_the_right_key(world):
    """What the operator signs for another purpose is no directory."""
    token = sign_jades(b"{}", world.signers[DIRECTORY], NOW - DAY, typ="other+jwt")
    with pytest.raises(MalformedError):
        verify(world, token)
    with pytest.raises(MalformedError):
        verify(world, create_jws({}, {}, world.signers[DIRECTORY]))


def test_another_territory(world):
    world.territory = "LT"
    with pytest.raises(VerificationError) as raised:
        verify(world, world.create_directory_token())
    assert raised.value.code == "list_signer_mismatch"


def test_a_directory_of_tomorrow(world):
    with pytest.raises(VerificationError):
        verify(world, world.create_directory_token(issued_at=NOW + DAY))


def body(**changes):
    return {
        "sequence_number": 1,
        "operator": OPERATOR,
        "territory": "EU",
        "issued": "2026-09-01T00:00:00Z",
        "next_update": None,
        "institutions": [],
        **changes,
    }


INSTITUTION = {"id": "LT:1", "entity": "x", "country": "LT", "attestation_types": []}
SPOILED = {
    "no number": body(sequence_number=None),
    "zero": body(sequence_number=0),
    "true": body(sequence_number=True),
    "more": body(more=1),
    "bad time": body(issued="yesterday"),
    "twice": body(institutions=[INSTITUTION, INSTITUTION]),
    "bad id": body(institutions=[{**INSTITUTION, "id": "1000"}]),
    "no name": body(institutions=[{k: v for k, v in INSTITUTION.items() if k != "entity"}]),
    "bad type": body(institutions=[{**INSTITUTION, "attestation_types": [{"vct": "x"}]}]),
    "not a list": body(institutions={}),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_directory(world, name):
    token = sign_jades(
        create_json(SPOILED[name]), world.signers[DIRECTORY], NOW - DAY, "institution-directory+jwt"
    )
    with pytest.raises(MalformedError):
        verify(world, token)


def test_the_body_the_spoiled_ones_come_from_is_good(world):
    token = sign_jades(
        create_json(body(institutions=[INSTITUTION])),
        world.signers[DIRECTORY],
        NOW - DAY,
        "institution-directory+jwt",
    )
    assert verify(world, token).next_update is None


def test_anchors_are_read_back(world):
    assert parse_trust_anchors(create_trust_anchors(world.anchors)) == world.anchors


def spoiled_anchors(world):
    good = json.loads(create_trust_anchors(world.anchors))
    first = good["lists"][0]
    return [
        "",
        "[]",
        "{}",
        json.dumps({**good, "lists": [{**first, "type": "other"}]}),
        json.dumps({**good, "lists": [first, first]}),
        json.dumps({**good, "lists": [{**first, "certificates": []}]}),
        json.dumps({**good, "lists": [{**first, "certificates": ["x"]}]}),
        json.dumps({**good, "lists": [{**first, "url": None}]}),
        json.dumps({**good, "lists": ["x"]}),
        json.dumps({**good, "directory": None}),
    ]


def test_spoiled_anchors(world):
    for text in spoiled_anchors(world):
        with pytest.raises(MalformedError):
            parse_trust_anchors(text)


@pytest.mark.parametrize("moment", [0, NOW, 253402300799])
def test_timestamps_are_read_back(moment):
    assert parse_timestamp(create_timestamp(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.0Z",
        "2026-01-01T24:00:01Z",
        None,
        5,
    ],
)
def test_other_time_formats_are_refused(text):
    with pytest.raises(MalformedError):
        parse_timestamp(text)
