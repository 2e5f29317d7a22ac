"""Each check fails for its own reason, and only what is authentic is asked about elsewhere."""

from datetime import date

import pytest

from esspass.attestations import EHIC, PDA1_EUDI, PDA1_WEBUILD, PID, Institution
from esspass.errors import MalformedError, VerificationError
from esspass.inspection import CHECKS, inspect_issued, inspect_presentation
from esspass.keys.signer import KeySigner, create_key
from esspass.sdjwt import create_key_binding, create_presentation
from esspass.trust import ListType, ServiceKind, Status
from esspass.verdict import Outcome
from tests.builders.lists import DAY, create_body, replace_service
from tests.builders.presentations import FUND_LIST, create_a1, create_ehic, create_pid

NONCE, AUDIENCE = "n" * 32, "x509_hash:abc"


def present(world, text, holder=None, paths=(), now=None, **changes):
    shown = create_presentation(text, paths)
    binding = {"nonce": NONCE, "audience": AUDIENCE, "now": now or world.now, **changes}
    return create_key_binding(shown, holder or world.holder, **binding)


def inspect(world, statuses, text, now=None):
    return inspect_presentation(
        text,
        nonce=NONCE,
        audience=AUDIENCE,
        trust=world.view(now),
        statuses=statuses,
        now=now or world.now,
    )


def findings(verdict):
    return {each.check: each for each in verdict.findings}


def failed(verdict):
    return {
        each.check: each.reason for each in verdict.findings if each.outcome is not Outcome.PASSED
    }


DOCUMENTS = [
    (create_a1, PDA1_WEBUILD),
    (lambda: create_a1(person=None), PDA1_EUDI),
    (create_ehic, EHIC),
    (create_pid, PID),
]


@pytest.mark.parametrize(("create", "vct"), DOCUMENTS, ids=[vct for _, vct in DOCUMENTS])
def test_good_documents_pass_whatever_is_hidden(world, statuses, create, vct):
    text = world.issue(create(), vct)
    for paths in ((), ((name,) for name in ("subject", "personal_administrative_number"))):
        verdict = inspect(world, statuses, present(world, text, paths=tuple(paths)))
        assert failed(verdict) == {}
        assert verdict.outcome is Outcome.PASSED
        assert [each.check for each in verdict.findings] == [c for c in CHECKS if c != "person"]
        assert verdict.accept().vct == vct


def test_evidence_names_issuer_list_and_age(world, statuses):
    verdict = inspect(world, statuses, present(world, world.issue(create_a1(), PDA1_WEBUILD)))
    found = findings(verdict)
    assert "Example Social Insurance Fund" in found["signature"].parameters["issuer"]
    trust = found["trust"].parameters
    assert (trust["list"], trust["sequence_number"]) == ("pub-eaa-providers", "1")
    assert (trust["entity"], trust["status_now"]) == ("Example Social Insurance Fund", "notified")
    assert found["status"].parameters["age"] == "0"
    assert found["status"].parameters["uri"] == FUND_LIST


def test_findings_hold_no_personal_data(world, statuses):
    verdict = inspect(world, statuses, present(world, world.issue(create_a1(), PDA1_WEBUILD)))
    text = repr(verdict.findings)
    for secret in ("Šimkutė", "49001010003", "LT-A1-2026", "1990"):
        assert secret not in text
    assert "Šimkutė" not in repr(verdict)


