"""The signed doubt, the watch, and the answer how it stands."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esspass.errors import ExpiredError, MalformedError, SignatureError, VerificationError
from esspass.exchange.doubt import (
    MAX_EVIDENCE,
    Contact,
    Doubt,
    DoubtedDocument,
    Occasion,
    Reason,
    Watch,
    create_doubt,
    create_watch,
    describe_evidence,
    verify_doubt,
    verify_watch,
)
from esspass.exchange.standing import (
    DocumentStanding,
    DocumentState,
    Stage,
    Standing,
    Step,
    StepState,
    create_standing,
    create_standing_request,
    verify_standing,
    verify_standing_request,
)
from esspass.keys.certificates import create_authority, create_signer

NOW = 1_795_255_200
VERIFIER, INSTITUTION = "https://inspection.example.gr", "https://institution.example.gr"
EVIDENCE = b'{"format": "esspass-case/1"}'
JTI = "doubt-of-twenty-two-characters"


@pytest.fixture(scope="module")
def signer():
    access = create_authority("Access", "EU", "Access", NOW)
    return create_signer(access, "Labour Inspectorate", "GR", "access", NOW, VERIFIER)


@pytest.fixture(scope="module")
def institution_signer():
    access = create_authority("Access", "EU", "Access", NOW)
    return create_signer(access, "Example Institution", "GR", "access", NOW, INSTITUTION)


def doubt(**changes):
    document = DoubtedDocument(
        "LT-A1-2026-000017", "LT:1000", "Example Social Insurance Fund", "pda1", "eu.we-build.pda1.1",
        "2026-02-20", "2026-03-01", "2027-02-28", "LT", "01",
        {"surnames": "Šimkutė", "forenames": "Ona", "date_of_birth": "1990-01-01"},
        ({"name": "Statyba UAB", "id": "302000001", "country": "LT"},),
    )  # fmt: skip
    fields = {
        "iss": VERIFIER, "aud": INSTITUTION, "jti": JTI, "issued_at": NOW, "document": document,
        "occasion": Occasion("check-1", NOW - 60, "GR", "Πάτρα", "Άλλη ΑΕ", ""),
        "reasons": (Reason("A-19", "different_employer", "Art. 12(1)", True, {"en": "Another employer.", "el": "Άλλος."}),),
        "words": "Three workers said so.", "contact": Contact("Inspector", "inspector@example.gr"),
        "evidence": describe_evidence(EVIDENCE, "case-file.json", "application/json"),
    }  # fmt: skip
    return Doubt(**{**fields, **changes})


class TestDoubt:
    def test_what_is_signed_is_what_is_read(self, signer):
        found, sender = verify_doubt(create_doubt(doubt(), signer), EVIDENCE, INSTITUTION, NOW + 9)
        assert found == doubt()
        assert (sender.organization, sender.country) == ("Labour Inspectorate", "GR")
        assert found.reasons[0].describe("el") == "Άλλος."
        assert found.reasons[0].describe("lt") == "Another employer."

    def test_without_evidence(self, signer):
        found, _ = verify_doubt(create_doubt(doubt(evidence=None), signer), None, INSTITUTION, NOW)
        assert found.evidence is None

    @pytest.mark.parametrize("evidence", [None, b"", EVIDENCE + b" "])
    def test_other_evidence_is_refused(self, signer, evidence):
        with pytest.raises(VerificationError) as refused:
            verify_doubt(create_doubt(doubt(), signer), evidence, INSTITUTION, NOW)
        assert refused.value.code == "altered_evidence"

    def test_evidence_that_nobody_signed_is_refused(self, signer):
        with pytest.raises(VerificationError) as refused:
            verify_doubt(create_doubt(doubt(evidence=None), signer), EVIDENCE, INSTITUTION, NOW)
        assert refused.value.code == "altered_evidence"

    def test_for_another_institution(self, signer):
        with pytest.raises(VerificationError) as refused:
            verify_doubt(create_doubt(doubt(), signer), EVIDENCE, "https://other.example", NOW)
        assert refused.value.code == "wrong_receiver"

    @pytest.mark.parametrize(
        "address",
        ["https://elsewhere.example.gr", "http://inspection.example.gr", f"{VERIFIER}:8443"],
    )
    def test_sender_must_be_named_in_the_certificate(self, signer, address):
        with pytest.raises(VerificationError) as refused:
            verify_doubt(create_doubt(doubt(iss=address), signer), EVIDENCE, INSTITUTION, NOW)
        assert refused.value.code == "iss_elsewhere"

    def test_certificate_without_address(self):
        access = create_authority("Access", "EU", "Access", NOW)
        nameless = create_signer(access, "Labour Inspectorate", "GR", "access", NOW)
        with pytest.raises(VerificationError) as refused:
            verify_doubt(create_doubt(doubt(), nameless), EVIDENCE, INSTITUTION, NOW)
        assert refused.value.code == "iss_elsewhere"

    def test_may_wait_a_month_and_no_longer(self, signer):
        token = create_doubt(doubt(), signer)
        verify_doubt(token, EVIDENCE, INSTITUTION, NOW + 30 * 86400)
        with pytest.raises(ExpiredError):
            verify_doubt(token, EVIDENCE, INSTITUTION, NOW + 30 * 86400 + 1)
        with pytest.raises(ExpiredError) as refused:
            verify_doubt(token, EVIDENCE, INSTITUTION, NOW - 61)
        assert refused.value.code == "not_yet_valid"

    @pytest.mark.parametrize(
        "change",
        [
            {"reasons": ()},
            {"words": "x" * 2001},
            {"jti": "short"},
            {"aud": "institution"},
            {"contact": Contact("x" * 301, "")},
        ],
    )
    def test_form_is_checked_before_signing(self, signer, change):
        with pytest.raises(MalformedError) as refused:
            create_doubt(doubt(**change), signer)
        assert refused.value.code == "content_invalid"
        assert "xxx" not in str(refused.value)

    def test_evidence_has_a_limit(self):
        with pytest.raises(MalformedError) as refused:
            describe_evidence(b"x" * (MAX_EVIDENCE + 1), "a", "text/plain")
        assert refused.value.code == "too_large"

    @given(place=st.integers(0, 5000), bit=st.integers(0, 5))
    def test_any_flipped_bit_is_refused(self, place, bit):
        token = _signed()
        place %= len(token)
        spoiled = token[:place] + chr(ord(token[place]) ^ 1 << bit) + token[place + 1 :]
        try:
            found, _ = verify_doubt(spoiled, EVIDENCE, INSTITUTION, NOW)
        except (MalformedError, SignatureError, VerificationError):
            return
        assert found == doubt()  # bits of base64url that mean nothing


class TestWatch:
    def test_round_trip(self, signer):
        watch = Watch(VERIFIER, INSTITUTION, JTI, NOW, "LT:1000", "LT-A1-2026-000017")
        found, sender = verify_watch(create_watch(watch, signer), INSTITUTION, NOW)
        assert (found, sender.address) == (watch, VERIFIER)

    def test_a_doubt_is_no_watch(self, signer):
        with pytest.raises(MalformedError):
            verify_watch(create_doubt(doubt(), signer), INSTITUTION, NOW)


class TestStanding:
    standing = Standing(
        Stage.DIALOGUE, NOW - 5, "",
        (Step("DA01", StepState.DONE, at=NOW - 5), Step("DA02", StepState.CURRENT, due_at=NOW + 9, source="Decision A1"),
         Step("DA04", StepState.TO_COME, due_at=NOW + 99, source="Decision A1")),
        DocumentStanding(DocumentState.WITHDRAWN, NOW, "2026-11-01", "The work ended"),
    )  # fmt: skip

    def test_question_and_answer(self, signer, institution_signer):
        asked = create_standing_request(VERIFIER, INSTITUTION, JTI, signer, NOW)
        identifier, sender = verify_standing_request(asked, INSTITUTION, NOW)
        assert (identifier, sender.address) == (JTI, VERIFIER)
        said = create_standing(self.standing, INSTITUTION, VERIFIER, JTI, institution_signer, NOW)
        found, told_by = verify_standing(said, VERIFIER, JTI, NOW)
        assert found == self.standing
        assert told_by.organization == "Example Institution"

    def test_next_due_is_the_first(self):
        assert self.standing.next_due.sed == "DA02"
        assert Standing(Stage.ENDED, NOW).next_due is None

    def test_a_question_lives_two_minutes(self, signer):
        asked = create_standing_request(VERIFIER, INSTITUTION, JTI, signer, NOW)
        with pytest.raises(ExpiredError):
            verify_standing_request(asked, INSTITUTION, NOW + 300)

    def test_old_or_other_answer(self, institution_signer):
        said = create_standing(self.standing, INSTITUTION, VERIFIER, JTI, institution_signer, NOW)
        with pytest.raises(ExpiredError):
            verify_standing(said, VERIFIER, JTI, NOW + 300)
        with pytest.raises(VerificationError) as refused:
            verify_standing(said, VERIFIER, "x" * 22, NOW)
        assert refused.value.code == "other_request"

    def test_running_stages(self):
        assert {stage for stage in Stage if stage.runs} == {
            Stage.ASKED, Stage.DIALOGUE, Stage.AUTHORITIES, Stage.CONCILIATION,
        }  # fmt: skip


@cache
def _signed():
    access = create_authority("Access", "EU", "Access", NOW)
    key = create_signer(access, "Labour Inspectorate", "GR", "access", NOW, VERIFIER)
    return create_doubt(doubt(), key)


def test_errors_hold_no_values(signer):
    with pytest.raises(MalformedError) as refused:
        create_doubt(replace(doubt(), jti="secret value of a person"), signer)
    assert "secret" not in str(refused.value)
