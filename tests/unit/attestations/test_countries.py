"""Country codes and institution codes: ISO inside, EESSI outside."""

import pytest

from esspass.attestations import (
    InstitutionId,
    eessi_country,
    is_institution_id,
    iso_country,
    parse_institution_id,
)
from esspass.errors import MalformedError


@pytest.mark.parametrize(("code", "iso"), [("EL", "GR"), ("UK", "GB"), ("GR", "GR"), ("LT", "LT")])
def test_every_dialect_becomes_iso(code, iso):
    assert iso_country(code) == iso


def test_eessi_writes_greece_and_the_united_kingdom_its_own_way():
    assert [eessi_country(code) for code in ("GR", "GB", "LT")] == ["EL", "UK", "LT"]


def test_institution_ids_are_unique_with_their_country_only():
    assert parse_institution_id("ES:1018") != parse_institution_id("HR:1018")


@pytest.mark.parametrize("text", ["EL:90002", "UK:AB12", "DE:102171012", "BE:rinadef5"])
def test_institution_ids_round_trip(text):
    assert str(parse_institution_id(text)) == text


def test_the_country_of_an_institution_is_iso():
    assert parse_institution_id("EL:90002") == InstitutionId("GR", "90002")


@pytest.mark.parametrize(
    "text",
    [
        "DE: 103411401",
        "IT-INPS-001",
        "DVKA",
        "GR:90002",
        "GB:1234",
        "LT:123",
        "LT:12345678901",
        "LT:12 4",
        "lt:1234",
        "LT:1234\n",
        "",
        "ZZ:1234",
    ],
)
def test_other_codes_are_not_institution_ids(text):
    assert not is_institution_id(text)
    with pytest.raises(MalformedError) as raised:
        parse_institution_id(text)
    assert raised.value.code == "institution_id"
