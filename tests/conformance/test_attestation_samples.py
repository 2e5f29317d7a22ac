"""Published schemas and samples: ours agree with them, or differ where the README says so."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from demo.people import citizens
from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    describe_claims,
    probe_shape,
    read_claims,
    read_presented,
    render_card,
    verify_integrity,
    verify_presentation,
    write_claims,
)
from esspass.attestations.schemas import schema_validator
from tests.builders.documents import TODAY, changed, envelope, without


@pytest.fixture(scope="module")
def published(shared_data):
    return json.loads((shared_data / "credentials/webuild-pda1-schema-v1.0.json").read_text())


@pytest.fixture(scope="module")
def sample(shared_data):
    return json.loads((shared_data / "credentials/webuild-pda1-sample.json").read_text())


def _theirs(published, claims):
    return Draft202012Validator(
        published, format_checker=FormatChecker(["date", "email"])
    ).is_valid(claims)


def _ours(claims):
    return schema_validator("pda1-webuild", "issuance").is_valid(
        {**envelope(PDA1_WEBUILD), **claims}
    )


def test_the_we_build_sample_is_accepted_and_round_trips(sample):
    assert _ours(sample)
    assert write_claims(read_claims(PDA1_WEBUILD, sample), PDA1_WEBUILD) == sample
    verify_integrity(PDA1_WEBUILD, sample)


VALUES = [
    "",
    "x",
    "01",
    "13",
    "11",
    "DE",
    "GR",
    "EL",
    "UK",
    "TW",
    "2025-02-28",
    "2025-02-29",
    "2025-04-31",
    "2025-13-01",
    "+1",
    "+0123",
    "a@b.cd",
    "a@b",
    None,
    True,
    0,
    1.5,
    [],
    {},
    ["DE"],
    ["DE", "DE"],
    ["EL"],
    {"DE": []},
    {"ZZ": []},
    {"DE": {}},
]


def _paths(node, path=()):
    yield path
    items = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in items:
        yield from _paths(value, (*path, key))


def _spoilt(sample):
    """Every node removed, replaced by each value, given a stranger, doubled."""
    for path in _paths(sample):
        if not path:
            yield path, {**sample, "note": 1}
            continue
        yield path, without(sample, list(path))
        for value in VALUES:
            yield path, changed(sample, list(path), value)
        node = sample
        for part in path:
            node = node[part]
        if isinstance(node, dict):
            for name, value in (
                ("note", 1),
                ("exceptionDescription", "x"),
                ("companyID", "1"),
                ("typeOfID", "01"),
                ("region", "x"),
            ):
                yield path, changed(sample, [*path, name], value)
        if isinstance(node, list):
            yield path, changed(sample, list(path), [*node, *copy.deepcopy(node)])
            yield path, changed(sample, list(path), [*node, 1])


def test_we_build_and_we_accept_and_refuse_the_same(published, sample):
    exception = changed(
        sample,
        ["statusConfirmation"],
        {"statusConfirmationCode": "11", "exceptionDescription": "x"},
    )
    stay_only = without(sample, ["subject", "address", "stateOfResidence"])
    nowhere_fixed = changed(sample, ["placesOfWork"], {"DE": [], "GR": []})
    verdicts = []
    for start in (sample, exception, stay_only, nowhere_fixed):
        assert _theirs(published, start)
        for path, spoilt in _spoilt(start):
            verdicts.append(_theirs(published, spoilt))
            assert _ours(spoilt) == verdicts[-1], path
    assert verdicts.count(True) > 300
    assert verdicts.count(False) > 3000


@pytest.mark.parametrize("key", ["builder", "driver", "musician"])
def test_what_we_write_satisfies_the_published_schema(published, key):
    (citizen,) = [found for found in citizens(TODAY) if found.key == key]
    assert _theirs(published, write_claims(citizen.documents[0], PDA1_WEBUILD))


def test_the_groups_are_those_the_published_schema_notes(published):
    """The schema tells the group of each claim in a comment; ours discloses it in that group."""
    subject = published["properties"]["subject"]["properties"]
    by_path = {
        path: group.number
        for group in attestation_type(PDA1_WEBUILD).groups
        for path in group.paths
    }
    for name in ("pin", "gender", "dateOfBirth", "nationalities"):
        assert subject[name]["$comment"] == f"SD element group {by_path['subject', name]}"
    institution = published["properties"]["competentInstitution"]["properties"]
    for name in ("address", "officeFaxNumber", "officePhoneNumber", "email"):
        assert (
            institution[name]["$comment"]
            == f"SD element group {by_path['competentInstitution', name]}"
        )
    assert (
        published["properties"]["competentInstitution"]["$comment"]
        == f"SD element group {by_path['competentInstitution',]}"
    )
    assert (
        published["properties"]["documentID"]["$comment"]
        == f"SD element group {by_path['documentID',]}"
    )
    assert (
        published["$defs"]["employmentSituation"]["properties"]["address"]["$comment"]
        == f"SD element group {by_path['employmentSituations', None, 'address']}"
    )
    assert (
        published["$defs"]["placeOfWork"]["properties"]["address"]["$comment"]
        == f"SD element group {by_path['placesOfWork', 'GR', None, 'address']}"
    )


@pytest.mark.parametrize(
    ("name", "vct", "shape"), [("ehic", EHIC, "ehic"), ("pda1", PDA1_EUDI, "eudi-v1")]
)
def test_documents_of_the_dc4eu_pilot_are_read(shared_data, name, vct, shape):
    records = json.loads(
        (shared_data / f"credentials/dc4eu-bootstrapping-{name}-first3.json").read_text()
    )
    assert len(records) == 3
    for record in records.values():
        claims = {"vct": vct, **record["document_data"]}
        assert probe_shape(vct, claims) == shape
        verify_presentation(vct, claims)
        document = read_claims(vct, claims)
        assert document.document_number == record["document_data"]["document_number"]
        assert describe_claims(vct, claims, "el")
        assert render_card(vct, claims, "ro")


@pytest.mark.parametrize(
    ("file", "vct"), [("pid-issuer-vct-ehic.json", EHIC), ("metadata_vctm_ehic.json", EHIC)]
)
def test_our_ehic_names_every_claim_of_other_issuers_and_discloses_it_alike(shared_data, file, vct):
    theirs = json.loads((shared_data / "credentials" / file).read_text())
    ours = {tuple(claim["path"]): claim["sd"] for claim in attestation_type(vct).metadata["claims"]}
    envelope_names = {"vct", "iss", "iat", "exp", "nbf", "cnf", "jti", "sub", "status"}
    compared = [claim for claim in theirs["claims"] if claim["path"][0] not in envelope_names]
    assert len(compared) >= 10
    for claim in compared:
        assert ours[tuple(claim["path"])] == claim.get("sd", "allowed")


def test_the_pid_of_the_architecture_reference_framework_is_understood(shared_data):
    folder = shared_data / "vectors/sd-jwt/examples/arf-pid"
    whole = {**json.loads((folder / "user_claims.json").read_text()), "vct": PID}
    shown = {**json.loads((folder / "verified_contents.json").read_text()), "vct": PID}
    for claims in (whole, shown):
        verify_presentation(PID, claims)
        assert describe_claims(PID, claims, "lt")
    assert read_presented(PID, whole).person.surnames == "Mustermann"
    assert read_presented(PID, shown).person is None


FLAT = {
    "vct": "urn:eudi:pda1:1",
    "jti": "urn:uuid:12345678-abcd-ef01-2345-6789abcdef01",
    "sub": "did:example:abc123",
    "iss": "https://pda1.issuing-authority.example",
    "iat": 1721470000,
    "exp": 1724072000,
    "nbf": 1721460000,
    "personal_administrative_number": "1717150699",
    "issuing_authority": {"id": "AUTH123", "name": "Example authority", "country": "AT"},
    "date_of_issuance": "2025-06-01",
    "date_of_expiry": "2026-06-01",
    "authentic_source": {"id": "AT:9900", "name": "Example institution"},
    "starting_date": "2025-05-01",
    "ending_date": "2026-06-01",
    "document_number": "PDA1-AT-2025-000123",
    "employer": [{"type": "01", "id": "AT-COMPANY-001", "name": "Example GmbH", "country": "AT"}],
    "work_information": {
        "work_address": [
            {
                "formatted": "Freight Port 5, 20457 Hamburg, Germany",
                "street_address": "Freight Port",
                "house_number": "5",
                "postal_code": "20457",
                "locality": "Hamburg",
                "region": "Hamburg",
                "country": "DE",
                "company_name": "Example GmbH",
                "company_id": "AT-COMPANY-001",
            }
        ]
    },
    "legislation_country": "AT",
    "transitional_rules": False,
    "status_confirmation": "01",
}


def test_the_shape_of_the_rulebook_of_2025_08_is_read():
    """Its example claims, without ``issuing_country`` and with a foreign authority id."""
    verify_presentation(PDA1_EUDI, FLAT)
    verify_integrity(PDA1_EUDI, FLAT)
    document = read_claims(PDA1_EUDI, FLAT)
    assert document.issuing_authority.id == "AUTH123"
    assert document.states_of_activity[0].places[0].address.street_and_number == "Freight Port 5"
    address = [
        row.value
        for row in describe_claims(PDA1_EUDI, FLAT, "en")
        if row.label == "Address of the place of work"
    ]
    assert address == ["Freight Port 5, 20457 Hamburg, Germany"]
