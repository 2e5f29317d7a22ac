"""Paths from a leaf to a listed certificate, at a moment."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from esspass.errors import MalformedError, UntrustedIssuerError
from esspass.trust import verify_path
from tests.builders.lists import DAY, NOW
from tests.unit.trust.chains import Node, curve, usage


@pytest.fixture(scope="module")
def root():
    return Node("root")


def refused(chain, anchors, at=NOW):
    with pytest.raises(UntrustedIssuerError) as raised:
        verify_path([n.certificate for n in chain], [n.certificate for n in anchors], at)
    return raised.value.code


def accepted(chain, anchors, at=NOW):
    verify_path([n.certificate for n in chain], [n.certificate for n in anchors], at)


def test_a_leaf_of_a_listed_ca(root):
    accepted([root.leaf()], [root])


def test_a_leaf_below_an_intermediate(root):
    middle = root.issue("middle")
    accepted([middle.leaf(), middle], [root])


def test_an_intermediate_may_be_what_is_listed(root):
    middle = root.issue("middle")
    accepted([middle.leaf()], [middle])


def test_a_leaf_listed_itself(root):
    leaf = root.leaf()
    accepted([leaf], [leaf])


def test_a_past_moment_counts_not_today(root):
    leaf = root.leaf(start=NOW - 300 * DAY, end=NOW - 100 * DAY)
    accepted([leaf], [root], NOW - 200 * DAY)
    assert refused([leaf], [root]) == "certificate_expired"


def test_the_key_and_name_are_the_anchor_when_its_certificate_has_expired():
    """TS 119 615, 4.3.4: the list names a leaf whose certificate ran out; its twin is valid."""
    root = Node("root")
    listed = root.leaf(end=NOW - DAY)
    renewed = root.leaf(key=listed.key)
    accepted([renewed], [listed])
    assert refused([listed], [listed]) == "certificate_expired"


def test_a_reissued_ca_stands_for_its_expired_listed_twin():
    top = Node("top")
    listed = top.issue("body CA", end=NOW - DAY)
    renewed = top.issue("body CA", key=listed.key)
    leaf = renewed.leaf()
    assert refused([leaf], [listed]) == "anchor_expired"
    accepted([leaf, renewed], [listed])


def test_a_ca_of_the_same_name_with_another_key_is_nobody(root):
    other = Node("root")
    assert refused([other.leaf()], [root]) == "no_path"
    assert refused([other.leaf(), other], [root]) == "no_path"


def test_the_listed_ca_among_others_of_its_name(root):
    other = Node("root")
    accepted([root.leaf()], [other, root])


def test_nothing_listed_trusts_nobody(root):
    assert refused([root.leaf()], []) == "no_path"


def test_the_chain_proves_nothing_by_its_own_root(root):
    other = Node("other root")
    assert refused([other.leaf(), other], [root]) == "no_path"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(lambda: curve(ec.SECP384R1), id="P-384"),
        pytest.param(lambda: curve(ec.SECP521R1), id="P-521"),
        pytest.param(ed25519.Ed25519PrivateKey.generate, id="Ed25519"),
        pytest.param(lambda: rsa.generate_private_key(65537, 2048), id="RSA-2048"),
    ],
)
def test_strong_keys(root, key):
    accepted([root.leaf(key=key())], [root])


def server_auth(root):
    return [
        root.leaf(extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)])
    ]


def any_purpose(root):
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    return [root.leaf(extensions=[(purposes, False)])]


def signer_without_ca(root):
    middle = root.issue("middle", ca=False, usages=usage(certificates=True))
    return [middle.leaf(), middle]


def ca_without_key_cert_sign(root):
    middle = root.issue("middle", usages=usage())
    return [middle.leaf(), middle]


def too_long(_root):
    top = Node("root", path_length=0)
    middle = top.issue("middle")
    return [middle.leaf(), middle], top


def name_constraint(_root):
    permitted = x509.NameConstraints([x509.DNSName("example.eu")], None)
    top = Node("root", extensions=[(permitted, True)])
    other = x509.SubjectAlternativeName([x509.DNSName("example.com")])
    return [top.leaf(extensions=[(other, False)])], top


def directory_name_constraint(_root):
    permitted = x509.NameConstraints([x509.DirectoryName(x509.Name([]))], None)
    top = Node("root", extensions=[(permitted, True)])
    return [top.leaf()], top


def unknown_critical(root):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    return [root.leaf(extensions=[(unknown, True)])]


def weak_root(_root):
    top = Node("root", rsa.generate_private_key(65537, 1024))
    return [top.leaf()], top


SPOILED = {
    "KM-03 wrong EKU serverAuth": (server_auth, "wrong_key_usage"),
    "KM-03 wrong EKU any": (any_purpose, "wrong_key_usage"),
    "KM-03 no digitalSignature": (
        lambda root: [root.leaf(usages=usage(signs=False))],
        "wrong_key_usage",
    ),
    "KM-03 no keyUsage": (lambda root: [root.leaf(usages=None)], "wrong_key_usage"),
    "KM-03 CA as leaf": (lambda root: [root.issue("leaf", usages=usage())], "wrong_key_usage"),
    "KM-03 CA:false signer": (signer_without_ca, "no_path"),
    "KM-03 CA without keyCertSign": (ca_without_key_cert_sign, "no_path"),
    "KM-03 expired": (lambda root: [root.leaf(end=NOW - DAY)], "certificate_expired"),
    "KM-03 not yet valid": (lambda root: [root.leaf(start=NOW + DAY)], "certificate_expired"),
    "KM-03 pathlen": (too_long, "no_path"),
    "KM-03 name constraints": (name_constraint, "no_path"),
    "KM-03 directoryName constraints": (directory_name_constraint, "no_path"),
    "KM-03 RSA-1024": (
        lambda root: [root.leaf(key=rsa.generate_private_key(65537, 1024))],
        "weak_key",
    ),
    "KM-03 RSA-1024 CA": (weak_root, "weak_key"),
    "KM-03 P-192": (lambda root: [root.leaf(key=curve(ec.SECP192R1))], "weak_key"),
    "KM-03 secp256k1": (lambda root: [root.leaf(key=curve(ec.SECP256K1))], "weak_key"),
    "KM-03 brainpool": (lambda root: [root.leaf(key=curve(ec.BrainpoolP256R1))], "weak_key"),
    "KM-03 SHA-224": (lambda root: [root.leaf(digest=hashes.SHA224())], "weak_key"),
    "KM-03 unknown critical extension": (unknown_critical, "no_path"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_path_is_refused(root, name):
    spoil, code = SPOILED[name]
    spoiled = spoil(root)
    chain, anchor = spoiled if isinstance(spoiled, tuple) else (spoiled, root)
    assert refused(chain, [anchor]) == code


def test_km_03_sha_1(root):
    """``cryptography`` signs with SHA-1 no more, so the algorithm identifier is swapped in DER."""
    der = root.leaf().certificate.public_bytes(Encoding.DER)
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    assert der.count(sha256) == 2
    spoiled = _replace_algorithm(der, sha256, sha1)
    certificate = x509.load_der_x509_certificate(spoiled)
    assert certificate.signature_hash_algorithm.name == "sha1"
    with pytest.raises(UntrustedIssuerError) as raised:
        verify_path([certificate], [root.certificate], NOW)
    assert raised.value.code == "weak_key"


def _replace_algorithm(der, old, new):
    """Swap both identifiers and shorten every length around them by one byte per swap."""
    old_seq, new_seq = b"\x30" + bytes([len(old)]) + old, b"\x30" + bytes([len(new)]) + new
    assert der[:2] == b"\x30\x82"
    assert der[4:6] == b"\x30\x82"
    outer, inner = int.from_bytes(der[2:4], "big"), int.from_bytes(der[6:8], "big")
    body = der[8:].replace(old_seq, new_seq)
    lengths = (outer - 2).to_bytes(2, "big"), (inner - 1).to_bytes(2, "big")
    return b"\x30\x82" + lengths[0] + b"\x30\x82" + lengths[1] + body


@pytest.mark.parametrize("moment", ["leaf", "signer"])
def test_km_03_time_of_every_certificate_counts(root, moment):
    expired = {"end": NOW - DAY}
    middle = root.issue("middle", **(expired if moment == "signer" else {}))
    leaf = middle.leaf(**(expired if moment == "leaf" else {}))
    expected = "certificate_expired" if moment == "leaf" else "no_path"
    assert refused([leaf, middle], [root]) == expected


def test_km_04_ten_certificates_of_one_name_are_not_walked(root):
    same = [Node("root") for _ in range(10)]
    chain = [same[0].leaf(), *same]
    with pytest.raises(MalformedError):
        verify_path([n.certificate for n in chain], [root.certificate], NOW)


def test_km_04_four_certificates_of_one_name_end_quickly(root):
    same = [root.issue("root") for _ in range(3)]
    assert refused([Node("root").leaf(), *same], [root]) == "no_path"


def test_no_certificate_is_no_chain(root):
    with pytest.raises(MalformedError):
        verify_path([], [root.certificate], NOW)