def test_forged_signature_stops_every_other_question(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    head, payload, rest = text.split(".", 2)
    signature, tilde, disclosures = rest.partition("~")
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    forged = f"{head}.{payload}.{flipped}{tilde}{disclosures}"
    verdict = inspect(world, statuses, present(world, forged))
    reasons = failed(verdict)
    assert reasons.pop("signature") == "bad_signature"
    assert set(reasons.values()) == {"not_run"}
    assert verdict.outcome is Outcome.FAILED
    assert world.web.asked == []  # SL-09
    with pytest.raises(VerificationError):
        verdict.accept()


def test_sl_09_no_address_of_a_stranger_is_asked(world, statuses):
    stranger = create_body("Example Social Insurance Fund", "LT", "LT:1000")
    text = world.issue(create_a1(), PDA1_WEBUILD, body=stranger)
    verdict = inspect(world, statuses, present(world, text))
    assert findings(verdict)["trust"].outcome is Outcome.FAILED
    assert findings(verdict)["status"].reason == "not_run"
    assert world.web.asked == []


KEY_BINDINGS = [
    pytest.param({"nonce": "m" * 32}, "kb_nonce", id="VP-19-nonce"),
    pytest.param({"audience": "x509_hash:abd"}, "kb_audience", id="VP-19-aud"),
    pytest.param({"now": -365 * DAY}, "kb_iat", id="VP-19-iat-past"),
    pytest.param({"now": 365 * DAY}, "kb_iat", id="VP-19-iat-future"),
    pytest.param({"holder": KeySigner(create_key())}, "kb_signature", id="VP-19-signature"),
    pytest.param({"claims": {"exp": 1}}, "kb_iat", id="VP-19-expired"),
]


@pytest.mark.parametrize(("changes", "reason"), KEY_BINDINGS)
def test_key_binding(world, statuses, changes, reason):
    if "now" in changes:
        changes = {**changes, "now": world.now + changes["now"]}
    text = world.issue(create_a1(), PDA1_WEBUILD)
    verdict = inspect(world, statuses, present(world, text, **changes))
    assert failed(verdict) == {"holder_binding": reason, "status": "not_run"}


def test_vp_19_sd_hash_of_other_disclosures(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    bound = present(world, text)
    more = create_presentation(text, [("subject", "names")])
    verdict = inspect(world, statuses, more + bound.rpartition("~")[2])
    assert failed(verdict) == {"holder_binding": "kb_sd_hash", "status": "not_run"}


def test_vp_20_no_key_binding(world, statuses):
    verdict = inspect(
        world, statuses, create_presentation(world.issue(create_a1(), PDA1_WEBUILD), ())
    )
    assert failed(verdict) == {"holder_binding": "kb_missing", "status": "not_run"}


def test_vp_20_key_binding_cannot_be_left_out_of_the_question(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    with pytest.raises(TypeError):
        inspect_presentation(text, trust=world.view(), statuses=statuses, now=world.now)


def test_credential_without_holder_key(world, statuses):
    text = world.issue(create_pid(), PID, envelope={"cnf": ...})
    assert "holder_binding" in failed(inspect(world, statuses, present(world, text)))
    issued = inspect_issued(text, trust=world.view(), statuses=statuses, now=world.now)
    assert failed(issued)["holder_binding"] == "malformed"


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        ({"iat": 120}, "not_yet_valid"),
        ({"nbf": 120}, "not_yet_valid"),
        ({"exp": -61}, "expired"),
    ],
)
def test_technical_validity(world, statuses, envelope, reason):
    dates = {name: world.now + offset for name, offset in envelope.items()}
    text = world.issue(create_ehic(), EHIC, envelope=dates)
    assert failed(inspect(world, statuses, present(world, text)))["validity"] == reason


def test_expired_document_is_not_asked_about(world, statuses):
    text = world.issue(create_ehic(), EHIC, envelope={"exp": world.now - 3600})
    inspect(world, statuses, present(world, text))
    assert world.web.asked == []


@pytest.mark.parametrize(("value", "reason"), [(1, "revoked"), (2, "suspended"), (3, "revoked")])
def test_withdrawn(world, statuses, value, reason):
    text = world.issue(create_a1(), PDA1_WEBUILD, index=9)
    world.withdraw(FUND_LIST, 9, value)
    verdict = inspect(world, statuses, present(world, text))
    assert failed(verdict) == {"status": reason}
    assert verdict.outcome is Outcome.FAILED
    assert findings(verdict)["status"].parameters["uri"] == FUND_LIST


def test_no_status_at_all(world, statuses):
    text = world.issue(create_pid(), PID, envelope={"status": ...})
    verdict = inspect(world, statuses, present(world, text))
    assert failed(verdict) == {"status": "status_missing"}
    assert verdict.outcome is Outcome.INDETERMINATE


def test_short_lived_without_status(world, statuses):
    dates = {"iat": world.now - 3600, "exp": world.now + 3600}
    text = world.issue(create_pid(), PID, envelope={"status": ..., **dates})
    assert failed(inspect(world, statuses, present(world, text))) == {}


@pytest.mark.parametrize("envelope", [{"exp": ...}, {"exp": 0}], ids=["endless", "at-zero"])
def test_what_does_not_end_is_not_short_lived(world, statuses, envelope):
    dates = {"iat": world.now + 30, **envelope}
    text = world.issue(create_pid(), PID, envelope={"status": ..., **dates})
    verdict = inspect(world, statuses, present(world, text))
    assert verdict.outcome is not Outcome.PASSED
    assert "short_lived" not in findings(verdict)["status"].parameters


@pytest.mark.parametrize(
    ("vct", "reason"), [("urn:eudi:mdl:1", "unknown_type"), (PDA1_EUDI, "unknown_shape")]
)
def test_other_types_and_shapes(world, statuses, vct, reason):
    text = world.issue(create_ehic(), EHIC, envelope={"vct": vct})
    verdict = inspect(world, statuses, present(world, text))
    assert failed(verdict)["type"] == reason
    assert verdict.outcome is Outcome.FAILED


def test_an_entry_of_the_wrong_form(world, statuses):
    legislation = {"memberstate": "LT", "startDate": "1 March 2026", "endDate": "2027-02-28"}
    claims = {"memberstateAppliedLegislation": legislation}
    text = world.issue(create_a1(), PDA1_WEBUILD, claims=claims)
    assert failed(inspect(world, statuses, present(world, text)))["type"] == "schema_violation"


def test_end_before_start(world, statuses):
    backwards = create_a1(starts=date(2026, 6, 1), ends=date(2026, 5, 31))
    text = world.issue(backwards, PDA1_WEBUILD)
    verdict = inspect(world, statuses, present(world, text))
    assert failed(verdict) == {"integrity": "end_before_start", "status": "not_run"}


def test_institution_of_somebody_else(world, statuses):
    other = Institution("LT:9999", "Another Fund", "LT")
    text = world.issue(create_ehic(institution=other), EHIC)
    assert failed(inspect(world, statuses, present(world, text)))["trust"] == "institution_unknown"


def test_issuer_that_has_left_the_list_is_a_doubt_not_a_no(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    world.lists.publish(world.now - 2 * DAY)
    (fund,) = world.lists.entities[ListType.PUB_EAA_PROVIDERS]
    issuance = next(s for s in fund.services if s.kind is ServiceKind.ISSUANCE)
    world.lists.entities[ListType.PUB_EAA_PROVIDERS] = [
        replace_service(
            fund,
            ServiceKind.ISSUANCE,
            status=Status.WITHDRAWN,
            starts=world.now - 3600,
            history=issuance.intervals(),
        )
    ]
    world.lists.publish(world.now - 3600)
    verdict = inspect(world, statuses, present(world, text))
    trust = findings(verdict)["trust"]
    assert trust.outcome is Outcome.INDETERMINATE
    assert trust.parameters["status_at_issuance"] == "notified"
    assert trust.parameters["status_now"] == "withdrawn"
    assert verdict.outcome is Outcome.INDETERMINATE


@pytest.mark.parametrize("text", ["", "x~", "a.b.c~", "~" * 600, "x" * 300_000])
def test_what_is_no_credential_is_malformed(world, statuses, text):
    with pytest.raises(MalformedError):
        inspect(world, statuses, text)


def test_unreferenced_disclosure_is_refused(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    other = world.issue(create_a1(), PDA1_WEBUILD).split("~")[1]
    issuer, _, rest = text.partition("~")
    with pytest.raises(VerificationError):
        inspect(world, statuses, present(world, f"{issuer}~{other}~{rest}", paths=[("subject",)]))
    shown = create_presentation(text, ())
    bound = create_key_binding(
        f"{shown}{other}~", world.holder, nonce=NONCE, audience=AUDIENCE, now=world.now
    )
    with pytest.raises(VerificationError):
        inspect(world, statuses, bound)


def test_what_a_wallet_received(world, statuses):
    text = world.issue(create_a1(), PDA1_WEBUILD)
    verdict = inspect_issued(text, trust=world.view(), statuses=statuses, now=world.now)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.evidence.presented().document_number == "LT-A1-2026-000017"


FOREIGN_METADATA = {"vct#integrity": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}


@pytest.mark.parametrize(("create", "vct"), DOCUMENTS, ids=[vct for _, vct in DOCUMENTS])
def test_tm_02_other_type_metadata_than_ours_fails_the_type(world, statuses, create, vct):
    text = world.issue(create(), vct, envelope=FOREIGN_METADATA)
    assert failed(inspect(world, statuses, present(world, text)))["type"] == (
        "type_metadata_integrity"
    )
    issued = inspect_issued(text, trust=world.view(), statuses=statuses, now=world.now)
    assert issued.outcome is Outcome.FAILED


def test_a_document_that_signs_about_no_metadata_is_accepted(world, statuses):
    text = world.issue(create_ehic(), EHIC, envelope={"vct#integrity": ...})
    assert failed(inspect(world, statuses, present(world, text))) == {}
