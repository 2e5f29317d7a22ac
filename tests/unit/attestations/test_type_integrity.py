"""``vct#integrity`` of our own types is held against the pinned metadata."""

import base64
import hashlib

import pytest

from esspass.attestations import (
    EHIC,
    PDA1_EUDI,
    PDA1_WEBUILD,
    PID,
    attestation_type,
    matches_integrity,
    verify_type_integrity,
)
from esspass.errors import MalformedError, VerificationError


def integrity(body, kind="sha256"):
    return f"{kind}-{base64.b64encode(hashlib.new(kind, body).digest()).decode()}"


@pytest.mark.parametrize("vct", [PDA1_WEBUILD, PDA1_EUDI, EHIC, PID])
class TestOurTypes:
    def test_without_the_claim_nothing_is_compared(self, vct):
        verify_type_integrity(vct, {"vct": vct})

    @pytest.mark.parametrize("kind", ["sha256", "sha384", "sha512"])
    def test_the_pinned_metadata_passes_under_every_kind(self, vct, kind):
        signed = integrity(attestation_type(vct).metadata_bytes, kind)
        verify_type_integrity(vct, {"vct#integrity": signed})

    @pytest.mark.parametrize(
        "signed", [integrity(b"{}"), "sha256-", "md5-1B2M2Y8AsgTpgAmY7PhCfg==", "", None, 7, ["sha256-a"], "sha256-" + "A" * 2000]
    )  # fmt: skip
    def test_tm_02_anything_else_is_refused(self, vct, signed):
        with pytest.raises(VerificationError) as refused:
            verify_type_integrity(vct, {"vct#integrity": signed})
        assert refused.value.code == "type_metadata_integrity"

    def test_tm_02_one_changed_byte_is_another_document(self, vct):
        changed = attestation_type(vct).metadata_bytes + b" "
        with pytest.raises(VerificationError):
            verify_type_integrity(vct, {"vct#integrity": integrity(changed)})


def test_an_unknown_type_is_not_compared():
    with pytest.raises(MalformedError):
        verify_type_integrity("urn:example:card", {"vct#integrity": integrity(b"{}")})


def test_tm_02_only_the_strongest_kind_counts():
    assert not matches_integrity(b"body", f"{integrity(b'body')} {integrity(b'x', 'sha512')}")


def test_one_of_several_digests_is_enough():
    assert matches_integrity(b"body", f"{integrity(b'x')} {integrity(b'body')}?option")
