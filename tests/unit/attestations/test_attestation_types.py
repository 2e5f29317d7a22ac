"""The registry: metadata as published (SD-JWT VC draft 13), disclosures, groups, integrity."""

import base64
import hashlib
import json
import xml.etree.ElementTree as ET

import pytest

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    attestation_types,
    envelope_claims,
)
from esspass.attestations.specification import LOCALES
from esspass.errors import MalformedError
from tests.builders.documents import VCTS, complete_claims

NEVER_DISCLOSABLE = {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"}


def test_all_types_are_known():
    assert set(attestation_types()) == set(VCTS)


@pytest.mark.parametrize(
    "vct", ["", "urn:eudi:pda1:2", "urn:eu.europa.ec.eudi:pda1:1", "PortableDocumentA1"]
)
def test_other_types_are_refused(vct):
    with pytest.raises(MalformedError) as raised:
        attestation_type(vct)
    assert raised.value.code == "unknown_type"


def _edition(node):
    """The metadata without the languages that came after its publication."""
    if isinstance(node, dict):
        return {name: _edition(value) for name, value in node.items()}
    if isinstance(node, list):
        kept = [each for each in node if not _is_later(each)]
        return [_edition(each) for each in kept]
    return node


def _is_later(entry):
    return isinstance(entry, dict) and entry.get("locale", "en") not in {"en", "lt", "el", "ro"}


@pytest.mark.parametrize("vct", VCTS)
def test_integrity_is_that_of_the_published_bytes(vct):
    known = attestation_type(vct)
    assert json.loads(known.metadata_bytes) == _edition(known.metadata)
    digest = base64.b64encode(hashlib.sha256(known.metadata_bytes).digest()).decode()
    assert known.integrity == f"sha256-{digest}"


@pytest.mark.parametrize("vct", VCTS)
def test_metadata_has_the_members_of_draft_13_and_no_older_ones(vct):
    metadata = attestation_type(vct).metadata
    assert metadata["vct"] == vct
    assert set(metadata) == {"vct", "name", "description", "display", "claims"}
    for claim in metadata["claims"]:
        assert (
            {"path", "sd", "mandatory"}
            <= set(claim)
            <= {"path", "sd", "mandatory", "svg_id", "display"}
        )
        assert all(
            {"locale", "label"} <= set(entry) <= {"locale", "label", "description"}
            for entry in claim.get("display", ())
        )


@pytest.mark.parametrize("vct", VCTS)
def test_everything_shown_is_in_four_languages(vct):
    metadata = attestation_type(vct).metadata
    displays = [
        metadata["display"],
        *(claim["display"] for claim in metadata["claims"] if "display" in claim),
    ]
    for display in displays:
        assert [entry["locale"] for entry in display] == list(LOCALES)
        assert all(entry.get("label", entry.get("name")).strip() for entry in display)
        assert len({"description" in entry for entry in display}) == 1
    for group in attestation_type(vct).groups:
        assert list(group.labels) == list(LOCALES)


@pytest.mark.parametrize("vct", VCTS)
def test_metadata_says_always_exactly_where_we_make_a_disclosure(vct):
    known = attestation_type(vct)
    paths = [tuple(claim["path"]) for claim in known.metadata["claims"]]
    always = {tuple(claim["path"]) for claim in known.metadata["claims"] if claim["sd"] == "always"}
    assert len(paths) == len(set(paths))
    assert always == set(known.disclosable)
    assert {claim["sd"] for claim in known.metadata["claims"]} <= {"always", "never"}


@pytest.mark.parametrize("vct", VCTS)
def test_registered_claims_are_never_disclosed_selectively(vct):
    assert not {path[0] for path in attestation_type(vct).disclosable} & NEVER_DISCLOSABLE


@pytest.mark.parametrize("vct", VCTS)
def test_every_business_claim_we_write_is_in_the_metadata(vct):
    known = attestation_type(vct)
    named = {claim["path"][0] for claim in known.metadata["claims"]}
    assert set(complete_claims(vct)) - envelope_claims() <= named


def test_we_build_has_the_sixteen_groups_of_its_rulebook():
    groups = attestation_type(PDA1_WEBUILD).groups
    assert [group.number for group in groups] == list(range(1, 17))
    by_number = {group.number: group.paths for group in groups}
    assert by_number[1] == (("subject", "pin"),)
    assert by_number[3] == (("subject", "names"),)
    assert by_number[9] == (("employmentSituations", None),)
    assert by_number[10] == (("employmentSituations", None, "address"),)
    assert ("placesOfWork", "GR") in by_number[11]
    assert ("placesOfWork", "GR", None) in by_number[11]
    assert len(by_number[11]) == 64
    assert ("placesOfWork", "GR", None, "address") in by_number[12]
    assert by_number[15] == (("competentInstitution",),)
    assert len(by_number[16]) == 4


def test_we_build_always_shows_the_legislation():
    assert not [
        path
        for path in attestation_type(PDA1_WEBUILD).disclosable
        if path[0] == "memberstateAppliedLegislation"
    ]


def test_dc4eu_discloses_number_and_pin_and_transitional_rules_only():
    assert set(attestation_type(EHIC).disclosable) == {
        ("personal_administrative_number",),
        ("document_number",),
    }
    assert set(attestation_type(PDA1_EUDI).disclosable) == {
        ("personal_administrative_number",),
        ("document_number",),
        ("transitional_rules",),
    }


def test_every_claim_of_a_pid_is_disclosable():
    metadata = attestation_type(PID).metadata
    assert {claim["sd"] for claim in metadata["claims"]} == {"always"}


@pytest.mark.parametrize("vct", VCTS)
def test_tm_03_published_cards_stand_alone_and_hold_no_script(vct):
    for entry in attestation_type(vct).metadata["display"]:
        (card,) = entry["rendering"]["svg_templates"]
        prefix, _, data = card["uri"].partition(",")
        assert prefix == "data:image/svg+xml;base64"
        root = ET.fromstring(base64.b64decode(data))
        assert (root.get("width"), root.get("height")) == ("829", "504")
        for element in root.iter():
            assert element.tag.rpartition("}")[2] not in {
                "script",
                "style",
                "image",
                "foreignObject",
                "use",
                "a",
                "set",
                "animate",
            }
            assert not [
                name
                for name in element.attrib
                if name.startswith("on") or name.endswith("href") or name == "style"
            ]
            assert not [
                value
                for value in element.attrib.values()
                if "url(" in value and not value.startswith("url(#")
            ]


@pytest.mark.parametrize("vct", VCTS)
def test_cards_use_the_svg_ids_of_the_metadata_and_no_others(vct):
    import re

    known = attestation_type(vct)
    ids = {claim["svg_id"] for claim in known.metadata["claims"] if "svg_id" in claim}
    for template in known.templates.values():
        assert set(re.findall(r"\{\{(\w+)\}\}", template)) == ids
        assert "%" not in template


@pytest.mark.parametrize("vct", VCTS)
def test_published_metadata_stays_small(vct):
    assert len(attestation_type(vct).metadata_bytes) < 128 * 1024
