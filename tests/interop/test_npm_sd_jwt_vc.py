"""npm ``@sd-jwt/sd-jwt-vc`` (OpenWallet Foundation) reads what our apps issue, and we read its."""

from dataclasses import replace

import pytest

from demo.actors import clock
from esspass.attestations import PDA1_WEBUILD, PID, attestation_type
from esspass.sdjwt import (
    create_key_binding,
    create_presentation,
    parse_sd_jwt_vc,
    verify_key_binding,
    verify_sd_jwt_vc,
    verify_validity,
)
from tests.interop.npm import NEEDS_NODE, run_script
from tests.interop.outsiders import create_outsider

pytestmark = NEEDS_NODE
AUDIENCE, NONCE = (
    "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk",
    "n-0S6_WzA2Mj-fresh-and-long",
)


@pytest.fixture(scope="module")
def issued(cast):
    """An A1 as the running institution issued it, its holder's key, where its type is published."""
    owner = cast.owner("musician")
    owner = replace(owner, holder=owner.wallet.open_holder("npm sd-jwt-vc", clock()))
    office = cast.office("issuer-lt")
    offer = office.offer(owner.citizen, PDA1_WEBUILD, "pda1", "pre-authorized", tx_code=False)
    (credential_id,) = owner.accept(offer.uri).credential_ids
    held = owner.wallet.find(owner.holder.id, credential_id)
    copy = owner.wallet.credentials.take_copy(held)
    types = f"{cast.world.base_url('issuer-lt')}/types"
    return copy.text, owner.wallet.keys.read(owner.holder, copy.key_id), types


def present(text, holder, paths, nonce=NONCE):
    shown = create_presentation(text, paths)
    return create_key_binding(shown, holder, nonce=nonce, audience=AUDIENCE, now=clock())


def run_theirs(texts, **options):
    return run_script("sd-jwt-vc", {"action": "verify", "credentials": texts, **options})


def verify_theirs(*texts, **options):
    answers = run_theirs(texts, **options)
    assert [answer["failed"] for answer in answers if "failed" in answer] == []
    return answers


def test_it_verifies_what_we_issue_with_its_status_and_type(issued):
    text, _holder, types = issued
    (theirs,) = verify_theirs(text, types=types)
    assert theirs["claims"] == verify_sd_jwt_vc(parse_sd_jwt_vc(text)).claims
    assert theirs["header"]["typ"] == "dc+sd-jwt"
    kind = attestation_type(PDA1_WEBUILD)
    ours = [(claim["path"], claim["sd"]) for claim in kind.metadata["claims"]]
    assert [(claim["path"], claim["sd"]) for claim in theirs["metadata"]["claims"]] == ours


def test_it_verifies_what_we_present(issued):
    text, holder, _types = issued
    choices = [
        [],
        [("subject", "pin")],
        [("employmentSituations", None), ("documentInformation",)],
        list(attestation_type(PDA1_WEBUILD).disclosable),
    ]
    shown = [present(text, holder, paths) for paths in choices]
    theirs = verify_theirs(*shown, nonce=NONCE)
    ours = [verify_sd_jwt_vc(parse_sd_jwt_vc(each)).claims for each in shown]
    assert [each["claims"] for each in theirs] == ours
    assert {(each["kb"]["aud"], each["kb"]["nonce"]) for each in theirs} == {(AUDIENCE, NONCE)}


def flip(text):
    """The same JWS with another byte in its signature."""
    head, _, signature = text.rpartition(".")
    return f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def test_it_refuses_what_was_tampered_with(issued):
    text, holder, _types = issued
    shown = present(text, holder, [("subject", "pin")])
    issuer_jwt, rest = shown.split("~", 1)
    dropped = shown.split("~")
    spoiled = {
        "signature": f"{flip(issuer_jwt)}~{rest}",
        "KB signature": flip(shown),
        "KB nonce": present(text, holder, [("subject", "pin")], "another-nonce-of-some-length"),
        "no KB": shown[: shown.rindex("~") + 1],
        "sd_hash": "~".join([dropped[0], *dropped[2:]]),
    }
    answers = run_theirs([shown, *spoiled.values()], nonce=NONCE)
    refused = ["failed" in answer for answer in answers]
    assert dict(zip(["as presented", *spoiled], refused, strict=True)) == {
        "as presented": False,
        **dict.fromkeys(spoiled, True),
    }


def create_theirs(tmp_path):
    outsider = create_outsider(tmp_path, "Elsewhere Fund", "LV")
    claims = {
        "family_name": "Kazlauskienė",
        "given_name": "Ona",
        "address": {"locality": "Kaunas", "country": "LT"},
        "nationalities": ["LT", "GR"],
        "places": [{"name": "Πάτρα", "until": {"year": 2027}}],
    }
    frame = {
        "_sd": ["family_name", "given_name", "address"],
        "address": {"_sd": ["locality"]},
        "nationalities": {"_sd": [0, 1]},
        "places": {"_sd": [0], "0": {"_sd": ["until"]}},
        "_sd_decoy": 2,
    }
    shown = {"family_name": True, "address": {"locality": True}, "nationalities": {"0": True}}
    return outsider, claims, run_script(
        "sd-jwt-vc",
        {
            "action": "issue", "issuer": outsider.key, "vct": PID, "claims": claims,
            "frame": frame, "shown": shown, "nonce": NONCE, "audience": AUDIENCE,
        },
    )  # fmt: skip


def test_we_verify_what_it_issues_and_presents(tmp_path):
    outsider, claims, made = create_theirs(tmp_path)
    vc = parse_sd_jwt_vc(made["credential"])
    whole = verify_sd_jwt_vc(vc)
    verify_validity(whole, clock())
    assert vc.chain == outsider.signer.certificates
    assert {name: whole.claims[name] for name in claims} == claims

    shown = parse_sd_jwt_vc(made["presentation"])
    verified = verify_sd_jwt_vc(shown)
    verify_key_binding(
        shown.sd_jwt, verified.parse_holder_key(), nonce=NONCE, audience=AUDIENCE, now=clock()
    )
    assert {name: verified.claims.get(name) for name in claims} == {
        "family_name": "Kazlauskienė",
        "given_name": None,
        "address": {"locality": "Kaunas", "country": "LT"},
        "nationalities": ["LT"],
        "places": [],
    }


def test_we_select_from_what_it_issued(tmp_path):
    _outsider, _claims, made = create_theirs(tmp_path)
    chosen = create_presentation(made["credential"], [("places", 0, "until"), ("given_name",)])
    theirs = verify_theirs(chosen)[0]["claims"]
    assert theirs["places"] == [{"name": "Πάτρα", "until": {"year": 2027}}]
    assert (theirs["given_name"], theirs.get("family_name")) == ("Ona", None)
    assert verify_sd_jwt_vc(parse_sd_jwt_vc(chosen)).claims == {
        name: member for name, member in theirs.items() if name != "_sd_alg"
    }
