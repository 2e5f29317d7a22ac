"""Certificates read by two readers: whatever byte is changed, neither sees what the other does not."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from esspass.errors import MalformedError
from esspass.keys.certificates import create_authority, create_signer, create_x5t_s256, parse_x5c
from tests.builders.lists import NOW
from tests.interop.decision.engine import NEEDS_NODE, run_batch

pytestmark = NEEDS_NODE


def read(text):
    """What our reader sees, None when it refuses."""
    try:
        (certificate,) = parse_x5c({"x5c": [text]})
    except MalformedError:
        return None
    return {
        "subject": certificate.subject.rfc4514_string(),
        "issuer": certificate.issuer.rfc4514_string(),
        "notBefore": int(certificate.not_valid_before_utc.timestamp()),
        "notAfter": int(certificate.not_valid_after_utc.timestamp()),
        "thumbprint": create_x5t_s256(certificate),
    }


@pytest.fixture(scope="module")
def flipped():
    authority = create_authority('Fund, "of" #1 + Δ;', "LT", "Fund CA", NOW)
    (leaf,) = create_signer(authority, " Example\\Fund ", "LT", "<Attestations>", NOW).certificates
    der = leaf.public_bytes(Encoding.DER)
    flips = [bytes([*der[:n], der[n] ^ (1 << n % 8), *der[n + 1 :]]) for n in range(len(der))]
    return [base64.b64encode(each).decode() for each in (der, *flips)]


def test_two_readers_see_one_certificate(flipped):
    results = run_batch([{"call": "certificate", "text": text} for text in flipped])
    pairs = [
        (read(text), result.get("value")) for text, result in zip(flipped, results, strict=True)
    ]
    assert pairs[0][0] == pairs[0][1] is not None
    both = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
    assert [pair for pair in both if pair[0] != pair[1]] == []
    bugs = [result for result in results if "bug" in result]
    assert bugs == []
    # The browser may be stricter; what it alone accepts are extensions it never reads.
    lenient = sum(1 for ours, theirs in pairs if theirs and not ours)
    assert lenient <= 0.01 * len(pairs), lenient
